/* Views: other ways of walking over the same numbers.

   Each function here gives new sizes and strides for a storage that stays where it is. A view
   remembers its base, the tensor whose storage it was made from, and how to make itself again from
   another base (`replay`). In-place operations (inplace.js) need that: to change a view is to
   change a part of its base. */
import { binaryTo } from "./elementwise.js";
import { axis, listed, raise } from "./error.js";
import { write } from "./inplace.js";
import { gradMode, record, rename, withGrad } from "./tape.js";
import { logicalSizes, make, Tensor } from "./tensor.js";

export function viewOf(x, offset, sizes, strides, again, name, rule, levels = x.levels) {
  const y = new Tensor(x.storage, offset, sizes, strides, x.dtype, levels);
  y.base = x.base ?? x;
  const parent = x.replay;
  y.replay = parent === undefined ? again : (t) => again(parent(t));
  y.made = x.made ?? (gradMode() ? undefined : "no_grad");
  y.nodeVersion = x.storage.version;
  return record(y, name, [x], rule);
}

/* The gradient of a view: zeros of the base's sizes, with g where the view lies. `take` makes the
   view. */
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

export const physical = (x, dim) => axis(dim, x.ndim) + x.levels.length;

export const copyOf = (array, changes) => Object.assign(array.slice(), changes);

/* One of the views that a function returns together (unbind, split). PyTorch does not let them be
   changed in place. */
export function oneOfMany(x, name, index) {
  if (gradMode()) x.made = "many";
  x.place = index;
  return rename(x, name);
}

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
  if (x.ndim > 2)
    raise("RuntimeError", `t() expects a tensor with <= 2 dimensions, but self is ${x.ndim}D`);
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
    raise(
      "IndexError",
      `start out of range (expected to be in range of [${-n}, ${n}], but got ${start})`,
    );
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
  const count = Math.max(
    offset >= 0
      ? Math.min(x.sizes[a], x.sizes[b] - offset)
      : Math.min(x.sizes[a] + offset, x.sizes[b]),
    0,
  );
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
    raise(
      "RuntimeError",
      `maximum size for tensor at dimension ${d - x.levels.length} is ${n} but size is ${size}`,
    );
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
