/* Linear algebra that rests on eigenvalues and singular values, and the matrix exponential.

   Eigenvectors turn into each other as the matrix moves, the faster the nearer their eigenvalues
   are; so the derivative rules divide by differences of eigenvalues, and are infinite where two are
   equal. The rules are PyTorch's (FunctionsManual.cpp). */
import {
  checkFinite,
  checkMatrix,
  checkSquare,
  eachMatrix,
  emptyLike,
  finite,
  store,
} from "./batches.js";
import { add, div, mul, neg, sub } from "./elementwise.js";
import { isFloat, isInteger, TITLES } from "./dtype.js";
import { listed, raise } from "./error.js";
import { symmetricEigen } from "./eigen.js";
import { identity, luFactor, luSolve, matrix, multiply, transposed } from "./factor.js";
import { eigenvalues } from "./general.js";
import { cat } from "./joining.js";
import { eye, full, zerosLike } from "./making.js";
import { matmul } from "./matmul.js";
import { asColumn, asRow, diagonalTo, HALF, T, times } from "./rules.js";
import { record, withGrad } from "./tape.js";
import { broadcastSizes, logicalSizes, make, number, same } from "./tensor.js";
import { singular } from "./svd.js";
import { squeeze, unsqueeze } from "./shapes.js";
import { narrow } from "./views.js";

const ONE = number(1);
const onDiagonal = (x) => {
  const n = x.sizes.at(-1);
  return mul(asRow(x), eye(n, n, x.dtype));
};
/* differences[i][j] = x[j] - x[i], and 1 on the diagonal */
const differences = (x) => diagonalTo(sub(asRow(x), asColumn(x)), ONE);

// ---- eigenvalues

/* Eigenvalues of symmetric matrices, in ascending order, and eigenvectors as columns. */
export const eigvalsh = (x) => eigh(x)[0];
export function eigh(x) {
  const known = x.ndim >= 2 && isInteger(x.dtype);
  if (known) raise("NotImplementedError", `"linalg_eigh_cpu" not implemented for '${TITLES[x.dtype]}'`);
  checkSquare(x, "linalg.eigh");
  const n = x.sizes.at(-1);
  const [w, v] = [emptyLike(x, n), emptyLike(x, n, n)];
  eachMatrix(x, (a, i) => {
    const nothing = () => ({ values: new Float64Array(n).fill(NaN), vectors: a.map((row) => row.fill(NaN)) });
    const found = finite(a) ? symmetricEigen(a) : nothing();
    store(w, i, found.values);
    store(v, i, found.vectors);
  });
  const rule = ([gw, gv], w, v) => [
    () => {
      const inner = [];
      if (gw !== undefined) inner.push(onDiagonal(gw));
      if (gv !== undefined) {
        // Only a turn of the vectors is possible: the antisymmetric part.
        const turn = matmul(T(v()), gv);
        inner.push(div(mul(sub(turn, T(turn)), HALF), differences(w())));
      }
      return inner.length === 0 ? undefined : times(v(), inner.reduce(add), T(v()));
    },
  ];
  return record([w, v], "LinalgEighBackward0", [x], rule, [w, v]);
}

/* Real and imaginary parts of the eigenvalues of general matrices. */
export function eigvals(x) {
  const name = "linalg.eigvals";
  checkSquare(x, name);
  const n = x.sizes.at(-1);
  const parts = [emptyLike(x, n), emptyLike(x, n)];
  eachMatrix(x, (a, i) => {
    checkFinite(a, name, x, i);
    const { re, im } = eigenvalues(a);
    store(parts[0], i, re);
    store(parts[1], i, im);
  });
  return record(parts, "LinalgEigBackward0", [x], () => {
    raise("NotImplementedError", "the derivative of linalg.eigvals is not in the page's engine");
  });
}

// ---- singular values

/* U, S and Vᵀ with a = U diag(S) Vᵀ. */
export function svd(x, isFull = true) {
  const name = "linalg.svd";
  checkMatrix(x, name);
  const [n, m] = x.sizes.slice(-2);
  const k = Math.min(n, m);
  const outputs = [
    emptyLike(x, n, isFull ? n : k),
    emptyLike(x, k),
    emptyLike(x, isFull ? m : k, m),
  ];
  const none = () => ({ u: identity(n, isFull ? n : 0), s: [], v: identity(m, isFull ? m : 0) });
  eachMatrix(x, (a, i) => {
    checkFinite(a, name, x, i);
    const { u, s, v } = n * m === 0 ? none() : singular(a, isFull);
    [u, s, transposed(v)].forEach((part, j) => part.length > 0 && store(outputs[j], i, part));
  });
  const rule = ([gu, gs, gvh], u, s, vh) => [
    () => {
      const cut = (y, dim) => y && narrow(y, dim, 0, k);
      return svdRule([cut(gu, -1), gs, cut(gvh, -2)], cut(u(), -1), s(), cut(vh(), -2));
    },
  ];
  return record(outputs, "LinalgSvdBackward0", [x], rule, outputs);
}
export const svdvals = (x) => svd(x, false)[1];

