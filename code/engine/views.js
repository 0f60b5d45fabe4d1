/* Views: other ways of walking over the same numbers.

   Each function here gives new sizes and strides for a storage that stays where it is. A view
   remembers its base, the tensor whose storage it was made from, and how to make itself again from another base (`replay`).
   In-place operations (inplace.js) need that: to change a view is to change a part of its base. */
import { TITLES } from "./dtype.js";
import { axis, listed, raise } from "./error.js";
import { binaryTo } from "./elementwise.js";
import { write } from "./inplace.js";
import { clone } from "./making.js";
import { gradMode, record, withGrad } from "./tape.js";
import { copied, fromData, logicalSizes, make, product, rowStrides, same, Tensor } from "./tensor.js";

export function viewOf(x, offset, sizes, strides, again, name, rule, levels = x.levels) {
  const y = new Tensor(x.storage, offset, sizes, strides, x.dtype, levels);
  y.base = x.base ?? x;
  const parent = x.replay;
  y.replay = parent === undefined ? again : (t) => again(parent(t));
  y.made = x.made ?? (gradMode() ? undefined : "no_grad");
  y.nodeVersion = x.storage.version;
  return record(y, name, [x], rule);
}

/* The gradient of a view: zeros of the base's sizes, with g where the view lies. `take` makes the view. */
export function spread(g, sizes, take, name, overlaps = false) {
  const levels = g.sizes.slice(0, g.levels.length);
  const out = make([...levels, ...sizes], g.dtype, g.levels);
  withGrad(false, () => {
    const window = take(out);
    if (overlaps) binaryTo("add", window, g, window);
    else write(window, g);
  });
  return record(out, name, [g], (h) => [take(h)]);
}

const physical = (x, dim) => axis(dim, x.ndim) + x.levels.length;

const copyOf = (array, changes) => Object.assign(array.slice(), changes);

export const alias = (x) =>
  viewOf(x, x.offset, x.sizes, x.strides, alias, "AliasBackward0", (g) => [g]);

// ---- other orders of the axes

export function permute(x, ...dims) {
  const name = "PermuteBackward0";
  if (dims.length !== x.ndim) {
    raise(
      "RuntimeError",
      `permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = ${x.ndim} is not equal to len(dims) = ${dims.length}`,
    );
  }
  const order = dims.map((d) => axis(d, x.ndim));
  if (new Set(order).size !== order.length) {
    raise("RuntimeError", "permute(): duplicate dims are not allowed.");
  }
  return reordered(x, order, name);
}

function reordered(x, order, name) {
  const k = x.levels.length;
  const at = [...x.levels.keys(), ...order.map((d) => d + k)];
  const back = order.map((_, i) => order.indexOf(i));
  return viewOf(
    x,
    x.offset,
    at.map((d) => x.sizes[d]),
    at.map((d) => x.strides[d]),
    (t) => reordered(t, order, name),
    name,
    (g) => [reordered(g, back, name)],
  );
}

export function transpose(x, a, b, name = "TransposeBackward0") {
  const order = Array.from({ length: x.ndim }, (_, d) => d);
  const [i, j] = [axis(a, x.ndim), axis(b, x.ndim)];
  if (x.ndim > 0) [order[i], order[j]] = [j, i];
  return reordered(x, order, name);
}

// x.t(), of at most two axes
export function t(x) {
  if (x.ndim > 2) raise("RuntimeError", `t() expects a tensor with <= 2 dimensions, but self is ${x.ndim}D`);
  return reordered(x, x.ndim === 2 ? [1, 0] : [...Array(x.ndim).keys()], "TBackward0");
}

export function movedim(x, from, to) {
  const [i, j] = [axis(from, x.ndim), axis(to, x.ndim)];
  const order = Array.from({ length: x.ndim }, (_, d) => d);
  order.splice(j, 0, ...order.splice(i, 1));
  return reordered(x, order, "PermuteBackward0");
}

// ---- parts

export function select(x, dim, index) {
  const d = physical(x, dim);
  const n = x.sizes[d];
  if (x.ndim === 0) raise("IndexError", "select() cannot be applied to a 0-dim tensor.");
  if (index < -n || index >= n) {
    raise(
      "IndexError",
      `select(): index ${index} out of range for tensor of size ${listed(logicalSizes(x))} at dimension ${d - x.levels.length}`,
    );
  }
  const at = index < 0 ? index + n : index;
  const logical = d - x.levels.length;
  const sizes = logicalSizes(x);
  const again = (t) => select(t, logical, at);
  return viewOf(
    x,
    x.offset + at * x.strides[d],
    x.sizes.toSpliced(d, 1),
    x.strides.toSpliced(d, 1),
    again,
    "SelectBackward0",
    (g) => [spread(g, sizes, again, "SelectBackwardBackward0")],
  );
}

// bounds as in Python: undefined, negative or beyond the end
export function slice(x, dim, start, end, step = 1) {
  if (x.ndim === 0) raise("RuntimeError", "slice() cannot be applied to a 0-dim tensor.");
  if (step <= 0) raise("ValueError", "slice step must be positive");
  const d = physical(x, dim);
  const n = x.sizes[d];
  const place = (i) => Math.min(Math.max(i < 0 ? i + n : i, 0), n);
  const from = place(start ?? 0);
  const to = Math.max(place(end ?? n), from);
  const count = Math.ceil((to - from) / step);
  const logical = d - x.levels.length;
  const sizes = logicalSizes(x);
  const again = (t) => slice(t, logical, from, to, step);
  return viewOf(
    x,
    x.offset + from * x.strides[d],
    copyOf(x.sizes, { [d]: count }),
    copyOf(x.strides, { [d]: x.strides[d] * step }),
    again,
    "SliceBackward0",
    (g) => [spread(g, sizes, again, "SliceBackwardBackward0")],
  );
}

