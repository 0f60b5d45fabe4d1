/* Random tensors whose numbers all have the same distribution.

   Each function draws the numbers in the order and by the formula of PyTorch, so that the same seed
   gives the same tensor. A tensor that is filled in place is filled in the order in which its
   numbers lie in memory, as PyTorch does. sampling.js has what is drawn with parameters for each
   number. */
import { emptyFor } from "./elementwise.js";
import { raise } from "./error.js";
import {
  check,
  checkExponential,
  checkIntegers,
  checkNormal,
  checkUniform,
  exponentials,
  filledBy,
  integers,
  LIMITS,
  needsFloat,
  normalOneByOne,
  normals,
  uniformBlocks,
} from "./fills.js";
import { Generator, globalGenerator } from "./generator.js";
import { assign } from "./inplace.js";
import { empty } from "./making.js";
import { bernoulliLike } from "./sampling.js";
import { fromData, isContiguous, values } from "./tensor.js";

export { globalGenerator };

// ---- generators

export const generator = (seed) => new Generator(seed);
export const manualSeed = (g, seed) => (g ?? globalGenerator).manualSeed(seed);
export const initialSeed = (g) => (g ?? globalGenerator).initialSeed();
export const seedRandom = (g) => (g ?? globalGenerator).seed();
export const cloneState = (g) => (g ?? globalGenerator).clone();
export function getState(g) {
  const bytes = (g ?? globalGenerator).bytes();
  return fromData(bytes, [bytes.length], "uint8");
}
export function setState(g, state) {
  if (state.dtype !== "uint8") raise("TypeError", "RNG state must be a torch.ByteTensor");
  return (g ?? globalGenerator).setBytes(values(state));
}

// ---- new tensors

function filled(g, dtype, sizes, fill) {
  const x = empty(dtype, ...sizes);
  fill(g ?? globalGenerator, x.storage.data, dtype);
  return x;
}

export function rand(g, dtype, ...sizes) {
  checkUniform(dtype, 0, 1);
  return filled(g, dtype, sizes, uniformBlocks(0, 1));
}

export const randn = (g, dtype, ...sizes) => normalNumbers(g, 0, 1, dtype, ...sizes);

/* Normal numbers that all have the same mean and standard deviation. */
export function normalNumbers(g, mean, std, dtype, ...sizes) {
  checkNormal(dtype, std);
  const n = sizes.reduce((a, b) => a * b, 1);
  return filled(g, dtype, sizes, normals(n, mean, std));
}

export function randint(g, low, high, dtype, ...sizes) {
  checkIntegers(dtype, low, high);
  return filled(g, dtype, sizes, integers(low, high - low));
}

export function exponential(g, rate, dtype, ...sizes) {
  checkExponential(dtype, rate);
  return filled(g, dtype, sizes, exponentials(rate));
}

/* A random order of 0 … n-1: each place in turn swaps with a random one behind it. */
export function randperm(g, n, dtype = "int64") {
  const most = LIMITS[dtype]?.[1] ?? (dtype === "float32" ? 2 ** 24 : Infinity);
  if (n > most) {
    raise("RuntimeError", `value cannot be converted to type ${dtype}_t without overflow`);
  }
  return filled(g, dtype, [n], (source, data) => {
    for (let i = 0; i < n; i++) data[i] = i;
    for (let i = 0; i < n - 1; i++) {
      const chosen = i + (source.word() % (n - i));
      [data[i], data[chosen]] = [data[chosen], data[i]];
    }
  });
}

// ---- in place

function fillInPlace(g, x, fill) {
  const fresh = emptyFor([x], x.sizes, x.dtype, x.levels);
  fill(g ?? globalGenerator, fresh.storage.data, x.dtype);
  return assign(x, fresh);
}

export function uniformInPlace(g, x, from = 0, to = 1) {
  checkUniform(x.dtype, from, to);
  return fillInPlace(g, x, uniformBlocks(from, to));
}

export function normalInPlace(g, x, mean = 0, std = 1) {
  checkNormal(x.dtype, std);
  return fillInPlace(g, x, isContiguous(x) ? normals(x.numel, mean, std) : normalOneByOne(mean, std));
}

export function randintInPlace(g, x, low, high) {
  checkIntegers(x.dtype, low, high);
  return fillInPlace(g, x, integers(low, high - low));
}

export function exponentialInPlace(g, x, rate = 1) {
  checkExponential(x.dtype, rate);
  return fillInPlace(g, x, exponentials(rate));
}

export function cauchyInPlace(g, x, median = 0, sigma = 1) {
  check(sigma > 0, `cauchy_ expects sigma > 0.0, but found sigma=${sigma}`);
  needsFloat(x.dtype, "cauchy_cpu");
  return fillInPlace(g, x, filledBy((s) => median + sigma * Math.tan(Math.PI * (s.double() - 0.5))));
}

export function logNormalInPlace(g, x, mean = 1, std = 2) {
  check(std > 0, `log_normal_ expects std > 0.0, but found std=${std}`);
  needsFloat(x.dtype, "log_normal_cpu");
  return fillInPlace(g, x, filledBy((s) => Math.exp(s.normal() * std + mean)));
}

export function geometricInPlace(g, x, p) {
  check(p > 0 && p < 1, `geometric_ expects p to be in (0, 1), but got p=${p}`);
  return fillInPlace(g, x, filledBy((s) => Math.ceil(Math.log(s.double()) / Math.log1p(-p))));
}

/* `p` is a number, or a tensor whose sizes broadcast to those of x. */
export function bernoulliInPlace(g, x, p) {
  if (typeof p === "number") {
    check(p >= 0 && p <= 1, `bernoulli_ expects p to be in [0, 1], but got p=${p}`);
    return fillInPlace(g, x, filledBy((s) => (s.double() < p ? 1 : 0)));
  }
  return assign(x, bernoulliLike(g, x, p));
}