function svdRule([gu, gs, gvh], u, s, vh) {
  const [n, k, m] = [u.sizes.at(-2), s.sizes.at(-1), vh.sizes.at(-1)];
  const skew = (x) => div(sub(x, T(x)), differences(mul(s, s)));
  const inner = [];
  if (gu !== undefined) inner.push(mul(skew(matmul(T(u), gu)), asRow(s)));
  if (gvh !== undefined) inner.push(mul(asColumn(s), skew(matmul(vh, T(gvh)))));
  if (gs !== undefined) inner.push(onDiagonal(gs));
  if (inner.length === 0) return undefined;
  let ga = times(u, inner.reduce(add), vh);
  // what moves the vectors out of the space that they span
  if (gu !== undefined && n > k) {
    const part = div(gu, asRow(s));
    ga = add(ga, matmul(sub(part, times(u, T(u), part)), vh));
  }
  if (gvh !== undefined && m > k) {
    const part = div(gvh, asColumn(s));
    ga = add(ga, matmul(u, sub(part, times(part, T(vh), vh))));
  }
  return ga;
}

const epsilon = (x) => (x.dtype === "float32" ? 2 ** -23 : 2 ** -52);

/* The pseudoinverse V diag(1/S) Uᵀ, where singular values up to atol, or rtol times the largest,
   count as zero. Of a hermitian matrix only the lower triangle is read. */
export function pinv(x, rtol, hermitian = false, atol = 0) {
  if (x.ndim < 2 || !isFloat(x.dtype)) {
    raise(
      "RuntimeError",
      `linalg.pinv(${TITLES[x.dtype]}{${listed(logicalSizes(x))}}): expected a tensor with 2 or more ` +
        "dimensions of float, double, cfloat or cdouble types",
    );
  }
  if (hermitian) checkSquare(x, "linalg.eigh");
  const [n, m] = x.sizes.slice(-2);
  const relative = rtol ?? (atol > 0 ? 0 : Math.max(n, m) * epsilon(x));
  const limit = (largest) => Math.max(atol, relative * largest);
  const out = emptyLike(x, m, n);
  pseudoinverses(x, limit, hermitian, (inverse, i) => store(out, i, inverse));
  const rule = (g, x, y) => [() => pinvRule(g, x(), y())];
  return record(out, "LinalgPinvBackward0", [x], rule, [x, out]);
}

/* Call work(pseudoinverse, i, rank) for each matrix of x. */
function pseudoinverses(x, limit, hermitian, work) {
  eachMatrix(x, (a, i) => {
    const [n, m] = [a.length, x.sizes.at(-1)];
    if (n === 0 || m === 0) return work(matrix(m, n), i, 0);
    if (hermitian) a.forEach((row, r) => row.forEach((v, c) => r > c && (a[c][r] = v)));
    checkFinite(a, "linalg.svd", x, i);
    const { u, s, v } = singular(a, false);
    const rank = s.filter((value) => value > limit(s[0])).length;
    const scaled = v.map((row) => row.map((value, j) => (j < rank ? value / s[j] : 0)));
    return work(multiply(scaled, transposed(u)), i, rank);
  });
}

function pinvRule(g, a, p) {
  const [ph, gh] = [T(p), T(g)];
  const terms = (first, ...rest) => rest.reduce(add, first);
  if (a.sizes.at(-2) <= a.sizes.at(-1)) {
    const k = matmul(gh, p);
    const kp = matmul(k, ph);
    return terms(neg(T(matmul(p, k))), kp, neg(times(a, p, kp)), times(ph, p, sub(gh, matmul(k, a))));
  }
  const k = matmul(p, gh);
  const pk = matmul(ph, k);
  return terms(neg(T(matmul(k, p))), times(sub(gh, matmul(a, k)), p, ph), pk, neg(times(pk, p, a)));
}

/* The least-squares solution of a x = b with the smallest norm: [solution, residuals, rank,
   singular values], of which PyTorch's default driver gives no residuals and no singular values. */