export function narrow(x, dim, start, length) {
  if (x.ndim === 0) raise("RuntimeError", "narrow() cannot be applied to a 0-dim tensor.");
  const n = x.sizes[physical(x, dim)];
  if (length < 0) raise("RuntimeError", "narrow(): length must be non-negative.");
  if (start < -n || start > n) {
    raise("IndexError", `start out of range (expected to be in range of [${-n}, ${n}], but got ${start})`);
  }
  const from = start < 0 ? start + n : start;
  if (from + length > n) {
    raise("RuntimeError", `start (${from}) + length (${length}) exceeds dimension size (${n}).`);
  }
  return slice(x, dim, from, from + length);
}

export function diagonal(x, offset = 0, dim1 = 0, dim2 = 1) {
  const [a, b] = [physical(x, dim1), physical(x, dim2)];
  const k = x.levels.length;
  if (a === b) {
    raise("RuntimeError", `diagonal dimensions cannot be identical ${dim1}, ${dim2}`);
  }
  const count = Math.max(offset >= 0 ? Math.min(x.sizes[a], x.sizes[b] - offset) : Math.min(x.sizes[a] + offset, x.sizes[b]), 0);
  const shift = count === 0 ? 0 : offset >= 0 ? offset * x.strides[b] : -offset * x.strides[a];
  const rest = (array) => array.filter((_, d) => d !== a && d !== b);
  const sizes = logicalSizes(x);
  const again = (y) => diagonal(y, offset, a - k, b - k);
  return viewOf(
    x,
    x.offset + shift,
    [...rest(x.sizes), count],
    [...rest(x.strides), x.strides[a] + x.strides[b]],
    again,
    "DiagonalBackward0",
    (g) => [spread(g, sizes, again, "DiagonalBackwardBackward0")],
  );
}

// windows of `size` numbers, `step` apart, as a new last axis
export function unfold(x, dim, size, step) {
  const d = physical(x, dim);
  const n = x.ndim === 0 ? 1 : x.sizes[d];
  if (size > n) {
    raise("RuntimeError", `maximum size for tensor at dimension ${d - x.levels.length} is ${n} but size is ${size}`);
  }
  if (step <= 0) raise("RuntimeError", `step is ${step} but must be > 0`);
  const count = Math.floor((n - size) / step) + 1;
  const stride = x.ndim === 0 ? 1 : x.strides[d];
  const zero = x.ndim === 0;
  const logical = d - x.levels.length;
  const sizes = logicalSizes(x);
  const again = (y) => unfold(y, logical, size, step);
  return viewOf(
    x,
    x.offset,
    [...(zero ? x.sizes : copyOf(x.sizes, { [d]: count })), size],
    [...(zero ? x.strides : copyOf(x.strides, { [d]: stride * step })), stride],
    again,
    "UnfoldBackward0",
    (g) => [spread(g, sizes, again, "UnfoldBackwardBackward0", true)],
  );
}

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

// the sizes with -1 filled in
function inferred(x, sizes) {
  const n = x.numel;
  const hole = sizes.indexOf(-1);
  if (sizes.indexOf(-1, hole + 1) > hole && hole >= 0) raise("RuntimeError", "only one dimension can be inferred");
  const negative = sizes.findIndex((size) => size < -1);
  if (negative >= 0) {
    raise("RuntimeError", `invalid shape dimension ${sizes[negative]} at index ${negative} of shape ${listed(sizes)}`);
  }
  const rest = product(sizes.filter((size) => size !== -1));
  if (hole >= 0 && rest === 0 && n === 0) {
    raise(
      "RuntimeError",
      `cannot reshape tensor of 0 elements into shape ${listed(sizes)} because the unspecified dimension size -1 can be any value and is ambiguous`,
    );
  }
  const full = hole < 0 ? sizes : copyOf(sizes, { [hole]: n / rest });
  if (product(full) !== n || !Number.isInteger(product(full))) {
    raise("RuntimeError", `shape '${listed(sizes)}' is invalid for input of size ${n}`);
  }
  return full;
}

/* The strides with which a tensor is walked as if it had other sizes, or undefined where no strides do that. Axes
   that lie one after another in the storage are one row, which can be cut anew. */
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
  const copy = clone(x);
  const own = logicalSizes(x);
  const out = new Tensor(copy.storage, 0, [...x.sizes.slice(0, x.levels.length), ...full], [], x.dtype, x.levels);
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
  return record(out, name === "tril" ? "TrilBackward0" : "TriuBackward0", [x], (g) => [again(g, diagonal)]);
}

// the numbers in the opposite order along these axes: a copy, since strides are not negative here
export function flip(x, ...dims) {
  const k = x.levels.length;
  const at = dims.map((d) => physical(x, d));
  if (new Set(at).size < at.length) {
    raise("RuntimeError", `dim ${axis(dims.find((d, i) => at.indexOf(at[i]) !== i), x.ndim)} appears multiple times in the list of dims`);
  }
  const flipped = at.filter((d) => x.sizes[d] > 0 && d >= k && d < x.sizes.length);
  const offset = flipped.reduce((sum, d) => sum + (x.sizes[d] - 1) * x.strides[d], x.offset);
  const strides = x.strides.map((stride, d) => (flipped.includes(d) ? -stride : stride));
  const backwards = new Tensor(x.storage, offset, x.sizes, strides, x.dtype, x.levels);
  const out = clone(backwards);
  return record(out, "FlipBackward0", [x], (g) => [flip(g, ...dims)]);
}
