/* Linear algebra: determinants, inverses, linear equations, and the factorisations LU, Cholesky and QR.

   factor.js has the algorithms for one matrix. The derivative rules are written in the engine's operations,
   with g for the gradient of what the function returns; they are PyTorch's (FunctionsManual.cpp). See Giles,
   "An extended collection of matrix derivative results" (2008), for how they follow. */
import { aligned, checkMatrix, checkSameType, checkSquare, eachMatrix, emptyLike, fail, store } from "./batches.js";
import { add, binary, mul, neg, sub } from "./elementwise.js";
import { isFloat, TITLES } from "./dtype.js";
import { listed, raise } from "./error.js";
import { choleskyFactor, formQ, identity, luFactor, luSolve, matrix, qrFactor, singularColumn, solveTriangular, transposed } from "./factor.js";
import { cat } from "./joining.js";
import { eye, zerosLike } from "./making.js";
import { matmul } from "./matmul.js";
import { gradMode, record } from "./tape.js";
import { logicalSizes, number, same, values } from "./tensor.js";
import { where } from "./ternary.js";
import { narrow, squeeze, transpose, unsqueeze } from "./views.js";

export const T = x => transpose(x, -2, -1);
export const times = (...xs) => xs.reduce((a, b) => matmul(a, b));
const HALF = number(0.5);

/* Masks of n × m matrices: below, on, above the diagonal. */
const mask = (n, m, dtype, keep) => {
  const out = eye(n, m, dtype);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) out.storage.data[i * m + j] = keep(i, j);
  return out;
};
const masked = keep => x => mul(x, mask(x.sizes.at(-2), x.sizes.at(-1), x.dtype, (i, j) => Number(keep(i, j))));
const lower = masked((i, j) => i >= j);
const upper = masked((i, j) => i <= j);
const strictlyLower = masked((i, j) => i > j);
const strictlyUpper = masked((i, j) => i < j);
const halfDiagonal = x =>
  mul(x, mask(x.sizes.at(-2), x.sizes.at(-1), x.dtype, (i, j) => (i === j ? 0.5 : 1)));
const twice = x => unsqueeze(unsqueeze(x, -1), -1);

// ---- inverse, determinant, linear equations

export function inv(x) {
  checkSquare(x, "linalg.inv");
  return inverse(x, (i, column) =>
    fail(
      "linalg.inv",
      x,
      i,
      `The diagonal element ${column} is zero, the inversion could not be completed because the ` +
        "input matrix is singular.",
    ),
  );
}

/* The inverse; of a singular matrix, what `singular` says or else infinities. */
function inverse(x, singular = () => undefined) {
  const n = x.sizes.at(-1);
  const out = emptyLike(x, n, n);
  eachMatrix(x, (a, i) => {
    const { order } = luFactor(a);
    const column = singularColumn(a);
    if (column > 0) singular(i, column);
    store(out, i, luSolve(a, order, identity(n)));
  });
  return record(out, "LinalgInvExBackward0", [x], (g, y) => [() => neg(times(T(y()), g, T(y())))], [out]);
}

export function det(x) {
  checkSquare(x, "linalg.det");
  const out = emptyLike(x);
  eachMatrix(x, (a, i) => {
    const { sign } = luFactor(a);
    store(out, i, a.reduce((product, row, k) => product * row[k], sign));
  });
  return record(out, "LinalgDetBackward0", [x], (g, x, y) => [() => detRule(g, x(), y())], [x, out]);
}

/* g det(A) A⁻ᵀ. Of a singular matrix PyTorch gives zero. */
function detRule(g, x, y) {
  const zero = binary("eq", y, number(0));
  const singular = values(zero).includes(1);
  if (singular && gradMode()) {
    const what = "the second derivative of the determinant of a singular matrix";
    raise("NotImplementedError", `${what} is not in the page's engine`);
  }
  const n = x.sizes.at(-1);
  const regular = singular ? where(twice(zero), eye(n, n, x.dtype), x) : x;
  return mul(twice(mul(g, y)), T(inverse(regular)));
}

/* The determinant's sign and the logarithm of its size. */
export function slogdet(x) {
  checkSquare(x, "linalg.slogdet");
  const [signs, logs] = [emptyLike(x), emptyLike(x)];
  eachMatrix(x, (a, i) => {
    const diagonal = [luFactor(a).sign, ...a.map((row, k) => row[k])];
    store(signs, i, diagonal.reduce((s, d) => s * Math.sign(d), 1));
    store(logs, i, diagonal.reduce((s, d) => s + Math.log(Math.abs(d)), 0));
  });
  const rule = ([, g], x) => [() => g && mul(twice(g), T(inverse(x())))];
  return record([signs, logs], "LinalgSlogdetBackward0", [x], rule, [x]);
}