export function lstsq(a, b, rcond) {
  const wrong = (sentence) => raise("RuntimeError", `torch.linalg.lstsq: ${sentence}`);
  if (a.ndim < 2) wrong("input must have at least 2 dimensions.");
  if (b.ndim < 1) wrong("other must have at least 1 dimension.");
  if (![0, 1].includes(a.ndim - b.ndim)) {
    wrong(
      "input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) <= 1",
    );
  }
  const [sizes, other] = [logicalSizes(a), logicalSizes(b)];
  const vector = b.ndim === 1 || same(sizes.slice(0, -1), other);
  if (sizes.at(-2) !== other.at(vector ? -1 : -2)) {
    wrong(`input.size(-2) should match other.size(${vector ? -1 : -2})`);
  }
  if (!vector) broadcastSizes(sizes.slice(0, -2), other.slice(0, a.ndim - 2));
  if (a.dtype !== b.dtype) {
    raise(
      "RuntimeError",
      "torch.linalg.lstsq: Expected input and other to have the same dtype, but got input's dtype " +
        `${TITLES[a.dtype]} and other's dtype ${TITLES[b.dtype]}`,
    );
  }
  const rank = make(a.sizes.slice(0, -2), "int64", a.levels);
  const limit = rcond ?? Math.max(...sizes.slice(-2)) * epsilon(a);
  pseudoinverses(a, (largest) => limit * largest, false, (_, i, r) => store(rank, i, r));
  const columns = (x) => (vector ? unsqueeze(x, -1) : x);
  const rows = (x) => (vector ? squeeze(x, -1) : x);
  const solution = withGrad(false, () => rows(matmul(pinv(a, limit), columns(b))));
  const nothing = () => full(0, a.dtype, 0);
  const rule = (g, a, b) => {
    const p = pinv(a(), limit);
    return [
      () => pinvRule(matmul(columns(g), T(columns(b()))), a(), p),
      () => rows(matmul(T(p), columns(g))),
    ];
  };
  record(solution, "LinalgLstsqBackward0", [a, b], rule, [a, b]);
  return [solution, nothing(), rank, nothing()];
}

// ---- the matrix exponential

/* exp(a) by scaling, Padé's approximant of degree 13, and squaring (Higham, SIAM J. Matrix Anal.
   Appl. 26 (2005) 1179). */
export function matrixExp(x) {
  checkSquare(x, "linalg.matrix_exp");
  const n = x.sizes.at(-1);
  const out = emptyLike(x, n, n);
  eachMatrix(x, (a, i) => store(out, i, exponential(a)));
  // exp of [[Aᵀ, g], [0, Aᵀ]] has the gradient in its upper right corner.
  const rule = (g, x) => [
    () => {
      const a = T(x());
      const block = cat(-2, cat(-1, a, g), cat(-1, zerosLike(a), a));
      return narrow(narrow(matrixExp(block), -2, 0, n), -1, n, n);
    },
  ];
  return record(out, "LinalgMatrixExpBackward0", [x], rule, [x]);
}

const PADE = [
  64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000,
  10559470521600, 670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
];

function exponential(a) {
  const n = a.length;
  let norm = 0;
  for (let c = 0; c < n; c++) norm = Math.max(norm, a.reduce((sum, row) => sum + Math.abs(row[c]), 0));
  if (!Number.isFinite(norm)) return a.map((row) => row.fill(NaN));
  const squarings = Math.max(0, Math.ceil(Math.log2(norm / 5.371920351148152)));
  const scaled = a.map((row) => row.map((v) => v / 2 ** squarings));
  const a2 = multiply(scaled, scaled);
  // even and odd powers, by Horner's rule in a²
  let [even, odd] = [matrix(n, n), matrix(n, n)];
  const plus = (m, c) => m.map((row, i) => row.map((v, j) => (i === j ? v + c : v)));
  for (let k = 12; k >= 0; k -= 2) {
    even = plus(multiply(even, a2), PADE[k]);
    odd = plus(multiply(odd, a2), PADE[k + 1]);
  }
  odd = multiply(scaled, odd);
  const denominator = even.map((row, i) => row.map((v, j) => v - odd[i][j]));
  const numerator = even.map((row, i) => row.map((v, j) => v + odd[i][j]));
  const { order } = luFactor(denominator);
  let result = luSolve(denominator, order, numerator);
  for (let k = 0; k < squarings; k++) result = multiply(result, result);
  return result;
}
