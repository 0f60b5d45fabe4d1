/* Special functions of one or two numbers, in double precision, for the kernels. */
export { i0, i0e, i1, i1e } from "./bessel.js";
export { erf, erfc, erfcx, erfinv, log_ndtr, ndtr, ndtri } from "./erf.js";
export { digamma, gammainc, gammaincc, lgamma, polygamma, zeta } from "./gamma.js";

/* -x log x, continued by 0 at 0 and by -∞ below. */
export const entr = (x) => (x > 0 ? -x * Math.log(x) : x === 0 ? 0 : x < 0 ? -Infinity : x);
