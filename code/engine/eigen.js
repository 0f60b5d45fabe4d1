/* Eigenvalues of one matrix, in double precision.

   A symmetric matrix becomes tridiagonal by reflections, and rotations then make what is beside the
   diagonal vanish: the implicit QL and QR iteration with Wilkinson's shift (Golub & Van Loan,
   section 8.3; LAPACK's steqr, whose order of steps is kept so that eigenvectors have its signs). A
   general matrix becomes a Hessenberg matrix, and Francis' double shifts split off its eigenvalues
   (section 7.5). */
import { identity, reflector } from "./factor.js";

const EPS = 2 ** -53;
const sign = (size, of) => (of < 0 || Object.is(of, -0) ? -Math.abs(size) : Math.abs(size));

/* The rotation (c, s) with c f + s g = r, -s f + c g = 0, where c > 0 if |f| > |g|. */
function rotation(f, g) {
  if (g === 0) return [1, 0, f];
  if (f === 0) return [0, 1, g];
  const size = Math.hypot(f, g);
  const r = Math.abs(f) > Math.abs(g) && f < 0 ? -size : size;
  return [f / r, g / r, r];
}

/* Eigenvalues of a symmetric matrix in ascending order, and its eigenvectors as columns. Only the
   lower triangle is read; a is overwritten. */
export function symmetricEigen(a) {
  const n = a.length;
  const { d, e, taus } = tridiagonal(a);
  const z = vectorsOfReflections(a, taus);
  iterate(d, e, z);
  const order = Array.from(d, (_, i) => i);
  for (let i = 0; i < n - 1; i++) {
    let least = i;
    for (let j = i + 1; j < n; j++) if (d[order[j]] < d[order[least]]) least = j;
    [order[i], order[least]] = [order[least], order[i]];
  }
  return {
    values: Float64Array.from(order, (i) => d[i]),
    vectors: z.map((row) => Float64Array.from(order, (i) => row[i])),
  };
}

function tridiagonal(a) {
  const n = a.length;
  const [d, e, taus] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n - 1; i++) {
    const { tau, beta } = reflector(n - i - 1, (k) => a[i + 1 + k][i], (k, v) => (a[i + 1 + k][i] = v));
    e[i] = beta;
    taus[i] = tau;
    if (tau !== 0) {
      a[i + 1][i] = 1;
      symmetricUpdate(a, i + 1, i, tau);
    }
    d[i] = a[i][i];
  }
  if (n > 0) d[n - 1] = a[n - 1][n - 1];
  return { d, e, taus };
}

/* a ← H a H for the trailing block from `from` on, with v in column `column`: a - v wᵀ - w vᵀ */
function symmetricUpdate(a, from, column, tau) {
  const n = a.length;
  const w = new Float64Array(n);
  for (let r = from; r < n; r++) {
    for (let c = from; c < n; c++) w[r] += (c <= r ? a[r][c] : a[c][r]) * a[c][column];
    w[r] *= tau;
  }
  let dot = 0;
  for (let r = from; r < n; r++) dot += w[r] * a[r][column];
  for (let r = from; r < n; r++) w[r] -= (tau / 2) * dot * a[r][column];
  for (let r = from; r < n; r++) {
    for (let c = from; c <= r; c++) a[r][c] -= a[r][column] * w[c] + w[r] * a[c][column];
  }
}

/* Q = H₁ H₂ …, whose vectors stand below the subdiagonal of a. */
function vectorsOfReflections(a, taus) {
  const n = a.length;
  const q = identity(n);
  for (let i = n - 2; i >= 0; i--) {
    if (taus[i] === 0) continue;
    for (let j = i + 1; j < n; j++) {
      let dot = q[i + 1][j];
      for (let r = i + 2; r < n; r++) dot += a[r][i] * q[r][j];
      dot *= taus[i];
      q[i + 1][j] -= dot;
      for (let r = i + 2; r < n; r++) q[r][j] -= a[r][i] * dot;
    }
  }
  return q;
}

/* Rotate the columns i and i + 1 of z. */
export function rotateColumns(z, i, c, s) {
  for (const row of z) {
    const [x, y] = [row[i], row[i + 1]];
    row[i] = c * x + s * y;
    row[i + 1] = c * y - s * x;
  }
}

/* Overwrite the diagonal d of a tridiagonal matrix by its eigenvalues, and z by z times its
   eigenvectors. */
function iterate(d, e, z) {
  const n = d.length;
  let first = 0;
  for (let steps = 30 * n; first < n; ) {
    if (first > 0) e[first - 1] = 0;
    let last = first;
    while (last < n - 1 && !small(d, e, last)) last++;
    if (last < n - 1) e[last] = 0;
    const [low, high] = [first, last];
    first = last + 1;
    if (low === high) continue;
    // The iteration begins at the end where the diagonal is larger.
    if (Math.abs(d[high]) < Math.abs(d[low])) steps = implicitQR(d, e, z, low, high, steps);
    else steps = implicitQL(d, e, z, low, high, steps);
  }
}

