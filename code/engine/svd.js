/* Singular values of one matrix, in double precision: a = U diag(S) Vᵀ.

   Reflections from both sides make the matrix bidiagonal (Golub & Van Loan, section 5.4), and
   bidiagonal.js does the rest. The steps are LAPACK's, so that singular vectors have its signs. */
import { diagonalize, rotation } from "./bidiagonal.js";
import { formQ, identity, matrix, multiply, qrFactor, reflector, transposed } from "./factor.js";


/* U (n × n or n × k), s (k numbers, largest first) and V (m × m or m × k), where k = min(n, m). */
export function singular(a, full) {
  const n = a.length;
  const m = a[0]?.length ?? 0;
  return n < m ? wide(a, full) : tall(a, full);
}

function tall(a, full) {
  const n = a.length;
  const m = a[0]?.length ?? 0;
  // R has the same singular values, and is smaller if the matrix has many more rows than columns.
  if (n >= Math.trunc(1.5 * m) && n > m) {
    const taus = qrFactor(a);
    const q = formQ(a, taus, full ? n : m);
    const r = matrix(m, m);
    for (let i = 0; i < m; i++) for (let j = i; j < m; j++) r[i][j] = a[i][j];
    const inner = tall(r, false);
    return { ...inner, u: multiply(q, padded(inner.u, full ? n : m, full ? n : m)) };
  }
  const { d, e, left, right } = bidiagonal(a);
  const [u, v] = [identity(m), identity(m)];
  diagonalize(d, e, u, v);
  return {
    u: reflected(left, padded(u, n, full ? n : m)),
    s: d,
    v: reflected(right, v),
  };
}

/* With more columns than rows everything is mirrored. A bidiagonal matrix that has its numbers
   below the diagonal is first rotated so that they stand above it. */
function wide(a, full) {
  const n = a.length;
  const m = a[0].length;
  const { d, e, left, right } = bidiagonal(transposed(a));
  const turns = [];
  for (let i = 0; i < n - 1; i++) {
    const [c, s, r] = rotation(d[i], e[i]);
    d[i] = r;
    e[i] = s * d[i + 1];
    d[i + 1] *= c;
    turns.push([i, c, -s]);
  }
  const [u, v] = [identity(n), identity(n)];
  diagonalize(d, e, u, v);
  for (const [i, c, s] of turns.reverse()) rotateRows(u, i, c, s);
  return {
    u: reflected(right, u),
    s: d,
    v: reflected(left, padded(v, m, full ? m : n)),
  };
}

function rotateRows(z, i, c, s) {
  const [x, y] = [z[i], z[i + 1]];
  for (let j = 0; j < x.length; j++) [x[j], y[j]] = [c * x[j] + s * y[j], c * y[j] - s * x[j]];
}

/* The matrix in the upper left corner of one with ones on its diagonal. */
function padded(small, n, m) {
  const out = identity(n, m);
  small.forEach((row, i) => out[i].set(row));
  return out;
}

/* Diagonal d and superdiagonal e of Hᵀ a G, and the reflections: [first row, vector, tau] each. a
   has at least as many rows as columns. */
function bidiagonal(a) {
  const n = a.length;
  const m = a[0]?.length ?? 0;
  const [d, e] = [new Float64Array(m), new Float64Array(m)];
  const [left, right] = [[], []];
  for (let i = 0; i < m; i++) {
    const down = reflector(n - i, (k) => a[i + k][i], (k, v) => (a[i + k][i] = v));
    const vector = Float64Array.from({ length: n - i }, (_, k) => (k === 0 ? 1 : a[i + k][i]));
    d[i] = down.beta;
    left.push([i, vector, down.tau]);
    reflectFromLeft(a, i, vector, down.tau, i + 1);
    if (i === m - 1) break;
    const along = reflector(m - i - 1, (k) => a[i][i + 1 + k], (k, v) => (a[i][i + 1 + k] = v));
    const rowVector = Float64Array.from({ length: m - i - 1 }, (_, k) => (k === 0 ? 1 : a[i][i + 1 + k]));
    e[i] = along.beta;
    right.push([i + 1, rowVector, along.tau]);
    for (let r = i + 1; r < n; r++) {
      let dot = 0;
      rowVector.forEach((v, k) => (dot += a[r][i + 1 + k] * v));
      rowVector.forEach((v, k) => (a[r][i + 1 + k] -= along.tau * dot * v));
    }
  }
  return { d, e, left, right };
}

function reflectFromLeft(b, row, vector, tau, from = 0) {
  if (tau === 0) return;
  for (let j = from; j < b[row].length; j++) {
    let dot = 0;
    for (let k = 0; k < vector.length; k++) dot += vector[k] * b[row + k][j];
    for (let k = 0; k < vector.length; k++) b[row + k][j] -= tau * dot * vector[k];
  }
}

function reflected(reflections, b) {
  for (let i = reflections.length - 1; i >= 0; i--) reflectFromLeft(b, ...reflections[i]);
  return b;
}
