/* Random counts, and gamma-distributed numbers, one at a time.

   They are drawn by rejection, in PyTorch's order of draws: for large means by Hörmann's
   transformed rejection (Poisson: Insurance: Mathematics and Economics 12 (1993) 39; binomial:
   Journal of Statistical Computation and Simulation 46 (1993) 101), for small ones by multiplying
   uniform numbers or adding geometric ones until they pass a bound. Gamma is Marsaglia and Tsang's
   (ACM TOMS 26 (2000) 363). A float32 binomial rounds where PyTorch's does: `f` is that rounding.
   */
import { lgamma } from "./special.js";

export function drawPoisson(g, mean) {
  if (mean === 0) return 0;
  return mean >= 10 ? poissonByRejection(g, mean) : poissonByProduct(g, mean);
}

function poissonByProduct(g, mean) {
  const bound = Math.exp(-mean);
  let count = 0;
  for (let product = g.double(); product > bound; product *= g.double()) count++;
  return count;
}

function poissonByRejection(g, mean) {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const alpha = 1.1239 + 1.1328 / (b - 3.4);
  const inside = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = g.double() - 0.5;
    const v = g.double();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= inside) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const left = Math.log(v) + Math.log(alpha) - Math.log(a / (us * us) + b);
    if (left <= -mean + k * Math.log(mean) - lgamma(k + 1)) return k;
  }
}

export function drawBinomial(g, n, p, f) {
  if (n <= 0 || p <= 0) return 0;
  if (p >= 1) return n;
  if (p !== p || n !== n) return NaN;
  if (p > 0.5) return f(n - failures(g, n, f(1 - p), f));
  return failures(g, n, p, f);
}

const failures = (g, n, p, f) =>
  f(n * p) >= 10 ? binomialByRejection(g, n, p, f) : binomialByWaiting(g, n, p, f);

function binomialByWaiting(g, n, p, f) {
  const scale = f(Math.log1p(-p));
  let trials = 0;
  for (let count = 0; ; count++) {
    trials += Math.ceil(Math.log(g.double()) / scale);
    if (!(trials <= n)) return count;
  }
}

/* log k! - Stirling's formula for it */
const TAIL = [
  0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509,
  0.0166446911898211, 0.0138761288230707, 0.0118967099458917, 0.010411265261972,
  0.00925546218271273, 0.00833056343336287,
];
function stirlingTail(k) {
  if (k < TAIL.length) return TAIL[Math.trunc(k)];
  const square = (k + 1) * (k + 1);
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1);
}

function binomialByRejection(g, n, p, f) {
  const mean = f(n * p);
  const width = f(Math.sqrt(f(mean * f(1 - p))));
  const b = 1.15 + 2.53 * width;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const inside = 0.92 - 4.2 / b;
  const odds = f(p / f(1 - p));
  const alpha = (2.83 + 5.1 / b) * width;
  const m = Math.floor(f(f(n + 1) * p));
  for (;;) {
    const u = g.double() - 0.5;
    const v = g.double();
    const us = 0.5 - Math.abs(u);
    const k = f(Math.floor(((2 * a) / us + b) * u + (mean + 0.5)));
    if (k < 0 || k > n) continue;
    if (us >= 0.07 && v <= inside) return k;
    const rest = f(f(n - k) + 1);
    const bound =
      (m + 0.5) * Math.log((m + 1) / (odds * (n - m + 1))) +
      f(n + 1) * Math.log((n - m + 1) / rest) +
      (k + 0.5) * Math.log((odds * rest) / f(k + 1)) +
      (stirlingTail(m) + stirlingTail(n - m)) -
      stirlingTail(k) -
      stirlingTail(f(n - k));
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= bound) return k;
  }
}

/* `f` rounds as the type of the shape does; the rest is computed in double precision. */
const [THIRD, SQUEEZE] = [Math.fround(1 / 3), Math.fround(0.0331)];
export function drawGamma(g, shape, f) {
  if (shape === 0) return 0;
  // A shape below 1 is raised by 1, and the number scaled by a power of a uniform one.
  const scale = shape < 1 ? (1 - g.double()) ** f(1 / shape) : 1;
  const d = f((shape < 1 ? f(shape + 1) : shape) - THIRD);
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    let x, y;
    do {
      x = g.normal();
      y = 1 + c * x;
    } while (y <= 0);
    const v = y * y * y;
    const u = 1 - g.double();
    const square = x * x;
    if (u < 1 - SQUEEZE * square * square) return scale * d * v;
    if (Math.log(u) < 0.5 * square + d * (1 - v + Math.log(v))) return scale * d * v;
  }
}
