/* x[…]

   x[2, 1:, None, ...] is a chain of views. An index that is a tensor picks numbers from anywhere,
   so the result is a copy, made by the walk of places.js. A mask stands for the indices of its true
   elements.

   An index arrives as text, one word for each part: "i3" an integer, "s1:5:2" a slice, "n" None,
   "e" an ellipsis, "a" the next tensor. */
import { isFloat, TITLES } from "./dtype.js";
import { listed, raise } from "./error.js";
import { assign, change, write } from "./inplace.js";
import { cast, detach } from "./making.js";
import { aligned, fresh, plan, put, read, zeros } from "./places.js";
import { expand, unsqueeze } from "./shapes.js";
import { record } from "./tape.js";
import {
  broadcastSizes,
  copied,
  fromData,
  logicalSizes,
  make,
  rowStrides,
  values,
} from "./tensor.js";
import { alias, select, slice } from "./views.js";
import { checkApart, checkValue } from "./writable.js";

// ---- what an index means

/* The view that the basic parts of an index give, and what is left: {view, dims, indices}, the
   tensors and the axes that they index. */
function resolve(x, spec, tensors) {
  const parts = spec === "" ? [] : spec.split(",");
  const queue = tensors.slice();
  const used = countAxes(parts, tensors);
  if (used > x.ndim) raise("IndexError", `too many indices for tensor of dimension ${x.ndim}`);
  const state = { view: x, dim: 0, axis: 0, dims: [], indices: [], original: x };
  for (const part of parts) {
    if (part === "e") state.dim += x.ndim - used;
    if (part === "e") state.axis += x.ndim - used;
    else if (part === "n") state.view = unsqueeze(state.view, state.dim++);
    else if (part === "a") byTensor(state, queue.shift());
    else if (part[0] === "i") byInteger(state, Number(part.slice(1)));
    else bySlice(state, part.slice(1));
  }
  return state;
}

function countAxes(parts, tensors) {
  const queue = tensors.slice();
  let n = 0;
  for (const part of parts) {
    if (part === "a") {
      const index = queue.shift();
      n += isMask(index) ? index.ndim : 1;
    } else if (part !== "n" && part !== "e") n += 1;
  }
  return n;
}

const isMask = (index) => index.dtype === "bool" || index.dtype === "uint8";

function byInteger(state, i) {
  const n = logicalSizes(state.view)[state.dim];
  if (i < -n || i >= n) raiseBounds(i, state.axis, n);
  state.view = select(state.view, state.dim, i);
  state.axis++;
}

export const raiseBounds = (i, dim, n) =>
  raise("IndexError", `index ${i} is out of bounds for dimension ${dim} with size ${n}`);

function bySlice(state, text) {
  const [start, end, step] = text
    .split(":")
    .map((word) => (word === "" || word === undefined ? undefined : Number(word)));
  if (step !== undefined && step <= 0) raise("ValueError", "step must be greater than zero");
  const n = logicalSizes(state.view)[state.dim];
  const whole = (start ?? 0) === 0 && (end === undefined || end === n) && (step ?? 1) === 1;
  if (!whole) state.view = slice(state.view, state.dim, start, end, step ?? 1);
  state.dim++;
  state.axis++;
}

function byTensor(state, index) {
  if (isMask(index)) return byMask(state, index);
  if (isFloat(index.dtype)) {
    raise("IndexError", "tensors used as indices must be long, int, byte or bool tensors");
  }
  if (index.ndim === 0 && index.levels.length === 0) {
    return byInteger(state, index.storage.data[index.offset]);
  }
  state.dims.push(state.dim++);
  state.indices.push(index);
  state.axis++;
}

function byMask(state, mask) {
  if (mask.levels.length > 0) {
    raise(
      "RuntimeError",
      "vmap: We do not support batching operators that can support dynamic shape. Attempting to batch over indexing with a boolean mask.",
    );
  }
  const sizes = logicalSizes(state.view);
  const shape = logicalSizes(mask);
  shape.forEach((n, i) => {
    if (n === sizes[state.dim + i]) return;
    raise(
      "IndexError",
      `The shape of the mask ${listed(shape)} at index ${i} does not match the shape of the indexed tensor ${listed(logicalSizes(state.original))} at index ${state.axis + i}`,
    );
  });
  if (mask.ndim === 0) {
    state.view = unsqueeze(state.view, state.dim);
    state.indices.push(nonzeroColumn(mask));
    state.dims.push(state.dim++);
    return;
  }
  for (const column of nonzeroColumns(mask)) {
    state.dims.push(state.dim++);
    state.indices.push(column);
    state.axis++;
  }
}

const nonzeroColumn = (mask) => make([values(mask)[0] ? 1 : 0], "int64");

