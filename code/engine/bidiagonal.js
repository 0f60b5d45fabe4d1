/* Singular values of a bidiagonal matrix: d on its diagonal, e above it.

   Rotations from both sides make e vanish: the implicit QR iteration of Golub & Van Loan, section
   8.6. Where a singular value is tiny, its shift is zero, and then no digit of it is lost (Demmel &
   Kahan, SIAM J. Sci. Stat. Comput. 11 (1990) 873). The order of steps is that of LAPACK's bdsqr.
   */
import { rotateColumns } from "./eigen.js";

const EPS = 2 ** -53;
const sign = (size, of) => (of < 0 || Object.is(of, -0) ? -Math.abs(size) : Math.abs(size));

/* The rotation (c, s) with c f + s g = r, -s f + c g = 0, where r has the sign of f. */
export function rotation(f, g) {
  if (g === 0) return [1, 0, f];
  if (f === 0) return [0, sign(1, g), Math.abs(g)];
  const r = sign(Math.hypot(f, g), f);
  return [f / r, g / r, r];
}

/* Overwrite d by the singular values of the bidiagonal matrix (d, e), and u and v by themselves
   times the singular vectors. */
export function diagonalize(d, e, u, v) {
  const n = d.length;
  if (n === 0) return;
  if (n === 1) {
    if (d[0] < 0) [d[0], u[0][0]] = [-d[0], -1];
    return;
  }
  const tolerance = Math.max(10, Math.min(100, EPS ** -0.125)) * EPS;
  let smallest = Math.abs(d[0]);
  for (let i = 1, mu = smallest; i < n; i++) {
    mu = Math.abs(d[i]) * (mu / (mu + Math.abs(e[i - 1]))) || 0;
    smallest = Math.min(smallest, mu);
  }
  const threshold = Math.max((tolerance * smallest) / Math.sqrt(n), 6 * n * n * 2 ** -1022);
  const state = { d, e, u, v, tolerance, threshold, low: -1, high: -1, down: true };
  let m = n - 1;
  for (let steps = 12 * n * n; m > 0; ) {
    if (steps-- === 0) throw new Error("no convergence");
    let l = m;
    while (l > 0 && Math.abs(e[l - 1]) > threshold) l--;
    if (l > 0) e[l - 1] = 0;
    if (l === m) m--;
    else if (l === m - 1) {
      turnPair(state, l);
      m -= 2;
    } else sweep(state, l, m);
  }
  ascertainOrder(d, u, v);
}

function turnPair({ d, e, u, v }, l) {
  const { least, most, right, left } = singular2(d[l], e[l], d[l + 1]);
  [d[l], e[l], d[l + 1]] = [most, 0, least];
  rotateColumns(v, l, ...right);
  rotateColumns(u, l, ...left);
}

/* One sweep over the block l … m, from its larger end to its smaller one. */
function sweep(state, l, m) {
  const { d, e } = state;
  if (l > state.high || m < state.low || state.high < 0) {
    state.down = Math.abs(d[l]) >= Math.abs(d[m]);
  }
  const least = split(state, l, m);
  if (least === undefined) return;
  [state.low, state.high] = [l, m];
  let most = 0;
  for (let i = l; i <= m; i++) most = Math.max(most, Math.abs(d[i]), i < m ? Math.abs(e[i]) : 0);
  const shift = shiftOf(state, l, m, least, most);
  if (state.down) (shift === 0 ? zeroDown : chaseDown)(state, l, m, shift);
  else (shift === 0 ? zeroUp : chaseUp)(state, l, m, shift);
  const end = state.down ? m - 1 : l;
  if (Math.abs(e[end]) <= state.threshold) e[end] = 0;
}

/* Set a negligible number beside the diagonal to zero and return undefined, or return a bound for
   the least singular value. */
function split({ d, e, tolerance, down }, l, m) {
  const end = down ? m - 1 : l;
  if (Math.abs(e[end]) <= tolerance * Math.abs(d[down ? m : l])) return void (e[end] = 0);
  let mu = Math.abs(d[down ? l : m]);
  let least = mu;
  for (let k = 0; k < m - l; k++) {
    const i = down ? l + k : m - 1 - k;
    if (Math.abs(e[i]) <= tolerance * mu) return void (e[i] = 0);
    mu = Math.abs(d[down ? i + 1 : i]) * (mu / (mu + Math.abs(e[i])));
    least = Math.min(least, mu);
  }
  return least;
}

function shiftOf({ d, e, tolerance, down }, l, m, least, most) {
  const n = d.length;
  if (n * tolerance * (least / most) <= Math.max(EPS, 0.01 * tolerance)) return 0;
  const start = Math.abs(d[down ? l : m]);
  const shift = down ? least2(d[m - 1], e[m - 1], d[m]) : least2(d[l], e[l], d[l + 1]);
  return start > 0 && (shift / start) ** 2 < EPS ? 0 : shift;
}

function zeroDown({ d, e, u, v }, l, m) {
  let [c, oldC, oldS, s, r] = [1, 1, 0, 0, 0];
  for (let i = l; i < m; i++) {
    [c, s, r] = rotation(d[i] * c, e[i]);
    if (i > l) e[i - 1] = oldS * r;
    [oldC, oldS, d[i]] = rotation(oldC * r, d[i + 1] * s);
    rotateColumns(v, i, c, s);
    rotateColumns(u, i, oldC, oldS);
  }
  const h = d[m] * c;
  d[m] = h * oldC;
  e[m - 1] = h * oldS;
}