/* The solution of a x = b, where b is a vector, or has matrices as its last two axes. */
export function solve(a, b) {
  const name = "linalg.solve";
  checkSquare(a, name);
  checkSameType(a, b, name);
  const [sizes, other] = [logicalSizes(a), logicalSizes(b)];
  const vector = b.ndim === 1 || (a.ndim - 1 === b.ndim && same(sizes.slice(0, -1), other));
  const [n, rows] = [sizes.at(-1), vector ? other.at(-1) : other.at(-2)];
  if (n !== rows) {
    const shape = `${rows}x${vector ? 1 : other.at(-1)}`;
    raise(
      "RuntimeError",
      `${name}: Incompatible shapes of A and B for the equation AX = B (${n}x${n} and ${shape})`,
    );
  }
  const columns = x => (vector ? unsqueeze(x, -1) : x);
  const out = solutions(a, columns(b));
  const result = vector ? dropLast(out) : out;
  const rule = (g, a, x) => {
    let gb;
    const left = () => (gb ??= solve(T(a()), columns(g)));
    return [
      () => neg(matmul(left(), T(columns(x())))),
      () => (vector ? squeeze(left(), -1) : left()),
    ];
  };
  return record(result, "LinalgSolveExBackward0", [a, b], rule, [a, result]);
}

function dropLast(x) {
  x.sizes = x.sizes.slice(0, -1);
  x.strides = x.strides.slice(0, -1);
  return x;
}

function solutions(a, b) {
  const [left, right] = aligned(a, b);
  const out = emptyLike(right, ...right.sizes.slice(-2));
  const factors = [];
  eachMatrix(left, (m, i) => {
    const { order } = luFactor(m);
    if (singularColumn(m) > 0) {
      const sentence = "The solver failed because the input matrix is singular.";
      fail("torch.linalg.solve", a, i, sentence);
    }
    factors.push([m, order]);
  });
  eachMatrix(right, (m, i) => store(out, i, luSolve(...factors[i], m)));
  return out;
}

/* The solution of a x = b (or x a = b), where only one triangle of a is read. */
export function triangularSolve(a, b, isUpper, left = true, unit = false) {
  const name = "linalg.solve_triangular";
  checkSquare(a, name);
  checkMatrix(b, name, "B");
  checkSameType(a, b, name);
  const [n, rows] = [a.sizes.at(-1), b.sizes.at(left ? -2 : -1)];
  if (n !== rows) {
    const shapes = `${n}x${n} and ${b.sizes.at(-2)}x${b.sizes.at(-1)}`;
    const equation = left ? "AX = B" : "XA = B";
    raise("RuntimeError", `${name}: Incompatible shapes of A and B for the equation ${equation} (${shapes})`);
  }
  const [triangles, right] = aligned(a, b);
  const out = emptyLike(right, ...right.sizes.slice(-2));
  const matrices = [];
  const turned = m => (left ? m : transposed(m));
  eachMatrix(triangles, m => matrices.push(turned(m)));
  const options = { upper: isUpper === left, unit };
  eachMatrix(right, (m, i) => store(out, i, turned(solveTriangular(matrices[i], turned(m), options))));
  const part = unit ? (isUpper ? strictlyUpper : strictlyLower) : isUpper ? upper : lower;
  const rule = (g, a, x) => {
    let gb;
    const back = () => (gb ??= triangularSolve(T(a()), g, !isUpper, left, unit));
    return [() => part(neg(left ? matmul(back(), T(x())) : matmul(T(x()), back()))), back];
  };
  return record(out, "LinalgSolveTriangularBackward0", [a, b], rule, [a, out]);
}

// ---- factorisations

/* L with a = L Lᵀ, or its transpose. */
export function cholesky(x, isUpper = false) {
  const name = "linalg.cholesky";
  checkSquare(x, name);
  const n = x.sizes.at(-1);
  const out = emptyLike(x, n, n);
  eachMatrix(x, (a, i) => {
    const minor = choleskyFactor(a);
    if (minor > 0) {
      fail(
        name,
        x,
        i,
        "The factorization could not be completed because the input is not positive-definite (the " +
          `leading minor of order ${minor} is not positive-definite).`,
      );
    }
    store(out, i, isUpper ? transposed(a) : a);
  });
  const rule = (g, y) => [
    () => {
      const [l, gl] = isUpper ? [T(y()), T(g)] : [y(), g];
      const inner = halfDiagonal(lower(matmul(T(l), gl)));
      const ga = triangularSolve(l, triangularSolve(T(l), inner, true), false, false);
      return mul(add(ga, T(ga)), HALF);
    },
  ];
  return record(out, "LinalgCholeskyExBackward0", [x], rule, [out]);
}

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
    const { order } = luFactor(a);
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

export const diagonalTo = (x, value) => {
  const n = x.sizes.at(-1);
  return where(binary("gt", eye(n, n, x.dtype), HALF), value, x);
};
