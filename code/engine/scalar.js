/* Functions of one or two numbers that JavaScript does not have, or has otherwise than PyTorch. */
import { exact } from "./dtype.js";
import { raise } from "./error.js";

export { exact };

// to the nearest integer, halves to the even one
export function roundEven(x) {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest < 0.5 || rest !== rest) return x === down ? x : down === 0 && x < 0 ? -0 : down;
  if (rest > 0.5) return down + 1 === 0 ? -0 : down + 1;
  return down % 2 === 0 ? down : down + 1 === 0 ? -0 : down + 1;
}

// C's pow: 1 to any power is 1, even to NaN, and (−1)^±∞ is 1
export function power(x, y) {
  if (y === 2) return x * x;
  if (y === 1) return x;
  if (y === 3) return x * x * x;
  if (y === -1) return 1 / x;
  if (x === 1 || (x === -1 && (y === Infinity || y === -Infinity))) return 1;
  return Math.pow(x, y);
}

// a cube is rounded twice
export const power32 = (x, y) => (y === 3 ? Math.fround(x * x) * x : power(x, y));

export function powerInt(x, y) {
  if (y < 0) return x === 1 ? 1 : x === -1 ? (y % 2 === 0 ? 1 : -1) : 0;
  let result = 1;
  for (let n = y, square = x; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) result *= square;
    if (n > 1) square *= square;
  }
  return result;
}

// modulo 2^32; the store takes the lowest bits
export function powerWrapping(x, y) {
  if (y < 0) return powerInt(x, y);
  let result = 1;
  for (let n = y, square = x; n > 0; n >>= 1) {
    if (n & 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}

const notByZero = (y) => y === 0 && raise("RuntimeError", "ZeroDivisionError");

// the remainder has the sign of y, as in Python
export function remainder(x, y) {
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
}
export function remainderInt(x, y) {
  notByZero(y);
  return remainder(x, y) + 0;
}
export function fmodInt(x, y) {
  notByZero(y);
  return (x % y) + 0;
}
export function floorDivide(x, y) {
  if (y === 0) return x / y;
  const rest = x % y;
  let quotient = (x - rest) / y;
  if (rest !== 0 && rest < 0 !== y < 0) quotient -= 1;
  if (quotient === 0) return copysign(0, x / y);
  const down = Math.floor(quotient);
  return quotient - down > 0.5 ? down + 1 : down;
}
export const floorDivideInt = (x, y) => (x - remainderInt(x, y)) / y + 0;
export const truncDivideInt = (x, y) => (x - fmodInt(x, y)) / y + 0;

export const copysign = (x, y) => (y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x));

export function logaddexp(x, y) {
  if (x === y) return x + Math.LN2;
  const top = Math.max(x, y);
  return top + Math.log1p(Math.exp(-Math.abs(x - y)));
}

export function gcd(x, y) {
  let [a, b] = [Math.abs(x), Math.abs(y)];
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

// the neighbour of x towards y: the bits of a float, read as an integer, are in its order
const f32 = new Float32Array(1);
const u32 = new Uint32Array(f32.buffer);
export function nextafter32(x, y) {
  if (x !== x || y !== y) return NaN;
  if (x === y) return y;
  if (x === 0) return y > 0 ? 2 ** -149 : -(2 ** -149);
  f32[0] = x;
  u32[0] += y > x === x > 0 ? 1 : -1;
  return f32[0];
}
const f64 = new Float64Array(1);
const u64 = new BigUint64Array(f64.buffer);
export function nextafter64(x, y) {
  if (x !== x || y !== y) return NaN;
  if (x === y) return y;
  if (x === 0) return y > 0 ? Number.MIN_VALUE : -Number.MIN_VALUE;
  f64[0] = x;
  u64[0] += y > x === x > 0 ? 1n : -1n;
  return f64[0];
}

// bits of 64-bit integers; JavaScript's own operators see 32 of them
const short = (x, y) => (x | 0) === x && (y | 0) === y;
export const and64 = (x, y) => (short(x, y) ? x & y : exact(Number(BigInt(x) & BigInt(y))));
export const or64 = (x, y) => (short(x, y) ? x | y : exact(Number(BigInt(x) | BigInt(y))));
export const xor64 = (x, y) => (short(x, y) ? x ^ y : exact(Number(BigInt(x) ^ BigInt(y))));
