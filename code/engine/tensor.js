/* A tensor is a way of walking over a row of numbers.

   The numbers lie in a storage, one after another. A tensor says where it starts (offset), how many
   steps each axis has (sizes), and how far one step along each axis goes in the storage (strides).
   So x.T needs no copy: the sizes and the strides change places. x[0] starts where x starts, and
   has one axis less. x.expand repeats a number by walking with a stride of 0. Several tensors that
   share one storage are views of each other; writing through one of them counts the storage's
   version up, by which the tape (tape.js) notices that a number it needs is no longer there.

   Inside torch.vmap a tensor has axes that Python does not see: one for each vmap around it. They
   come first in `sizes` and `strides` (the physical axes), and `levels` names them in ascending
   order. What Python sees are the axes after them (the logical axes). `lift` gives several tensors
   the same levels; see batching.js. */
import { allocate } from "./dtype.js";
import { listed, raise } from "./error.js";

export const NO_LEVELS = Object.freeze([]);

export class Storage {
  constructor(data) {
    this.data = data;
    this.version = 0;
  }
}

export class Tensor {
  constructor(storage, offset, sizes, strides, dtype, levels = NO_LEVELS) {
    this.storage = storage;
    this.offset = offset;
    this.sizes = sizes;
    this.strides = strides;
    this.dtype = dtype;
    this.levels = levels;
    this.wrapped = false; // a number of Python: it gives way in promotion
    // what the tape needs to know; see tape.js
    this.wanted = false; // a leaf whose gradient is wanted
    this.node = undefined; // the operation that made it
    this.outputIndex = 0; // which of that operation's outputs it is
    this.grad = undefined;
    this.retains = false; // retain_grad was called
    this.accumulator = undefined; // the node that adds to `grad`, of a leaf
    // what views need to know; see views.js
    this.base = undefined; // the tensor that it is a view of
    this.replay = undefined; // makes this view of another base
    this.made = undefined; // "no_grad" if the view was made so, "many" if with others (see oneOfMany)
    this.place = 0; // which of the others it is
    this.nodeVersion = 0; // the storage's version when `node` was made
  }
  get ndim() {
    return this.sizes.length - this.levels.length;
  }
  get numel() {
    return product(this.sizes, this.levels.length);
  }
  get requiresGrad() {
    if (this.wanted || this.node !== undefined) return true;
    return this.base !== undefined && this.base.requiresGrad;
  }
}

export function product(sizes, from = 0) {
  let n = 1;
  for (let i = from; i < sizes.length; i++) n *= sizes[i];
  return n;
}

// the strides of numbers that lie row after row
export function rowStrides(sizes) {
  const strides = new Array(sizes.length);
  let n = 1;
  for (let i = sizes.length - 1; i >= 0; i--) {
    strides[i] = n;
    n *= Math.max(sizes[i], 1);
  }
  return strides;
}

