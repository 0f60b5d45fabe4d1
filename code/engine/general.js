/* Eigenvalues of one general matrix, in double precision.

   Reflections make the matrix a Hessenberg matrix: zero below the first subdiagonal. Each step of
   Francis' QR iteration shifts by both eigenvalues of the last 2 × 2 block at once, so that it
   stays real while these are complex conjugates, and the subdiagonal vanishes at the end of the
   block (Golub & Van Loan, section 7.5). */
import { reflector } from "./factor.js";

const EPS = 2 ** -52;

/* Real and imaginary parts of the eigenvalues; a is overwritten. */
export function eigenvalues(a) {
  const n = a.length;
  hessenberg(a);
  const [re, im] = [new Float64Array(n), new Float64Array(n)];
  let end = n - 1;
  for (let steps = 0; end >= 0; ) {
    const start = blockStart(a, end);
    if (start === end) {
      re[end] = a[end][end];
      end -= 1;
      steps = 0;
    } else if (start === end - 1) {
      pair(a, end, re, im);
      end -= 2;
      steps = 0;
    } else {
      if (++steps > 30 * n) throw new Error("no convergence");
      francis(a, start, end, steps % 10 === 0);
    }
  }
  return { re, im };
}

function hessenberg(a) {
  const n = a.length;
  for (let c = 0; c < n - 2; c++) {
    const length = n - c - 1;
    const { tau, beta } = reflector(length, (k) => a[c + 1 + k][c], (k, v) => (a[c + 1 + k][c] = v));
    const v = Float64Array.from({ length }, (_, k) => (k === 0 ? 1 : a[c + 1 + k][c]));
    reflect(a, c + 1, v, tau, c + 1, n, 0, n);
    a[c + 1][c] = beta;
    for (let r = c + 2; r < n; r++) a[r][c] = 0;
  }
}

/* a ← H a H with H = 1 - tau v vᵀ on the rows and columns at …; only columns from … to and rows low
   … high change. */
function reflect(a, at, v, tau, from, to, low, high) {
  if (tau === 0) return;
  for (let j = from; j < to; j++) {
    let dot = 0;
    for (let k = 0; k < v.length; k++) dot += v[k] * a[at + k][j];
    for (let k = 0; k < v.length; k++) a[at + k][j] -= tau * dot * v[k];
  }
  for (let i = low; i < high; i++) {
    let dot = 0;
    for (let k = 0; k < v.length; k++) dot += v[k] * a[i][at + k];
    for (let k = 0; k < v.length; k++) a[i][at + k] -= tau * dot * v[k];
  }
}

/* The first row of the block that ends at `end`: what is left of it on the subdiagonal is
   negligible. */
function blockStart(a, end) {
  for (let i = end; i > 0; i--) {
    const scale = Math.abs(a[i][i]) + Math.abs(a[i - 1][i - 1]);
    if (Math.abs(a[i][i - 1]) <= EPS * (scale || 1)) {
      a[i][i - 1] = 0;
      return i;
    }
  }
  return 0;
}

/* The eigenvalues of the 2 × 2 block that ends at `end`. */
function pair(a, end, re, im) {
  const [first, last] = [a[end - 1][end - 1], a[end][end]];
  const cross = a[end - 1][end] * a[end][end - 1];
  const half = (first - last) / 2;
  const square = half * half + cross;
  const root = Math.sqrt(Math.abs(square));
  if (square < 0) {
    re[end - 1] = re[end] = (first + last) / 2;
    [im[end - 1], im[end]] = [root, -root];
    return;
  }
  // z without cancellation; the product of both is known from the determinant
  const z = half + (half < 0 ? -root : root);
  re[end - 1] = last + z;
  re[end] = z === 0 ? last : last - cross / z;
}

/* One double step on the rows start … end. Now and then the shift is exceptional, to leave a cycle.
   */
function francis(a, start, end, exceptional) {
  const n = a.length;
  const [p, q] = [a[end - 1][end - 1], a[end][end]];
  let trace = p + q;
  let determinant = p * q - a[end - 1][end] * a[end][end - 1];
  const square = ((p - q) / 2) ** 2 + a[end - 1][end] * a[end][end - 1];
  if (square >= 0) {
    // Of two real eigenvalues the one nearer to the corner serves twice, as in LAPACK.
    const shift = trace / 2 + (p > q ? -1 : 1) * Math.sqrt(square);
    [trace, determinant] = [2 * shift, shift * shift];
  }
  if (exceptional) {
    const size = Math.abs(a[end][end - 1]) + Math.abs(a[end - 1][end - 2]);
    [trace, determinant] = [1.5 * size, size * size];
  }
  // the first column of (a - λ₁)(a - λ₂)
  const [h, next] = [a[start], a[start + 1]];
  let column = [
    h[start] * (h[start] - trace) + determinant + h[start + 1] * next[start],
    next[start] * (h[start] + next[start + 1] - trace),
    next[start] * a[start + 2][start + 1],
  ];
  for (let k = start; k < end; k++) {
    const size = Math.min(3, end - k + 1);
    if (k > start) column = Array.from({ length: size }, (_, i) => a[k + i][k - 1]);
    const v = Float64Array.from(column.slice(0, size));
    const { tau, beta } = reflector(size, (i) => v[i], (i, value) => (v[i] = value));
    v[0] = 1;
    if (k > start) {
      a[k][k - 1] = beta;
      for (let i = 1; i < size; i++) a[k + i][k - 1] = 0;
    }
    reflect(a, k, v, tau, k, n, 0, Math.min(end, k + 3) + 1);
  }
}
