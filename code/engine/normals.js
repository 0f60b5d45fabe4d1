/* Sixteen normal numbers from sixteen uniform ones, as PyTorch makes them for tensors of 16 numbers
   and more: u and v, eight apart, become √(-2 log(1 - u)) cos(2πv) and the same with sin (Box &
   Muller, Annals of Mathematical Statistics 29 (1958) 610).

   For float32 PyTorch calls vector instructions, whose logarithm, sine and cosine are polynomials
   of the Cephes library (Moshier) in single precision, with a product and a sum rounded once
   together. They are spelled out here, since their last digits are in every number that randn
   gives. */

const f = Math.fround;
/* a b + c, rounded once (but for a tie in 10⁹): a product of two float32 is exact in double. */
const fma = (a, b, c) => f(a * b + c);

const bits = new Int32Array(1);
const value = new Float32Array(bits.buffer);

const LOG = [
  -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(f);
const LOG_FIRST = f(7.0376836292e-2);
const LN2_LOW = f(-2.1219444e-4);
const LN2_HIGH = 0.693359375;
const SQRT_HALF = f(Math.SQRT1_2);

function log32(u) {
  value[0] = u;
  let exponent = (bits[0] >>> 23) - 126;
  bits[0] = (bits[0] & 0x807fffff) | 0x3f000000;
  let x = value[0];
  if (x < SQRT_HALF) {
    exponent -= 1;
    x = f(f(x - 1) + x);
  } else {
    x = f(x - 1);
  }
  const z = f(x * x);
  let y = LOG_FIRST;
  for (const c of LOG) y = fma(y, x, c);
  y = fma(f(y * x), z, f(exponent * LN2_LOW));
  y = fma(-z, 0.5, y);
  return fma(exponent, LN2_HIGH, f(x + y));
}

const SIN = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1].map(f);
const COS = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2].map(f);
const QUARTER_TURN = [-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8].map(f);
const FOUR_OVER_PI = f(1.27323954473516);

/* Write sin(x) and cos(x) for x ≥ 0 into `pair`. */
const pair = [0, 0];
function sinCos32(x) {
  const octant = (Math.trunc(f(x * FOUR_OVER_PI)) + 1) & ~1;
  for (const part of QUARTER_TURN) x = fma(octant, part, x);
  const z = f(x * x);
  let cos = fma(COS[0], z, COS[1]);
  cos = f(fma(cos, z, COS[2]) * z);
  cos = f(fma(cos, z, -0.5 * z) + 1);
  const sin = fma(f(fma(fma(SIN[0], z, SIN[1]), z, SIN[2]) * z), x, x);
  const swapped = (octant & 2) !== 0;
  pair[0] = (swapped ? cos : sin) * (octant & 4 ? -1 : 1);
  pair[1] = (swapped ? sin : cos) * ((octant - 2) & 4 ? 1 : -1);
}

const TWO_PI32 = f(2 * Math.PI);

export function normals32(data, at, mean, std) {
  for (let i = at; i < at + 8; i++) {
    const radius = f(Math.sqrt(f(-2 * log32(f(1 - data[i])))));
    sinCos32(f(TWO_PI32 * data[i + 8]));
    data[i] = fma(f(radius * pair[1]), std, mean);
    data[i + 8] = fma(f(radius * pair[0]), std, mean);
  }
}

/* a b + c, rounded once: the product's rounding error is found by Veltkamp's and Dekker's splitting
   (Numerische Mathematik 18 (1971) 224), that of the sum by Knuth's. */
const SPLIT = 2 ** 27 + 1;
const halves = (x) => {
  const high = SPLIT * x - (SPLIT * x - x);
  return [high, x - high];
};
export function fma64(a, b, c) {
  const product = a * b;
  const sum = product + c;
  if (!Number.isFinite(SPLIT * a * b + sum)) return sum;
  const [ah, al] = halves(a);
  const [bh, bl] = halves(b);
  const lost = al * bl - (product - ah * bh - al * bh - ah * bl);
  const part = sum - product;
  return sum + (product - (sum - part) + (c - part) + lost);
}

export function normals64(data, at, mean, std) {
  for (let i = at; i < at + 8; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - data[i]));
    const angle = 2 * Math.PI * data[i + 8];
    data[i] = fma64(radius * Math.cos(angle), std, mean);
    data[i + 8] = fma64(radius * Math.sin(angle), std, mean);
  }
}