function zeroUp({ d, e, u, v }, l, m) {
  let [c, oldC, oldS, s, r] = [1, 1, 0, 0, 0];
  for (let i = m; i > l; i--) {
    [c, s, r] = rotation(d[i] * c, e[i - 1]);
    if (i < m) e[i] = oldS * r;
    [oldC, oldS, d[i]] = rotation(oldC * r, d[i - 1] * s);
    rotateColumns(u, i - 1, c, -s);
    rotateColumns(v, i - 1, oldC, -oldS);
  }
  const h = d[l] * c;
  d[l] = h * oldC;
  e[l] = h * oldS;
}

const first = (x, shift) => (Math.abs(x) - shift) * (sign(1, x) + shift / x);

function chaseDown({ d, e, u, v }, l, m, shift) {
  let f = first(d[l], shift);
  let g = e[l];
  for (let i = l; i < m; i++) {
    let [c, s, r] = rotation(f, g);
    if (i > l) e[i - 1] = r;
    f = c * d[i] + s * e[i];
    e[i] = c * e[i] - s * d[i];
    g = s * d[i + 1];
    d[i + 1] *= c;
    rotateColumns(v, i, c, s);
    [c, s, d[i]] = rotation(f, g);
    f = c * e[i] + s * d[i + 1];
    d[i + 1] = c * d[i + 1] - s * e[i];
    if (i < m - 1) {
      g = s * e[i + 1];
      e[i + 1] *= c;
    }
    rotateColumns(u, i, c, s);
  }
  e[m - 1] = f;
}

function chaseUp({ d, e, u, v }, l, m, shift) {
  let f = first(d[m], shift);
  let g = e[m - 1];
  for (let i = m; i > l; i--) {
    let [c, s, r] = rotation(f, g);
    if (i < m) e[i] = r;
    f = c * d[i] + s * e[i - 1];
    e[i - 1] = c * e[i - 1] - s * d[i];
    g = s * d[i - 1];
    d[i - 1] *= c;
    rotateColumns(u, i - 1, c, -s);
    [c, s, d[i]] = rotation(f, g);
    f = c * e[i - 1] + s * d[i - 1];
    d[i - 1] = c * d[i - 1] - s * e[i - 1];
    if (i > l + 1) {
      g = s * e[i - 2];
      e[i - 2] *= c;
    }
    rotateColumns(v, i - 1, c, -s);
  }
  e[l] = f;
}

/* Make the singular values positive, and sort them, the largest first. */
function ascertainOrder(d, u, v) {
  const n = d.length;
  d.forEach((value, i) => {
    if (value >= 0 && !Object.is(value, -0)) return;
    d[i] = -value;
    for (const row of v) row[i] = -row[i];
  });
  for (let end = n - 1; end > 0; end--) {
    let least = 0;
    for (let j = 1; j <= end; j++) if (d[j] <= d[least]) least = j;
    if (least === end) continue;
    for (const row of [d, ...u, ...v]) [row[least], row[end]] = [row[end], row[least]];
  }
}

// ---- triangular matrices of two rows, [[f, g], [0, h]]

function least2(f, g, h) {
  const [a, b, c] = [Math.abs(f), Math.abs(g), Math.abs(h)];
  const [low, high] = [Math.min(a, c), Math.max(a, c)];
  if (low === 0) return 0;
  const plus = 1 + low / high;
  const minus = (high - low) / high;
  if (b < high) {
    const square = (b / high) ** 2;
    return low * (2 / (Math.sqrt(plus * plus + square) + Math.sqrt(minus * minus + square)));
  }
  const part = high / b;
  if (part === 0) return (low * high) / b;
  const scale = 1 / (Math.sqrt(1 + (plus * part) ** 2) + Math.sqrt(1 + (minus * part) ** 2));
  return 2 * (low * scale * part);
}

function singular2(f, g, h) {
  const swapped = Math.abs(h) > Math.abs(f);
  const [ft, ht] = swapped ? [h, f] : [f, h];
  const [fa, ga, ha] = [Math.abs(ft), Math.abs(g), Math.abs(ht)];
  let largest = swapped ? "h" : "f";
  let least, most, cl, sl, cr, sr;
  if (ga === 0) {
    [least, most, cl, sl, cr, sr] = [ha, fa, 1, 0, 1, 0];
  } else {
    if (ga > fa) largest = "g";
    if (ga > fa && fa / ga < EPS) {
      most = ga;
      least = ha > 1 ? fa / (ga / ha) : (fa / ga) * ha;
      [cl, sl, cr, sr] = [1, ht / g, ft / g, 1];
    } else {
      const gap = fa - ha;
      const l = gap === fa ? 1 : gap / fa;
      const m = g / ft;
      let t = 2 - l;
      const s = Math.sqrt(t * t + m * m);
      const r = l === 0 ? Math.abs(m) : Math.sqrt(l * l + m * m);
      const a = 0.5 * (s + r);
      least = ha / a;
      most = fa * a;
      if (m * m !== 0) t = (m / (s + t) + m / (r + l)) * (1 + a);
      else t = l === 0 ? sign(2, ft) * sign(1, g) : g / sign(gap, ft) + m / t;
      const length = Math.sqrt(t * t + 4);
      cr = 2 / length;
      sr = t / length;
      cl = (cr + sr * m) / a;
      sl = ((ht / ft) * sr) / a;
    }
  }
  const left = swapped ? [sr, cr] : [cl, sl];
  const right = swapped ? [sl, cl] : [cr, sr];
  const turned = {
    f: () => sign(1, right[0]) * sign(1, left[0]) * sign(1, f),
    g: () => sign(1, right[1]) * sign(1, left[0]) * sign(1, g),
    h: () => sign(1, right[1]) * sign(1, left[1]) * sign(1, h),
  }[largest]();
  return {
    most: sign(most, turned),
    least: sign(least, turned * sign(1, f) * sign(1, h)),
    right,
    left,
  };
}
