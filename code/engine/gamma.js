/* The gamma function and its relatives, of one number, in double precision.

   log Γ has three regions: a power series around 2 (Abramowitz & Stegun 6.1.33), the recurrence Γ(x
   + 1) = x Γ(x) down to it, and Stirling's series from 10 on. The Hurwitz zeta function ζ(s, q) = Σ
   (q + n)⁻ˢ is summed to n = 9, and the rest follows from Euler and Maclaurin; its values are the
   derivatives of digamma. The incomplete gamma functions P and Q take the power series below x = a,
   the continued fraction above (DLMF 8.9.2), and for a > 10⁶ Temme's expansion (DLMF 8.12), whose
   number of terms does not grow with a. */
import { erfc, horner } from "./erf.js";

const LOG_SQRT_TWO_PI = 0.91893853320467274178;
const ONE_MINUS_EULER = 0.42278433509846713939;

/* (-1)ᵏ (ζ(k) - 1) / k for k = 2, 3, … */
const AROUND_TWO = [
  0.322467033424113218, -0.0673523010531980951, 0.0205808084277845479, -0.00738555102867398527,
  0.00289051033074152329, -0.00119275391170326098, 5.09669524743042422e-4,
  -2.2315475845357938e-4, 9.94575127818085337e-5, -4.49262367381331417e-5,
  2.05072127756706916e-5, -9.4394882752683959e-6, 4.3748667899074878e-6,
  -2.03921575380136624e-6, 9.55141213040741983e-7, -4.49246919876456604e-7,
  2.12071848055546659e-7, -1.00432248239680996e-7, 4.76981016936398057e-8,
  -2.27110946089431649e-8, 1.08386592148969541e-8, -5.18347504197004666e-9,
  2.48367454380247832e-9, -1.19214014058609121e-9, 5.73136724167886201e-10,
  -2.75952288512423315e-10, 1.33047643742444895e-10, -6.42296456383810002e-11,
];
/* Bernoulli's numbers B₂, B₄, …, from which the three asymptotic series have their terms. */
const BERNOULLI = [
  1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798,
  -174611 / 330, 854513 / 138, -236364091 / 2730,
];
const STIRLING = BERNOULLI.slice(0, 8).map((b, k) => b / ((2 * k + 2) * (2 * k + 1)));
const PSI = BERNOULLI.slice(0, 8).map((b, k) => b / (2 * k + 2));

/* sin(πx) without the error of a large product. */
const sinPi = (x) => {
  const r = x - 2 * Math.round(x / 2);
  return Math.abs(r) > 0.5 ? Math.sin(Math.PI * (Math.sign(r) - r)) : Math.sin(Math.PI * r);
};

/* log Γ(2 + z) and log Γ(1 + z) for |z| ≤ 1/2, and what Stirling's formula leaves. */
const logGammaTwoPlus = (z) => z * (ONE_MINUS_EULER + z * horner(AROUND_TWO, z));
const logGammaOnePlus = (z) => logGammaTwoPlus(z) - Math.log1p(z);
const stirlingRest = (x) => horner(STIRLING, 1 / (x * x)) / x;

/* log |Γ(x)| */
export function lgamma(x) {
  if (x !== x) return x;
  if (!Number.isFinite(x)) return Infinity;
  if (x <= 0 && x === Math.floor(x)) return Infinity;
  if (Math.abs(x) < 0.5) return logGammaOnePlus(x) - Math.log(Math.abs(x));
  if (x < 0) return Math.log(Math.PI / Math.abs(x * sinPi(x))) - lgamma(-x);
  if (x < 1.5) return logGammaOnePlus(x - 1);
  if (x >= 10) return (x - 0.5) * (Math.log(x) - 1) + (LOG_SQRT_TWO_PI - 0.5 + stirlingRest(x));
  let product = 1;
  for (; x > 2.5; product *= x) x -= 1;
  return Math.log(product) + logGammaTwoPlus(x - 2);
}

/* d log Γ(x) / dx */
export function digamma(x) {
  if (x === 0) return Object.is(x, -0) ? Infinity : -Infinity;
  if (x === -Infinity || (x < 0 && x === Math.floor(x))) return NaN;
  if (x < 0) return digamma(1 - x) - Math.PI / Math.tan(Math.PI * (x % 1));
  let shift = 0;
  for (; x < 10; x += 1) shift += 1 / x;
  const z = 1 / (x * x);
  return Math.log(x) - 0.5 / x - z * horner(PSI, z) - shift;
}

/* Hurwitz' ζ(s, q) */
export function zeta(s, q) {
  if (s === 1) return Infinity;
  if (s < 1 || q === Infinity) return NaN; // PyTorch's sum over infinities
  if (q <= 0) {
    if (q === Math.floor(q)) return Infinity;
    if (s !== Math.floor(s)) return NaN;
  }
  if (q > 1e8) return (1 / (s - 1) + 0.5 / q) * q ** (1 - s);
  let sum = 0;
  let x = q;
  for (let i = 0; i < 9 || x <= 9; i++, x += 1) {
    const term = x ** -s;
    sum += term;
    if (Math.abs(term) < 2 ** -54 * Math.abs(sum) && x > 0) return sum;
  }
  const power = x ** -s;
  sum += (power * x) / (s - 1) + power / 2;
  let factor = (power * s) / x;
  let factorial = 2;
  for (let k = 0; k < BERNOULLI.length; k++) {
    const term = (BERNOULLI[k] * factor) / factorial;
    sum += term;
    if (Math.abs(term) < 2 ** -54 * Math.abs(sum)) break;
    factor *= ((s + 2 * k + 1) * (s + 2 * k + 2)) / (x * x);
    factorial *= (2 * k + 3) * (2 * k + 4);
  }
  return sum;
}

