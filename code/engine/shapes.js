/* The same numbers in other sizes: axes of size 1 added and dropped, repeated axes, rows cut anew.
 */
import { TITLES } from "./dtype.js";
import { axis, listed, raise } from "./error.js";
import { inRows } from "./making.js";
import { record } from "./tape.js";
import { copied, fromData, logicalSizes, product, rowStrides, same, Tensor } from "./tensor.js";
import { copyOf, physical, viewOf } from "./views.js";

// ---- axes of size 1

export function unsqueeze(x, dim) {
  const d = axis(dim, x.ndim + 1) + x.levels.length;
  const logical = d - x.levels.length;
  const stride = d < x.sizes.length ? x.sizes[d] * x.strides[d] : 1;
  return viewOf(
    x,
    x.offset,
    x.sizes.toSpliced(d, 0, 1),
    x.strides.toSpliced(d, 0, stride),
    (y) => unsqueeze(y, logical),
    "UnsqueezeBackward0",
    (g) => [squeeze(g, logical)],
  );
}

// without the given axes where they have size 1; without arguments, all of size 1
export function squeeze(x, ...dims) {
  const k = x.levels.length;
  const all = dims.length === 0;
  const asked = all ? x.sizes.slice(k).map((_, d) => d) : dims.map((d) => axis(d, x.ndim));
  const gone = asked.filter((d) => x.ndim > 0 && x.sizes[d + k] === 1).sort((a, b) => a - b);
  const keep = (array) => array.filter((_, d) => d < k || !gone.includes(d - k));
  return viewOf(
    x,
    x.offset,
    keep(x.sizes),
    keep(x.strides),
    (y) => squeeze(y, ...asked),
    `SqueezeBackward${all ? 0 : dims.length === 1 ? 1 : 2}`,
    (g) => [gone.reduce((grad, d) => unsqueeze(grad, d), g)],
  );
}

// ---- other sizes

export function expand(x, ...sizes) {
  const k = x.levels.length;
  const missing = sizes.length - x.ndim;
  if (missing < 0) {
    raise(
      "RuntimeError",
      `expand(torch.${TITLES[x.dtype]}Tensor{${listed(logicalSizes(x))}}, size=${listed(sizes)}): the number of sizes provided (${sizes.length}) must be greater or equal to the number of dimensions in the tensor (${x.ndim})`,
    );
  }
  const strides = new Array(sizes.length).fill(0);
  const full = sizes.map((size, i) => {
    const d = i - missing;
    const own = d < 0 ? 1 : x.sizes[d + k];
    if (size === -1 && d >= 0) strides[i] = x.strides[d + k];
    else if (own === size) strides[i] = d < 0 ? 0 : x.strides[d + k];
    else if (own !== 1 || size < 0) raiseExpand(x, sizes, size, own, i);
    return size === -1 ? own : size;
  });
  for (let i = missing - 1; i >= 0; i--) {
    if (full[i] === 1) strides[i] = i + 1 < full.length ? full[i + 1] * strides[i + 1] : 1;
  }
  return viewOf(
    x,
    x.offset,
    [...x.sizes.slice(0, k), ...full],
    [...x.strides.slice(0, k), ...strides],
    (y) => expand(y, ...full),
    "ExpandBackward0",
    (g) => [g],
  );
}

const raiseExpand = (x, sizes, size, own, i) =>
  raise(
    "RuntimeError",
    `The expanded size of the tensor (${size}) must match the existing size (${own}) at non-singleton dimension ${i}.  Target sizes: ${listed(sizes)}.  Tensor sizes: ${listed(logicalSizes(x))}`,
  );

function raiseAmbiguous(x, sizes) {
  const all = [...x.sizes.slice(0, x.levels.length), ...sizes];
  raise(
    "RuntimeError",
    `cannot reshape tensor of 0 elements into shape ${listed(all)} because the unspecified dimension size -1 can be any value and is ambiguous`,
  );
}

// the sizes with -1 filled in
function inferred(x, sizes) {
  const n = x.numel;
  const hole = sizes.indexOf(-1);
  if (sizes.indexOf(-1, hole + 1) > hole && hole >= 0)
    raise("RuntimeError", "only one dimension can be inferred");
  const negative = sizes.findIndex((size) => size < -1);
  if (negative >= 0) {
    raise(
      "RuntimeError",
      `invalid shape dimension ${sizes[negative]} at index ${negative} of shape ${listed(sizes)}`,
    );
  }
  const rest = product(sizes.filter((size) => size !== -1));
  const levels = product(x.sizes.slice(0, x.levels.length));
  if (hole >= 0 && levels * rest === 0 && n * levels === 0) raiseAmbiguous(x, sizes);
  const full = hole < 0 ? sizes : copyOf(sizes, { [hole]: n / rest });
  if (product(full) !== n || !Number.isInteger(product(full))) {
    raise("RuntimeError", `shape '${listed(sizes)}' is invalid for input of size ${n}`);
  }
  return full;
}

