/* Small helpers of the derivative rules of linear algebra. */
import { binary, mul } from "./elementwise.js";
import { eye } from "./making.js";
import { matmul } from "./matmul.js";
import { number } from "./tensor.js";
import { where } from "./ternary.js";
import { unsqueeze } from "./shapes.js";
import { transpose } from "./views.js";

export const HALF = number(0.5);
export const T = (x) => transpose(x, -2, -1);
export const times = (...xs) => xs.reduce((a, b) => matmul(a, b));
export const asColumn = (x) => unsqueeze(x, -1);
export const asRow = (x) => unsqueeze(x, -2);

/* A new tensor whose last axis has size 1, or 0, without that axis. */
export function dropLast(x) {
  x.sizes = x.sizes.slice(0, -1);
  x.strides = x.strides.slice(0, -1);
  return x;
}

/* Masks of n × m matrices: below, on, above the diagonal. */
const mask = (n, m, dtype, keep) => {
  const out = eye(n, m, dtype);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) out.storage.data[i * m + j] = keep(i, j);
  return out;
};
const masked = (keep) => (x) => mul(x, mask(x.sizes.at(-2), x.sizes.at(-1), x.dtype, (i, j) => Number(keep(i, j))));
export const lower = masked((i, j) => i >= j);
export const upper = masked((i, j) => i <= j);
export const strictlyLower = masked((i, j) => i > j);
export const strictlyUpper = masked((i, j) => i < j);
export const halfDiagonal = (x) =>
  mul(x, mask(x.sizes.at(-2), x.sizes.at(-1), x.dtype, (i, j) => (i === j ? 0.5 : 1)));

export const diagonalTo = (x, value) => {
  const n = x.sizes.at(-1);
  return where(binary("gt", eye(n, n, x.dtype), HALF), value, x);
};