export function same(a, b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

// a new tensor of zeros; `sizes` are physical
export function make(sizes, dtype, levels = NO_LEVELS) {
  return fromData(allocate(dtype, product(sizes)), sizes, dtype, levels);
}

// a tensor of these numbers, which it shares
export function fromData(data, sizes, dtype, levels = NO_LEVELS) {
  return new Tensor(new Storage(data), 0, sizes, rowStrides(sizes), dtype, levels);
}

// a tensor of one number, as Python's: it gives way in promotion
export function number(value, dtype = "float64") {
  const x = make([], dtype);
  x.storage.data[0] = value;
  x.wrapped = true;
  return x;
}

export const logicalSizes = (x) =>
  x.levels.length === 0 ? x.sizes : x.sizes.slice(x.levels.length);

export function isContiguous(x) {
  let n = 1;
  for (let i = x.sizes.length - 1; i >= 0; i--) {
    if (x.sizes[i] === 1) continue;
    if (x.sizes[i] === 0) return true;
    if (x.strides[i] !== n) return false;
    n *= x.sizes[i];
  }
  return true;
}

// the numbers in (physical) order: those of the storage where they lie in order, else a copy
export function values(x) {
  const { data } = x.storage;
  const n = product(x.sizes);
  if (!isContiguous(x)) return gathered(x);
  return x.offset === 0 && data.length === n ? data : data.subarray(x.offset, x.offset + n);
}

// Whether the numbers fill a stretch of the storage, in any order of axes.
export function dense(x) {
  if (isContiguous(x)) return true;
  const order = x.sizes.map((_, d) => d).sort((a, b) => x.strides[a] - x.strides[b]);
  let n = 1;
  for (const d of order) {
    if (x.sizes[d] === 1) continue;
    if (x.strides[d] !== n) return false;
    n *= x.sizes[d];
  }
  return true;
}

// the storage's numbers from x's first one on, for tensors that fill a stretch of it
export const stretch = (x) => (x.offset === 0 ? x.storage.data : x.storage.data.subarray(x.offset));

// always a copy
export const copied = (x) => (isContiguous(x) ? values(x).slice() : gathered(x));

function gathered(x) {
  const out = allocate(x.dtype, product(x.sizes));
  const { data } = x.storage;
  let at = 0;
  rows(x.sizes, [x.strides], [x.offset], (n, [stride], [from]) => {
    for (let i = 0; i < n; i++) out[at++] = data[from + i * stride];
  });
  return out;
}

/* Walk over several tensors of the same sizes, row by row: call row(n, steps, starts) for each row
   along the last axis. Axes that can be walked in one go are joined first. */
export function rows(sizes, strides, offsets, row) {
  const axes = joined(sizes, strides);
  if (axes.sizes.includes(0)) return;
  const last = axes.sizes.length - 1;
  const steps = axes.strides.map((s) => s[last]);
  const at = offsets.slice();
  const count = new Array(last).fill(0);
  for (;;) {
    row(axes.sizes[last], steps, at);
    let d = last - 1;
    for (; d >= 0; d--) {
      for (let t = 0; t < at.length; t++) at[t] += axes.strides[t][d];
      if (++count[d] < axes.sizes[d]) break;
      for (let t = 0; t < at.length; t++) at[t] -= axes.strides[t][d] * axes.sizes[d];
      count[d] = 0;
    }
    if (d < 0) return;
  }
}

// the same walk with as few axes as possible, and at least one
function joined(sizes, strides) {
  const out = { sizes: [1], strides: strides.map(() => [0]) };
  for (let d = 0; d < sizes.length; d++) {
    if (sizes[d] === 1) continue;
    const top = out.sizes.length - 1;
    const fits = (s, t) => out.strides[t][top] === s[d] * sizes[d];
    if (out.sizes[top] === 1) {
      out.sizes[top] = sizes[d];
      strides.forEach((s, t) => (out.strides[t][top] = s[d]));
    } else if (strides.every(fits)) {
      out.sizes[top] *= sizes[d];
      strides.forEach((s, t) => (out.strides[t][top] = s[d]));
    } else {
      out.sizes.push(sizes[d]);
      strides.forEach((s, t) => out.strides[t].push(s[d]));
    }
  }
  return out;
}

/* Broadcasting: sizes are compared from the last axis on; an axis of size 1, or one that is not
   there, is repeated. `k` counts leading axes of levels, which have their own place in messages. */
export function broadcastSizes(a, b, k = 0) {
  if (same(a, b)) return a;
  const n = Math.max(a.length, b.length);
  const out = new Array(n);
  for (let i = 1; i <= n; i++) {
    const x = i <= a.length ? a[a.length - i] : 1;
    const y = i <= b.length ? b[b.length - i] : 1;
    if (x !== y && x !== 1 && y !== 1) {
      raise(
        "RuntimeError",
        `The size of tensor a (${x}) must match the size of tensor b (${y}) at non-singleton dimension ${n - i - k}`,
      );
    }
    out[n - i] = x === 1 ? y : x;
  }
  return out;
}

// the strides with which a tensor is walked as if it had these sizes
export function broadcastStrides(x, sizes) {
  const missing = sizes.length - x.sizes.length;
  const out = new Array(sizes.length).fill(0);
  for (let i = 0; i < x.sizes.length; i++) {
    if (x.sizes[i] === sizes[i + missing]) out[i + missing] = x.strides[i];
    else if (x.sizes[i] !== 1)
      raise("RuntimeError", `cannot broadcast ${listed(x.sizes)} to ${listed(sizes)}`);
  }
  return out;
}

/* Give tensors the same levels: each with an axis in front for every level that one of them has, of
   size 1 where it has no such level. With `align`, the logical axes are counted from the last one,
   so that tensors of different numbers of axes broadcast. Returns {xs, levels, k}, where k is the
   number of levels. The views that it makes are for reading numbers; the tape never sees them. */
export function lift(xs, align = false) {
  if (!batched(xs)) return { xs, levels: NO_LEVELS, k: 0 };
  const levels = [...new Set(xs.flatMap((x) => x.levels))].sort((a, b) => a - b);
  const ndim = align ? Math.max(...xs.map((x) => x.ndim)) : 0;
  const lifted = xs.map((x) => withLevels(x, levels, align ? ndim - x.ndim : 0));
  return { xs: lifted, levels, k: levels.length };
}

function batched(xs) {
  for (let i = 0; i < xs.length; i++) if (xs[i].levels.length > 0) return true;
  return false;
}

// x with these levels, and `missing` axes of size 1 in front of its logical axes
export function withLevels(x, levels, missing) {
  if (levels.length === 0 && missing === 0) return x;
  const own = x.levels.length;
  const place = levels.map((level) => x.levels.indexOf(level));
  const ones = new Array(missing).fill(1);
  const zeros = new Array(missing).fill(0);
  const sizes = [...place.map((p) => (p < 0 ? 1 : x.sizes[p])), ...ones, ...x.sizes.slice(own)];
  const strides = [
    ...place.map((p) => (p < 0 ? 0 : x.strides[p])),
    ...zeros,
    ...x.strides.slice(own),
  ];
  const out = new Tensor(x.storage, x.offset, sizes, strides, x.dtype, levels);
  out.wrapped = x.wrapped;
  return out;
}

// the sizes of the levels' axes of lifted tensors
export function levelSizes(xs, k) {
  const out = new Array(k).fill(1);
  for (const x of xs) for (let i = 0; i < k; i++) if (x.sizes[i] !== 1) out[i] = x.sizes[i];
  return out;
}

// the tensor itself, or a view of it with its levels' axes repeated to these sizes
export function filled(x, sizes) {
  if (sizes.every((n, i) => x.sizes[i] === n)) return x;
  const whole = [...sizes, ...x.sizes.slice(sizes.length)];
  return new Tensor(x.storage, x.offset, whole, broadcastStrides(x, whole), x.dtype, x.levels);
}
