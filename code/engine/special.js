/* Special functions of one or two numbers, in double precision, for the kernels. */
export { i0, i0e, i1, i1e } from "./bessel.js";
export { erf, erfc, erfcx, erfinv, log_ndtr, ndtr, ndtri } from "./erf.js";
export { digamma, gammainc, gammaincc, lgamma, polygamma, zeta } from "./gamma.js";
