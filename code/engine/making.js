/* Making tensors, copying them, and changing their type. */
import { allocate, holds, isFloat, rounded } from "./dtype.js";
import { raise } from "./error.js";
import { emptyAs } from "./elementwise.js";
import { record } from "./tape.js";
import {
  copied,
  dense,
  fromData,
  isContiguous,
  make,
  product,
  Storage,
  stretch,
  Tensor,
  values,
} from "./tensor.js";

export function full(value, dtype, ...sizes) {
  const x = empty(dtype, ...sizes);
  x.storage.data.fill(rounded(value, dtype));
  return x;
}

export function empty(dtype, ...sizes) {
  const negative = sizes.find((n) => n < 0);
  if (negative !== undefined) {
    raise(
      "RuntimeError",
      `Trying to create tensor with negative dimension ${negative}: [${sizes.join(", ")}]`,
    );
  }
  return make(sizes, dtype);
}

// of x's sizes and order of axes
export function fullLike(x, value, dtype) {
  const out = emptyAs(x, dtype || x.dtype);
  out.storage.data.fill(rounded(value, out.dtype));
  return out;
}

export const zerosLike = (x) => make(x.sizes, x.dtype, x.levels);
export function onesLike(x) {
  const out = zerosLike(x);
  out.storage.data.fill(1);
  return out;
}

export function arange(start, end, step, dtype) {
  if (step === 0) raise("RuntimeError", "step must be nonzero");
  if ((step > 0 && end < start) || (step < 0 && end > start)) {
    raise("RuntimeError", "upper bound and lower bound inconsistent with step sign");
  }
  const out = empty(dtype, Math.ceil((end - start) / step));
  const { data } = out.storage;
  for (let i = 0; i < data.length; i++) data[i] = start + i * step;
  return out;
}

// from both ends, so that the last number is b and the middle is symmetric
export function linspace(a, b, n, dtype) {
  if (n < 0) raise("RuntimeError", "number of steps must be non-negative");
  const out = empty(dtype, n);
  const { data } = out.storage;
  const round = dtype === "float32" ? Math.fround : (x) => x;
  const [start, end] = [round(a), round(b)];
  const step = n > 1 ? round(round(end - start) / (n - 1)) : 0;
  const half = Math.floor(n / 2);
  for (let i = 0; i < n; i++) {
    const value = i < half ? start + round(step * i) : end - round(step * (n - i - 1));
    data[i] = isFloat(dtype) ? value : Math.trunc(value);
  }
  if (n === 1) data[0] = start;
  return out;
}

// base to the power of what linspace gives
export function logspace(a, b, n, base, dtype) {
  const out = linspace(a, b, n, dtype === "float32" ? dtype : "float64");
  const { data } = out.storage;
  for (let i = 0; i < data.length; i++) data[i] = Math.pow(base, data[i]);
  return out.dtype === dtype ? out : cast(out, dtype);
}

export function eye(n, m, dtype) {
  const out = empty(dtype, n, m);
  for (let i = 0; i < Math.min(n, m); i++) out.storage.data[i * m + i] = 1;
  return out;
}

const kinds = { bool: "bool", int: "int64", float: "float64" };

// the tensor of a Python number
export function scalar(value, kind) {
  const x = full(Number(value), kinds[kind]);
  x.wrapped = true;
  return x;
}

// ---- copies

// A copy keeps the order of the axes, if the numbers fill a stretch of the storage.
export function clone(x) {
  const out = dense(x) ? alike(x, stretch(x).slice(0, product(x.sizes)), x.dtype) : rowByRow(x);
  return record(out, "CloneBackward0", [x], (g) => [g]);
}

const alike = (x, numbers, dtype) =>
  new Tensor(new Storage(numbers), 0, x.sizes, x.strides, dtype, x.levels);
const rowByRow = (x) => fromData(copied(x), x.sizes, x.dtype, x.levels);

// a copy whose numbers lie row after row
export const inRows = (x) => record(rowByRow(x), "CloneBackward0", [x], (g) => [g]);

export const contiguous = (x) => (isContiguous(x) ? x : inRows(x));

export const detach = (x) => new Tensor(x.storage, x.offset, x.sizes, x.strides, x.dtype, x.levels);

// x.data: the same numbers without a graph, whose changes the tape does not notice
export const data = (x) =>
  new Tensor(new Storage(x.storage.data), x.offset, x.sizes, x.strides, x.dtype, x.levels);

// the numbers in another type; the tape does not see it
export function cast(x, dtype) {
  const whole = dense(x);
  const from = whole ? stretch(x) : values(x);
  const data = allocate(dtype, product(x.sizes));
  if (holds(dtype, x.dtype) || dtype === "float32") data.set(from.subarray(0, data.length));
  else for (let i = 0; i < data.length; i++) data[i] = rounded(from[i], dtype);
  return whole ? alike(x, data, dtype) : fromData(data, x.sizes, dtype, x.levels);
}

export function to(x, dtype) {
  if (x.dtype === dtype) return x;
  const out = cast(x, dtype);
  return isFloat(dtype) ? record(out, "ToCopyBackward0", [x], (g) => [g]) : out;
}
