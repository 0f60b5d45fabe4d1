/* The modified Bessel functions I₀ and I₁, and the same times exp(-|x|), which do not overflow.

   All terms of the power series (Abramowitz & Stegun 9.6.10) are positive, so it loses nothing;
   from |x| = 20 on, the asymptotic series (9.7.1) reaches full precision before its terms grow. */

function scaled(order, x) {
  const size = Math.abs(x);
  const value = size < 20 ? powerSeries(order, size) * Math.exp(-size) : asymptotic(order, size);
  return order === 1 && x < 0 ? -value : value;
}

function powerSeries(order, x) {
  let term = order === 1 ? x / 2 : 1;
  let sum = term;
  for (let k = 1; term > 2 ** -54 * sum; k++) sum += term *= (x * x) / (4 * k * (k + order));
  return sum;
}

function asymptotic(order, x) {
  if (x === Infinity) return 0;
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 40 && Math.abs(term) > 2 ** -54; k++) {
    term *= ((2 * k - 1) ** 2 - 4 * order ** 2) / (8 * k * x);
    sum += term;
  }
  return sum / (Math.sqrt(2 * Math.PI) * Math.sqrt(x));
}

const unscaled = (order, x) => {
  if (Math.abs(x) > 714 && Number.isFinite(x)) return order === 1 && x < 0 ? -Infinity : Infinity;
  return scaled(order, x) * Math.exp(Math.abs(x));
};

export const i0e = (x) => scaled(0, x);
export const i1e = (x) => scaled(1, x);
export const i0 = (x) => unscaled(0, x);
export const i1 = (x) => unscaled(1, x);
