/* Factorisations of one matrix, in double precision: LU, Cholesky, QR.

   A matrix is an array of rows, each a Float64Array. The algorithms are those of Golub & Van Loan,
   Matrix Computations (chapters 3 to 5), with the signs of LAPACK: a Householder reflection turns a
   column x into -sign(x₁) |x|, so the diagonal of R has the signs that PyTorch's has. */

export const matrix = (n, m) => Array.from({ length: n }, () => new Float64Array(m));
export function identity(n, m = n) {
  const one = matrix(n, m);
  for (let i = 0; i < Math.min(n, m); i++) one[i][i] = 1;
  return one;
}
export const transposed = (a) =>
  Array.from({ length: a[0]?.length ?? 0 }, (_, j) => Float64Array.from(a, (row) => row[j]));

/* Overwrite a (n × m) by L below the diagonal and U on and above it. Returns the order of its rows,
   and the sign of that permutation: a[order[i]] = (L U)[i].

   Whether a pivot of a singular matrix is exactly zero depends on each rounding. So each is done as
   in PyTorch's library: with `f` in the type of the matrix, and by the pivot's reciprocal, except
   for the last column of matrices of up to four rows. */
export function luFactor(a, f = (v) => v) {
  const n = a.length;
  const m = a[0]?.length ?? 0;
  const order = Array.from({ length: n }, (_, i) => i);
  let sign = 1;
  for (let c = 0; c < Math.min(n, m); c++) {
    let pivot = c;
    for (let i = c + 1; i < n; i++) if (Math.abs(a[i][c]) > Math.abs(a[pivot][c])) pivot = i;
    if (pivot !== c) {
      [a[c], a[pivot]] = [a[pivot], a[c]];
      [order[c], order[pivot]] = [order[pivot], order[c]];
      sign = -sign;
    }
    if (a[c][c] === 0) continue;
    const divided = n <= 4 && c === n - 2;
    const reciprocal = f(1 / a[c][c]);
    for (let i = c + 1; i < n; i++) {
      const factor = (a[i][c] = f(divided ? a[i][c] / a[c][c] : a[i][c] * reciprocal));
      for (let j = c + 1; j < m; j++) a[i][j] = f(a[i][j] - f(factor * a[c][j]));
    }
  }
  return { order, sign };
}

/* The first column (counted from 1) whose pivot is zero, or 0. */
export function singularColumn(lu) {
  const found = lu.findIndex((row, i) => row[i] === 0);
  return found + 1;
}

/* Solve L U x = b[order], column by column of b, which is not changed. */
export function luSolve(lu, order, b) {
  const x = order.map((i) => b[i].slice());
  solveTriangular(lu, x, { upper: false, unit: true });
  solveTriangular(lu, x, { upper: true, unit: false });
  return x;
}

/* Overwrite b by the solution x of a x = b, where only one triangle of a is read. */
export function solveTriangular(a, b, { upper, unit }) {
  const n = b.length;
  for (let step = 0; step < n; step++) {
    const i = upper ? n - 1 - step : step;
    for (let j = upper ? i + 1 : 0; j < (upper ? n : i); j++) {
      const factor = a[i][j];
      if (factor !== 0) for (let c = 0; c < b[i].length; c++) b[i][c] -= factor * b[j][c];
    }
    if (!unit) for (let c = 0; c < b[i].length; c++) b[i][c] /= a[i][i];
  }
  return b;
}

/* Overwrite a by its lower factor, a = L Lᵀ; only the lower triangle is read. Returns the order of
   the first minor that is not positive, or 0. */
export function choleskyFactor(a) {
  const n = a.length;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i][j];
      for (let k = 0; k < j; k++) sum -= a[i][k] * a[j][k];
      if (i === j && !(sum > 0)) return i + 1;
      a[i][j] = i === j ? Math.sqrt(sum) : sum / a[j][j];
    }
    a[i].fill(0, i + 1);
  }
  return 0;
}

/* The reflection 1 - tau v vᵀ with v[0] = 1 that turns x = (x[0], x[1], …) into (beta, 0, …).
   Returns tau and beta, and overwrites x[1 …] by v[1 …]. `x` gets and sets by index. */
export function reflector(length, get, set) {
  let scale = 0;
  for (let i = 1; i < length; i++) scale = Math.max(scale, Math.abs(get(i)));
  const alpha = get(0);
  if (scale === 0) return { tau: 0, beta: alpha };
  scale = Math.max(scale, Math.abs(alpha));
  let square = 0;
  for (let i = 0; i < length; i++) square += (get(i) / scale) ** 2;
  const beta = -(alpha < 0 || Object.is(alpha, -0) ? -1 : 1) * scale * Math.sqrt(square);
  for (let i = 1; i < length; i++) set(i, get(i) / (alpha - beta));
  return { tau: (beta - alpha) / beta, beta };
}

/* Overwrite a by R on and above the diagonal and the reflections' vectors below it; returns their
   tau. */
export function qrFactor(a) {
  const n = a.length;
  const m = a[0]?.length ?? 0;
  const taus = [];
  for (let c = 0; c < Math.min(n, m); c++) {
    const { tau, beta } = reflector(n - c, (i) => a[c + i][c], (i, v) => (a[c + i][c] = v));
    taus.push(tau);
    reflectRows(a, c, c, tau, c + 1);
    a[c][c] = beta;
  }
  return taus;
}

/* Apply the reflection whose vector is 1 and a[row + 1 …][column] to the rows row … of b, from
   `from` on. */
function reflectRows(a, row, column, tau, from, b = a) {
  if (tau === 0) return;
  for (let j = from; j < b[row].length; j++) {
    let dot = b[row][j];
    for (let i = row + 1; i < a.length; i++) dot += a[i][column] * b[i][j];
    dot *= tau;
    b[row][j] -= dot;
    for (let i = row + 1; i < a.length; i++) b[i][j] -= a[i][column] * dot;
  }
}

/* The first `columns` columns of Q = H₁ H₂ …, from a factored matrix. */
export function formQ(a, taus, columns) {
  const q = identity(a.length, columns);
  for (let c = taus.length - 1; c >= 0; c--) reflectRows(a, c, c, taus[c], 0, q);
  return q;
}

export function multiply(a, b) {
  const out = matrix(a.length, b[0]?.length ?? 0);
  for (let i = 0; i < a.length; i++) {
    for (let k = 0; k < b.length; k++) {
      const factor = a[i][k];
      for (let j = 0; j < out[i].length; j++) out[i][j] += factor * b[k][j];
    }
  }
  return out;
}