function nonzeroColumns(mask) {
  const found = nonzero(mask);
  return logicalSizes(mask).map((_, d) =>
    fromData(copied(select(found, 1, d)), [found.sizes[0]], "int64"),
  );
}

export function nonzero(x) {
  if (x.levels.length > 0) {
    raise(
      "RuntimeError",
      "vmap: We do not support batching operators that can output dynamic shape. Attempted to vmap over aten::nonzero. Please file an issue at https://github.com/pytorch/pytorch/issues if you need this feature.",
    );
  }
  const data = values(x);
  const strides = rowStrides(x.sizes);
  const at = [];
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) at.push(i);
  const out = make([at.length, x.ndim], "int64");
  at.forEach((i, row) => {
    let rest = i;
    strides.forEach((stride, d) => {
      out.storage.data[row * x.ndim + d] = Math.floor(rest / stride);
      rest %= stride;
    });
  });
  return out;
}

// ---- x[index] and x[index] = value

export function index(x, spec, ...tensors) {
  const { view, dims, indices } = resolve(x, spec, tensors);
  if (dims.length > 0) return take(view, dims, indices, "IndexBackward0");
  return view === x ? alias(x) : view;
}

export function take(x, dims, indices, name) {
  const out = read(plan(x, dims, indices));
  const sizes = logicalSizes(x);
  return record(out, name, [x], (g) => [placed(g, sizes, dims, indices, name)], []);
}

// zeros with g added at these places: the gradient of `take`
function placed(g, sizes, dims, indices, name) {
  const out = zeros(sizes, g.dtype, [g, ...indices]);
  const walk = plan(out, dims, indices);
  put(walk, aligned(walk, g), true);
  return record(out, "IndexPutBackward0", [g], (h) => [take(h, dims, indices, name)]);
}

export function putIndex(x, value, spec, ...tensors) {
  checkValue(x, value);
  const { view, dims, indices } = resolve(x, spec, tensors);
  if (dims.length === 0) {
    assign(view, spreadOver(dropLeading(value, view), view));
    return x;
  }
  // x[mask] = one number takes a number of any type
  const filling = tensors.length === 1 && isMask(tensors[0]) && value.numel === 1;
  indexPut(view, dims, indices, value, filling);
  return x;
}

// a value that shares x's storage is repeated first, so that overlaps are found
function spreadOver(value, view) {
  if (value.storage.data !== view.storage.data) return value;
  return expand(value, ...logicalSizes(view));
}

// PyTorch ignores leading axes of size 1 of the value
function dropLeading(value, view) {
  let out = value;
  while (out.ndim > view.ndim && logicalSizes(out)[0] === 1) out = select(out, 0, 0);
  return out;
}

function indexPut(x, dims, indices, value, filling) {
  if (value.storage.data === x.storage.data && !filling) {
    plan(x, dims, indices); // whose errors come first
    checkApart(x, value);
  }
  if (value.dtype !== x.dtype && !value.wrapped && !filling) {
    raise(
      "RuntimeError",
      `Index put requires the source and destination dtypes match, got ${TITLES[x.dtype]} for the destination and ${TITLES[value.dtype]} for the source.`,
    );
  }
  change(
    x,
    [value, ...indices],
    (old) => putInto(old, dims, indices, value),
    () => write(x, putInto(detach(x), dims, indices, detach(value))),
  );
}

function putInto(x, dims, indices, value) {
  const out = fresh(x, [value, ...indices]);
  const walk = plan(out, dims, indices);
  const numbers = value.dtype === x.dtype ? value : cast(detach(value), x.dtype);
  checkShape(walk, numbers);
  put(walk, aligned(walk, numbers), false);
  const rule = (g) => [
    () => putInto(g, dims, indices, make([], g.dtype)),
    () => take(g, dims, indices, "IndexBackward0"),
  ];
  return record(out, "IndexPutBackward0", [x, value], rule);
}

function checkShape({ sizes, k }, value) {
  const [need, have] = [sizes.slice(k), logicalSizes(value)];
  const missing = need.length - have.length;
  if (missing >= 0 && have.every((n, d) => n === 1 || n === need[d + missing])) return;
  raise(
    "RuntimeError",
    `shape mismatch: value tensor of shape ${listed(have)} cannot be broadcast to indexing result of shape ${listed(need)}`,
  );
}

export function maskedSelect(x, mask) {
  if (mask.dtype !== "bool") raise("RuntimeError", "masked_select: expected BoolTensor for mask");
  const sizes = broadcastSizes(logicalSizes(x), logicalSizes(mask));
  const [whole, hits] = [expand(x, ...sizes), expand(mask, ...sizes)];
  if (sizes.length === 0) return maskedSelect(unsqueeze(x, 0), unsqueeze(mask, 0));
  const columns = nonzeroColumns(hits);
  return take(
    whole,
    columns.map((_, d) => d),
    columns,
    "MaskedSelectBackward0",
  );
}
