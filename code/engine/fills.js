/* How PyTorch fills a row of numbers at random: fill(generator, data, dtype) for each distribution,
   and what it says of parameters that make no sense. */
import { isFloat, TITLES } from "./dtype.js";
import { raise } from "./error.js";
import { fma64, normals32, normals64 } from "./normals.js";

function fillUniform(g, data, dtype, from, to) {
  const f = dtype === "float32" ? Math.fround : (x) => x;
  [from, to] = [f(from), f(to)];
  const range = f(to - from);
  for (let i = 0; i < data.length; i++) {
    if (dtype === "float32") data[i] = g.single() * range + from;
    else data[i] = from === 0 ? g.double() * range : fma64(g.double(), range, from);
    if (data[i] === to) data[i] = from;
  }
}

/* Sixteen at a time; if the length is no multiple of 16, the last 16 are drawn again. */
function fillNormal(g, data, dtype, mean, std) {
  const n = data.length;
  const single = dtype === "float32";
  const block = (at) =>
    single
      ? normals32(data, at, Math.fround(mean), Math.fround(std))
      : normals64(data, at, mean, std);
  const draw = (from) => {
    for (let i = from; i < n; i++) data[i] = single ? g.single() : g.double();
  };
  draw(0);
  for (let at = 0; at + 16 <= n; at += 16) block(at);
  if (n % 16 === 0) return;
  draw(n - 16);
  block(n - 16);
}

export const filledBy = (next) => (g, data) => {
  for (let i = 0; i < data.length; i++) data[i] = next(g);
};
export const normalOneByOne = (mean, std) => filledBy((g) => g.normal() * std + mean);
export const uniformBlocks = (from, to) => (g, data, dtype) => fillUniform(g, data, dtype, from, to);
export const exponentials = (rate) => filledBy((g) => (-1 / rate) * Math.log1p(-g.double()));

/* Whole numbers in [low, low + range): one word's remainder, or for large ranges two words'. */
export function integers(low, range) {
  if (range < 2 ** 28) return filledBy((g) => low + (g.word() % range));
  const long = BigInt(range);
  return filledBy((g) => low + Number(g.longWord() % long));
}

export const normals = (n, mean, std) =>
  n < 16
    ? normalOneByOne(mean, std)
    : (g, data, dtype) => fillNormal(g, data, dtype, mean, std);

// ---- checks

export const LIMITS = {
  bool: [0, 1, "bool"],
  uint8: [0, 255, "unsigned char"],
  int8: [-128, 127, "signed char"],
  int16: [-32768, 32767, "short"],
  int32: [-(2 ** 31), 2 ** 31 - 1, "int"],
};

export function needsFloat(dtype, kernel) {
  if (!isFloat(dtype)) {
    raise("NotImplementedError", `"${kernel}" not implemented for '${TITLES[dtype]}'`);
  }
}
export const check = (good, message) => good || raise("RuntimeError", message);

export function checkUniform(dtype, from, to) {
  needsFloat(dtype, "check_uniform_bounds");
  check(
    from <= to,
    `uniform_ expects to return a [from, to) range, but found from=${from} > to=${to}`,
  );
}
export function checkNormal(dtype, std) {
  check(std >= 0, `normal expects std >= 0.0, but found std ${std}`);
  needsFloat(dtype, "normal_kernel_cpu");
}
export function checkExponential(dtype, rate) {
  check(rate > 0, `exponential_ expects lambda > 0.0, but found lambda=${rate}`);
  check(
    isFloat(dtype),
    "Exponential distribution is a continuous probability distribution. dtype must be a floating " +
      `point but you specified ${TITLES[dtype]}`,
  );
}
export function checkIntegers(dtype, low, high) {
  if (![low, high].every((x) => Number.isSafeInteger(x))) {
    raise("RuntimeError", `integers from ${low} to ${high} are beyond 2^53: not in the page's engine`);
  }
  check(low < high, `random_ expects 'from' to be less than 'to', but got from=${low} >= to=${high}`);
  check(Number.isSafeInteger(high - low), "a range beyond 2^53 is not in the page's engine");
  const [least, most, title] = LIMITS[dtype] ?? [-Infinity, Infinity];
  check(low >= least && low <= most, `from is out of bounds for ${title}`);
  check(high - 1 >= least && high - 1 <= most, `to - 1 is out of bounds for ${title}`);
}
