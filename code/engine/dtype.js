/* The types of numbers, and which type the result of an operation has.

   Each dtype has the typed array that holds it. There is no array of 64-bit integers that
   JavaScript computes with quickly, so int64 lives in a Float64Array, which is exact up to 2^53;
   whatever goes beyond raises an error. A float32 is read as a double, computed with as a double,
   and rounded when it is stored: for + − × ÷ √ that gives the float32 that the processor would have
   given.

   Promotion has three ranks. A tensor with axes decides before a tensor without, and that one
   before a number of Python, which is "wrapped". A lower rank only counts if its category (bool,
   integer, float) is higher: int64 tensor × 0.5 is a float, float32 tensor × float64 scalar stays
   float32. */
import { raise } from "./error.js";

export const ARRAYS = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: Float64Array,
  float32: Float32Array,
  float64: Float64Array,
};
const SIZE = { bool: 0, uint8: 1, int8: 1, int16: 2, int32: 3, int64: 4, float32: 5, float64: 6 };
export const TITLES = {
  bool: "Bool",
  uint8: "Byte",
  int8: "Char",
  int16: "Short",
  int32: "Int",
  int64: "Long",
  float32: "Float",
  float64: "Double",
};

const floats = { current: "float32" };
export const defaultFloat = () => floats.current;
export const setDefaultFloat = (dtype) => void (floats.current = dtype);

export const isFloat = (dtype) => dtype === "float32" || dtype === "float64";
export const isInteger = (dtype) => dtype !== "bool" && !isFloat(dtype);

// 0 for bool, 1 for integers, 2 for floats
export const category = (dtype) => (dtype === "bool" ? 0 : isFloat(dtype) ? 2 : 1);

export function allocate(dtype, n) {
  const Numbers = ARRAYS[dtype];
  if (Numbers === undefined)
    raise("NotImplementedError", `${dtype} tensors are not in the page's engine`);
  if (n > 2 ** 28)
    raise("OutOfMemoryError", `a tensor of ${n} numbers is too large for the page's engine`);
  return new Numbers(n);
}

// the smallest type that holds both
export function promoteTypes(a, b) {
  if (a === b) return a;
  if ((a === "uint8" && b === "int8") || (a === "int8" && b === "uint8")) return "int16";
  return SIZE[a] >= SIZE[b] ? a : b;
}

const either = (a, b) => (a === undefined ? b : b === undefined ? a : promoteTypes(a, b));

function decide(higher, lower) {
  if (higher === undefined || lower === undefined) return higher ?? lower;
  if (isFloat(higher)) return higher;
  return higher === "bool" || isFloat(lower) ? promoteTypes(higher, lower) : higher;
}

// the type in which an operation of these tensors is computed
export function resultType(...tensors) {
  const [first, second] = tensors;
  if (tensors.length === 2 && first.dtype === second.dtype && first.wrapped === second.wrapped) {
    if (!first.wrapped || first.dtype !== "float64") return first.dtype;
  }
  let dimensioned, zero, wrapped;
  for (const x of tensors) {
    if (x.wrapped) wrapped = either(wrapped, isFloat(x.dtype) ? floats.current : x.dtype);
    else if (x.ndim === 0) zero = either(zero, x.dtype);
    else dimensioned = either(dimensioned, x.dtype);
  }
  return decide(dimensioned, decide(zero, wrapped));
}

// float results of integers: the default float
export const floatType = (dtype) => (isFloat(dtype) ? dtype : floats.current);

// true where every value of one type is a value of the other, so that no rounding is needed
export function holds(to, from) {
  if (to === from || from === "bool") return true;
  if (isFloat(from)) return to === "float64";
  if (to === "float64") return true;
  if (to === "float32") return from !== "int64" && from !== "int32";
  return to !== "bool" && SIZE[to] > SIZE[from];
}

// an integer that int64 in the page can hold; −0 is none
export function exact(value) {
  if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) {
    raise("RuntimeError", `the integer ${value} is beyond 2^53: not in the page's engine`);
  }
  return value + 0;
}

// one number as this type stores it
const cell = Object.fromEntries(
  Object.entries(ARRAYS).map(([name, Numbers]) => [name, new Numbers(1)]),
);
export function rounded(value, dtype) {
  if (dtype === "float64") return value;
  if (dtype === "float32") return Math.fround(value);
  if (dtype === "bool") return value !== 0 ? 1 : 0;
  if (dtype === "int64") return exact(Math.trunc(value));
  if (dtype === "int32" && !(Math.abs(value) < 2 ** 31)) return -(2 ** 31); // as processors do it
  cell[dtype][0] = Math.trunc(value);
  return cell[dtype][0];
}
