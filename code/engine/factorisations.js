/* The factorisations QR and LU of batches of matrices.

   factor.js has the algorithms for one matrix, and rules.js the parts of the derivative rules,
   which are PyTorch's (FunctionsManual.cpp). */
import { checkMatrix, eachMatrix, emptyLike, rounding, store } from "./batches.js";
import { isFloat, TITLES } from "./dtype.js";
import { add, sub } from "./elementwise.js";
import { listed, raise } from "./error.js";
import { formQ, identity, luFactor, matrix, qrFactor } from "./factor.js";
import { cat } from "./joining.js";
import { triangularSolve } from "./linalg.js";
import { eye, zerosLike } from "./making.js";
import { matmul } from "./matmul.js";
import { dropLast, halfDiagonal, strictlyLower, T, times, upper } from "./rules.js";
import { record } from "./tape.js";
import { logicalSizes } from "./tensor.js";
import { narrow } from "./views.js";

/* Q and R with a = Q R; the mode is "reduced", "complete" or "r" (R alone). */
export function qr(x, mode = "reduced") {
  checkMatrix(x, "linalg.qr");
  if (!["reduced", "complete", "r"].includes(mode)) {
    raise(
      "RuntimeError",
      `qr received unrecognized mode '${mode}' but expected one of 'reduced' (default), 'r', or 'complete'`,
    );
  }
  const [n, m] = x.sizes.slice(-2);
  const k = mode === "complete" ? n : Math.min(n, m);
  const r = emptyLike(x, k, m);
  const q = mode === "r" ? undefined : emptyLike(x, n, k);
  eachMatrix(x, (a, i) => {
    const taus = qrFactor(a);
    if (q !== undefined) store(q, i, formQ(a, taus, k));
    const triangle = matrix(k, m);
    for (let c = 0; c < k; c++) for (let j = c; j < m; j++) triangle[c][j] = a[c][j];
    store(r, i, triangle);
  });
  const outputs = [q ?? eye(0, 0, x.dtype), r];
  if (q === undefined) dropLast(outputs[0]);
  const rule = ([gq, gr], q, r) => [
    () => {
      if (mode === "r") raise("RuntimeError", WITHOUT_Q);
      if (mode === "complete" && n > m) raise("RuntimeError", COMPLETE);
      return qrRule(gq, gr, q(), r());
    },
  ];
  return record(outputs, "LinalgQrBackward0", [x], rule, outputs);
}
const WITHOUT_Q =
  "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use " +
  "linalg.qr(A, mode='reduced') if you are going to differentiate through linalg.qr.";
const COMPLETE =
  "The QR decomposition is not differentiable when mode='complete' and nrows > ncols.";

function qrRule(gq, gr, q, r) {
  if (gq === undefined && gr === undefined) return undefined;
  const [n, m] = [q.sizes.at(-1), r.sizes.at(-1)];
  gq ??= zerosLike(q);
  gr ??= zerosLike(r);
  if (m === n) return squareQrRule(gq, gr, q, r);
  // [X, Y] = Q [U, V], so V = Qᵀ Y: its gradient reaches Y, and Q once more.
  const [u, v] = [narrow(r, -1, 0, n), narrow(r, -1, n, m - n)];
  const [gu, gv] = [narrow(gr, -1, 0, n), narrow(gr, -1, n, m - n)];
  const gx = squareQrRule(add(gq, times(q, v, T(gv))), gu, q, u);
  return cat(-1, gx, matmul(q, gv));
}

function squareQrRule(gq, gr, q, r) {
  const inner = upper(sub(matmul(gr, T(r)), matmul(T(q), gq)));
  const symmetric = halfDiagonal(add(inner, T(inner)));
  return triangularSolve(T(r), add(gq, matmul(q, symmetric)), false, false);
}

/* P, L and U with a = P L U. */
export function lu(x) {
  if (x.ndim < 2) {
    const got = listed(logicalSizes(x));
    raise("RuntimeError", `linalg.lu: Expected tensor with 2 or more dimensions. Got size: ${got} instead`);
  }
  if (!isFloat(x.dtype)) raise("NotImplementedError", `"lu_cpu" not implemented for '${TITLES[x.dtype]}'`);
  const [n, m] = x.sizes.slice(-2);
  const k = Math.min(n, m);
  const [p, l, u] = [emptyLike(x, n, n), emptyLike(x, n, k), emptyLike(x, k, m)];
  eachMatrix(x, (a, i) => {
    const { order } = luFactor(a, rounding(x));
    const [permutation, left, right] = [matrix(n, n), identity(n, k), matrix(k, m)];
    order.forEach((from, to) => (permutation[from][to] = 1));
    for (let r = 0; r < n; r++) left[r].set(a[r].subarray(0, Math.min(r, k)));
    for (let r = 0; r < k; r++) right[r].set(a[r].subarray(r), r);
    [p, l, u].forEach((out, j) => store(out, i, [permutation, left, right][j]));
  });
  const rule = ([gl, gu], p, l, u) => [
    () => {
      if (n !== m) {
        const what = "the derivative of linalg.lu of matrices that are not square";
        raise("NotImplementedError", `${what} is not in the page's engine`);
      }
      const below = gl === undefined ? undefined : strictlyLower(matmul(T(l()), gl));
      const above = gu === undefined ? undefined : upper(matmul(gu, T(u())));
      const inner = below === undefined ? above : above === undefined ? below : add(below, above);
      if (inner === undefined) return undefined;
      const right = triangularSolve(T(u()), inner, false, false);
      return matmul(p(), triangularSolve(T(l()), right, true, true, true));
    },
  ];
  return [p, ...record([l, u], "LinalgLuBackward0", [x], rule, [p, l, u])];
}
