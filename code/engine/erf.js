/* The error function and its relatives, of one number, in double precision.

   The one hard function is erfcx(x) = exp(x²) erfc(x). It falls smoothly from 1 to 0 for x ≥ 0, so
   one Chebyshev series describes it everywhere (Shepherd & Laframboise, Mathematics of Computation
   36 (1981) 249). All others follow: erfc = exp(-x²) erfcx, erf = 1 - erfc, and Φ(x) =
   erfc(-x/√2)/2, called ndtr. The inverse Φ⁻¹ is Wichura's rational approximation AS241 (Applied
   Statistics 37 (1988) 477). */

const SQRT_HALF = Math.SQRT1_2;

/* Coefficients of (1 + 2x) erfcx(x) in Chebyshev polynomials of (x - 3.75) / (x + 3.75). */
const ERFCX = [
  1.177578934567401754, -0.004590054580646477331, -0.08424913336651791558, 0.0592099399981918905,
  -0.02665866843530575228, 0.009074997670705265094, -0.002413163540417608191,
  4.907758365258086323e-4, -6.916973302501206367e-5, 4.139027986073010168e-6,
  7.740383066198490669e-7, -2.188640104923439566e-7, 1.076499946567091038e-8,
  4.521959811218286898e-9, -7.754400208831351106e-10, -6.318088340886684494e-11,
  2.868795010930669898e-11, 1.945586854577734723e-13, -9.654696748433438906e-13,
  3.252548148148739842e-14, 3.347811948286805388e-14, -1.864562880419313102e-15,
  -1.250795053068864709e-15, 7.418235256624043463e-17, 5.068148904796111317e-17,
  -2.237056659435999597e-18, -2.187342944303017665e-18,
];

/* erf(x) / x in powers of x²: 2/√π (-1)ⁿ / (n! (2n + 1)). */
const ERF = Array.from({ length: 20 }, (_, n) => {
  let factorial = 1;
  for (let i = 2; i <= n; i++) factorial *= i;
  return ((n % 2 ? -2 : 2) / Math.sqrt(Math.PI)) / (factorial * (2 * n + 1));
});

/* Σ coefficients[i] xⁱ */
export const horner = (coefficients, x) => {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i];
  return sum;
};

/* exp(-x²). Half an ulp of x² would be x² half ulps of the result, so x² is split in two. */
function gauss(x) {
  if (Math.abs(x) > 40) return 0;
  const short = Math.fround(x);
  return Math.exp(-short * short) * Math.exp((short - x) * (short + x));
}

function erfcxPositive(x) {
  if (x > 1e8) return 1 / Math.sqrt(Math.PI) / x;
  const t = (2 * (x - 3.75)) / (x + 3.75); // twice the argument, as Clenshaw's recurrence wants it
  let [a, b] = [0, 0];
  for (let i = ERFCX.length - 1; i > 0; i--) [a, b] = [ERFCX[i] + t * a - b, a];
  return (ERFCX[0] + (t / 2) * a - b) / (1 + 2 * x);
}

export function erfcx(x) {
  if (x !== x) return x;
  if (x >= 0) return erfcxPositive(x);
  return x < -26.7 ? Infinity : 2 / gauss(x) - erfcxPositive(-x);
}

export function erf(x) {
  const size = Math.abs(x);
  if (size <= 1) return x * horner(ERF, x * x);
  if (x !== x) return x;
  const value = 1 - gauss(size) * erfcxPositive(size);
  return x < 0 ? -value : value;
}

export function erfc(x) {
  if (x !== x) return x;
  if (x > 0.5) return gauss(x) * erfcxPositive(x);
  return x < -1 ? 2 - gauss(x) * erfcxPositive(-x) : 1 - erf(x);
}

/* Φ(x): the probability that a standard normal number is below x. */
export function ndtr(x) {
  if (!(x < -1)) return erfc(-x * SQRT_HALF) / 2;
  // exp(-x²/2) again with a square that is split, now of x itself, since x/√2 is rounded.
  const short = Math.fround(x);
  const gauss = x < -40 ? 0 : Math.exp(-short * short / 2) * Math.exp(((short - x) * (short + x)) / 2);
  return (gauss * erfcxPositive(-x * SQRT_HALF)) / 2;
}

export function log_ndtr(x) {
  const t = x * SQRT_HALF;
  return x < -1 ? Math.log(erfcx(-t) / 2) - (x * x) / 2 : Math.log1p(-ndtr(-x));
}

const CENTRE = [
  [3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
    45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727],
  [1, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077,
    21213.794301586595867, 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610],
];
const SHOULDER = [
  [1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
    1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833,
    7.74545014278341407640e-4],
  [1, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550,
    0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4,
    1.05075007164441684324e-9],
];
const TAIL = [
  [6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580,
    0.296560571828504891230, 0.0265321895265761230930, 0.00124266094738807843860,
    2.71155556874348757815e-5, 2.01033439929228813265e-7],
  [1, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525,
    7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
    2.04426310338993978564e-15],
];
const ratio = ([top, bottom], x) => horner(top, x) / horner(bottom, x);

/* Φ⁻¹(1/2 + q) for |q| ≤ 0.425, and the size of Φ⁻¹(p) for a small p. */
const quantileNearHalf = (q) => q * ratio(CENTRE, 0.180625 - q * q);
function quantileOfTail(p) {
  const r = Math.sqrt(-Math.log(p));
  return r <= 5 ? ratio(SHOULDER, r - 1.6) : ratio(TAIL, r - 5);
}

export function ndtri(p) {
  if (!(p >= 0 && p <= 1)) return NaN;
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return quantileNearHalf(q);
  return q < 0 ? -quantileOfTail(p) : quantileOfTail(1 - p);
}

export function erfinv(y) {
  const size = Math.abs(y);
  if (!(size <= 1)) return NaN;
  if (size === 1) return y * Infinity;
  if (size <= 0.85) return quantileNearHalf(y / 2) * SQRT_HALF;
  const value = quantileOfTail((1 - size) / 2) * SQRT_HALF;
  return y < 0 ? -value : value;
}