const small = (d, e, i) =>
  e[i] === 0 || Math.abs(e[i]) <= Math.sqrt(Math.abs(d[i])) * Math.sqrt(Math.abs(d[i + 1])) * EPS;
const negligible = (d, e, i) => e[i] ** 2 <= EPS * Math.abs(d[i]) * EPS * Math.abs(d[i + 1]) + 2 ** -1022;

/* The eigenvalues of [[a, b], [b, c]], the larger one in size first, and the first one's vector
   (cs, sn). */
function eigen2(a, b, c) {
  const sum = a + c;
  const difference = a - c;
  const twice = b + b;
  const root = Math.hypot(difference, twice);
  const [larger, smaller] = Math.abs(a) > Math.abs(c) ? [a, c] : [c, a];
  const second = (rt1) => (larger / rt1) * smaller - (b / rt1) * b;
  let [rt1, rt2, sgn] = [0.5 * root, -0.5 * root, 1];
  if (sum !== 0) {
    sgn = sum < 0 ? -1 : 1;
    rt1 = 0.5 * (sum + sgn * root);
    rt2 = second(rt1);
  }
  const sgn2 = difference >= 0 ? 1 : -1;
  const cs = difference + sgn2 * root;
  let [cs1, sn1] = [1, 0];
  if (Math.abs(cs) > Math.abs(twice)) {
    const cotangent = -twice / cs;
    sn1 = 1 / Math.sqrt(1 + cotangent ** 2);
    cs1 = cotangent * sn1;
  } else if (twice !== 0) {
    const tangent = -cs / twice;
    cs1 = 1 / Math.sqrt(1 + tangent ** 2);
    sn1 = tangent * cs1;
  }
  if (sgn === sgn2) [cs1, sn1] = [-sn1, cs1];
  return { rt1, rt2, cs: cs1, sn: sn1 };
}

const shiftOf = (p, next, e) => {
  const g = (next - p) / (2 * e);
  return g + sign(Math.hypot(g, 1), g);
};

function implicitQL(d, e, z, low, high, steps) {
  let l = low;
  while (l <= high) {
    let m = l;
    while (m < high && !negligible(d, e, m)) m++;
    if (m < high) e[m] = 0;
    if (m === l) {
      l++;
    } else if (m === l + 1) {
      const { rt1, rt2, cs, sn } = eigen2(d[l], e[l], d[l + 1]);
      rotateColumns(z, l, cs, sn);
      [d[l], d[l + 1], e[l]] = [rt1, rt2, 0];
      l += 2;
    } else {
      if (steps-- === 0) throw new Error("no convergence");
      let g = d[m] - d[l] + e[l] / shiftOf(d[l], d[l + 1], e[l]);
      let [s, c, p] = [1, 1, 0];
      const turns = [];
      for (let i = m - 1; i >= l; i--) {
        const f = s * e[i];
        const b = c * e[i];
        let r;
        [c, s, r] = rotation(g, f);
        if (i !== m - 1) e[i + 1] = r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        turns.push([i, c, -s]);
      }
      for (const [i, cs, sn] of turns) rotateColumns(z, i, cs, sn);
      d[l] -= p;
      e[l] = g;
    }
  }
  return steps;
}

function implicitQR(d, e, z, low, high, steps) {
  let l = high;
  while (l >= low) {
    let m = l;
    while (m > low && !negligible(d, e, m - 1)) m--;
    if (m > low) e[m - 1] = 0;
    if (m === l) {
      l--;
    } else if (m === l - 1) {
      const { rt1, rt2, cs, sn } = eigen2(d[l - 1], e[l - 1], d[l]);
      rotateColumns(z, l - 1, cs, sn);
      [d[l - 1], d[l], e[l - 1]] = [rt1, rt2, 0];
      l -= 2;
    } else {
      if (steps-- === 0) throw new Error("no convergence");
      let g = d[m] - d[l] + e[l - 1] / shiftOf(d[l], d[l - 1], e[l - 1]);
      let [s, c, p] = [1, 1, 0];
      const turns = [];
      for (let i = m; i < l; i++) {
        const f = s * e[i];
        const b = c * e[i];
        let r;
        [c, s, r] = rotation(g, f);
        if (i !== m) e[i - 1] = r;
        g = d[i] - p;
        r = (d[i + 1] - g) * s + 2 * c * b;
        p = s * r;
        d[i] = g + p;
        g = c * r - b;
        turns.push([i, c, s]);
      }
      for (const [i, cs, sn] of turns) rotateColumns(z, i, cs, sn);
      d[l] -= p;
      e[l - 1] = g;
    }
  }
  return steps;
}