/* The n-th derivative of digamma. */
export function polygamma(n, x) {
  if (n === 0) return digamma(x);
  if (n === 1) return trigamma(x);
  return (n % 2 ? 1 : -1) * Math.exp(lgamma(n + 1)) * zeta(n + 1, x);
}

/* PyTorch's first derivative of digamma, which holds nine digits: ζ(2, x) would hold all, but then
   the derivatives of digamma would not agree. */
function trigamma(x) {
  if (x < 0.5) return (Math.PI / Math.sin(Math.PI * x)) ** 2 - trigamma(1 - x);
  let sum = 0;
  for (let i = 0; i < 6; i++, x += 1) sum += 1 / (x * x);
  const z = 1 / (x * x);
  return sum + (1 + 1 / (2 * x) + z * (1 / 6 - z * (1 / 30 - z / 42))) / x;
}

/* m - log(1 + m), which is near m²/2: with s = m / (2 + m), log(1 + m) = 2 artanh(s). */
function mMinusLog1p(m) {
  if (Math.abs(m) > 0.5) return m - Math.log1p(m);
  const s = m / (2 + m);
  let sum = 0;
  for (let k = 35; k >= 3; k -= 2) sum = sum * s * s + 1 / k;
  return s * (m - 2 * s * s * sum);
}

/* xᵃ e⁻ˣ / Γ(a + 1) */
function gammaTerm(a, x) {
  if (x === 0) return 0;
  if (a >= 10) {
    const t = x / a;
    const peak = t < 0.5 ? (t * Math.exp(1 - t)) ** a : Math.exp(-a * mMinusLog1p((x - a) / a));
    return (peak * Math.exp(-stirlingRest(a))) / Math.sqrt(2 * Math.PI * a);
  }
  const scale = a < 0.5 ? logGammaOnePlus(a) : lgamma(a + 1);
  return x < 700 ? x ** a * Math.exp(-x) * Math.exp(-scale) : Math.exp(a * Math.log(x) - x - scale);
}

/* P(a, x) by its power series. */
function lowerSeries(a, x) {
  let term = 1;
  let sum = 1;
  for (let n = a + 1; term > 2 ** -54 * sum; n += 1) sum += term *= x / n;
  return gammaTerm(a, x) * sum;
}

/* Q(a, x) by its continued fraction, from the front (Lentz). */
function upperFraction(a, x) {
  let b = x + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < 1e5; n++) {
    b += 2;
    d = 1 / (b - n * (n - a) * d);
    c = b - (n * (n - a)) / c;
    value *= c * d;
    if (Math.abs(c * d - 1) < 2 ** -52) break;
  }
  return gammaTerm(a, x) * a * value;
}

/* Q(a, x) for small x: 1 - xᵃ/Γ(a + 1), and the alternating series of the rest. */
function upperSeries(a, x) {
  const scale = a < 0.5 ? logGammaOnePlus(a) : lgamma(a + 1);
  const exponent = a * Math.log(x) - scale;
  let term = 1;
  let sum = 0;
  for (let n = 1; n < 60; n++) sum += (term *= -x / n) / (a + n);
  return -Math.expm1(exponent) - Math.exp(exponent) * a * sum;
}

/* P and Q for large a: the normal distribution of η, with η²/2 = m - log(1 + m), m = x/a - 1, and
   two terms of the correction. sign = 1 is Q, sign = -1 is P. */
const TEMME = [
  [-1 / 3, 1 / 12, -2 / 135, 1 / 864, 1 / 2835, -139 / 777600],
  [-1 / 540, -1 / 288, 1 / 378, -77 / 77760],
];
function uniform(a, x, sign) {
  const m = (x - a) / a;
  const half = mMinusLog1p(m);
  const eta = Math.sign(m) * Math.sqrt(2 * half);
  const c0 = Math.abs(eta) < 0.01 ? horner(TEMME[0], eta) : 1 / m - 1 / eta;
  const c1 =
    Math.abs(eta) < 0.1
      ? horner(TEMME[1], eta)
      : 1 / eta ** 3 - 1 / m ** 3 - 1 / m ** 2 - 1 / (12 * m);
  const rest = (Math.exp(-a * half) / Math.sqrt(2 * Math.PI * a)) * (c0 + c1 / a);
  return erfc(sign * eta * Math.sqrt(a / 2)) / 2 + sign * rest;
}

/* P(a, x) = γ(a, x) / Γ(a) */
export function gammainc(a, x) {
  if (a < 0 || x < 0) return NaN;
  if (a === 0) return x > 0 ? 1 : NaN;
  if (x === 0) return 0;
  if (a === Infinity) return x === Infinity ? NaN : 0;
  if (x === Infinity) return 1;
  if (a !== a || x !== x) return NaN;
  if (a > 1e6) return uniform(a, x, -1);
  return x > 1 && x > a ? 1 - gammaincc(a, x) : lowerSeries(a, x);
}

/* Q(a, x) = 1 - P(a, x) */
export function gammaincc(a, x) {
  if (a < 0 || x < 0) return NaN;
  if (a === 0) return x > 0 ? 0 : NaN;
  if (x === 0) return 1;
  if (a === Infinity) return x === Infinity ? NaN : 1;
  if (x === Infinity) return 0;
  if (a !== a || x !== x) return NaN;
  if (a > 1e6) return uniform(a, x, 1);
  if (x > 1.1) return x < a ? 1 - lowerSeries(a, x) : upperFraction(a, x);
  const large = x <= 0.5 ? -0.4 / Math.log(x) < a : 1.1 * x < a;
  return large ? 1 - lowerSeries(a, x) : upperSeries(a, x);
}