/* The strides with which a tensor is walked as if it had other sizes, or undefined where no strides
   do that. Axes that lie one after another in the storage are one row, which can be cut anew. */
function newStrides(x, sizes) {
  const k = x.levels.length;
  const [old, steps] = [x.sizes.slice(k), x.strides.slice(k)];
  if (product(old) === 0) return same(old, sizes) ? steps : rowStrides(sizes);
  const out = new Array(sizes.length);
  let at = sizes.length - 1;
  let base = steps.at(-1) ?? 1;
  let [row, cut] = [1, 1];
  for (let d = old.length - 1; d >= 0; d--) {
    row *= old[d];
    const ends = d === 0 || (old[d - 1] !== 1 && steps[d - 1] !== row * base);
    if (!ends) continue;
    while (at >= 0 && (cut < row || sizes[at] === 1)) {
      out[at] = cut * base;
      cut *= sizes[at--];
    }
    if (cut !== row) return undefined;
    if (d > 0) [base, row, cut] = [steps[d - 1], 1, 1];
  }
  while (at >= 0) out[at--] = cut * base;
  return out;
}

function viewed(x, sizes, strides) {
  const own = logicalSizes(x);
  const k = x.levels.length;
  return viewOf(
    x,
    x.offset,
    [...x.sizes.slice(0, k), ...sizes],
    [...x.strides.slice(0, k), ...strides],
    (y) => view(y, ...sizes),
    "ViewBackward0",
    (g) => [reshape(g, ...own)],
  );
}

export function view(x, ...sizes) {
  const full = inferred(x, sizes);
  const strides = newStrides(x, full);
  if (strides === undefined) {
    raise(
      "RuntimeError",
      "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.",
    );
  }
  return viewed(x, full, strides);
}

// a view where there is one, else a copy
export function reshape(x, ...sizes) {
  const full = inferred(x, sizes);
  const strides = newStrides(x, full);
  if (strides !== undefined) return viewed(x, full, strides);
  const copy = inRows(x);
  const own = logicalSizes(x);
  const out = new Tensor(
    copy.storage,
    0,
    [...x.sizes.slice(0, x.levels.length), ...full],
    [],
    x.dtype,
    x.levels,
  );
  out.strides = rowStrides(out.sizes);
  return record(out, "UnsafeViewBackward0", [copy], (g) => [reshape(g, ...own)]);
}

// the numbers on and below a diagonal (tril), or on and above it (triu); zeros elsewhere
export const tril = (x, diagonal = 0) => triangle(x, "tril", (i, j) => j - i <= diagonal, diagonal);
export const triu = (x, diagonal = 0) => triangle(x, "triu", (i, j) => j - i >= diagonal, diagonal);

function triangle(x, name, keeps, diagonal) {
  if (x.ndim < 2) raise("RuntimeError", `${name}: input tensor must have at least 2 dimensions`);
  const data = copied(x);
  const [n, m] = x.sizes.slice(-2);
  for (let at = 0; at < data.length; at++) {
    if (!keeps(Math.floor(at / m) % n, at % m)) data[at] = 0;
  }
  const out = fromData(data, x.sizes, x.dtype, x.levels);
  const again = name === "tril" ? tril : triu;
  return record(out, name === "tril" ? "TrilBackward0" : "TriuBackward0", [x], (g) => [
    again(g, diagonal),
  ]);
}

// the numbers in the opposite order along these axes: a copy, since strides are not negative here
export function flip(x, ...dims) {
  const k = x.levels.length;
  const at = dims.map((d) => physical(x, d));
  if (new Set(at).size < at.length) {
    raise(
      "RuntimeError",
      `dim ${axis(
        dims.find((d, i) => at.indexOf(at[i]) !== i),
        x.ndim,
      )} appears multiple times in the list of dims`,
    );
  }
  const flipped = at.filter((d) => x.sizes[d] > 0 && d >= k && d < x.sizes.length);
  const offset = flipped.reduce((sum, d) => sum + (x.sizes[d] - 1) * x.strides[d], x.offset);
  const strides = x.strides.map((stride, d) => (flipped.includes(d) ? -stride : stride));
  const backwards = new Tensor(x.storage, offset, x.sizes, strides, x.dtype, x.levels);
  const out = inRows(backwards);
  return record(out, "FlipBackward0", [x], (g) => [flip(g, ...dims)]);
}
