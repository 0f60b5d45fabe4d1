/* Indexing.

   x[2, 1:, None, ...] is a chain of views. An index that is a tensor picks numbers from anywhere, so the result is a copy:
   for each place in the result, a table says how far the number lies from the start of the row. The same walk over
   (tensor, table, other numbers) reads for x[i], writes for x[i] = v, and adds for the gradients. A mask stands for the indices of
   its true elements.

   An index arrives as text, one word for each part: "i3" an integer, "s1:5:2" a slice, "n" None, "e" an ellipsis, "a" the next
   tensor. */
import { isFloat, TITLES } from "./dtype.js";
import { axis, listed, raise } from "./error.js";
import { assign, change, checkApart, write } from "./inplace.js";
import { cast, detach } from "./making.js";
import { record } from "./tape.js";
import {
  broadcastSizes,
  broadcastStrides,
  copied,
  filled,
  fromData,
  levelSizes,
  lift,
  logicalSizes,
  make,
  product,
  rows,
  rowStrides,
  same,
  values,
  withLevels,
} from "./tensor.js";
import { alias, expand, reshape, select, slice, unsqueeze } from "./views.js";

// ---- what an index means

/* The view that the basic parts of an index give, and what is left: {view, dims, indices}, the tensors and the axes that
   they index. */
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

const raiseBounds = (i, dim, n) =>
  raise("IndexError", `index ${i} is out of bounds for dimension ${dim} with size ${n}`);

function bySlice(state, text) {
  const [start, end, step] = text.split(":").map((word) => (word === "" || word === undefined ? undefined : Number(word)));
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
  const own = logicalSizes(mask);
  own.forEach((n, i) => {
    if (n === sizes[state.dim + i]) return;
    raise(
      "IndexError",
      `The shape of the mask ${listed(own)} at index ${i} does not match the shape of the indexed tensor ${listed(logicalSizes(state.original))} at index ${state.axis + i}`,
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
  return own(mask).map((_, d) => fromData(copied(select(found, 1, d)), [found.sizes[0]], "int64"));
}
const own = (x) => logicalSizes(x);

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

// ---- the walk

/* How x (sizes, dims indexed) is walked: the sizes of the result (logical), where the tensors' axes come in them, and for each
   of those axes' places the distance in x's storage. */
function plan(x, dims, indices) {
  const { xs, levels, k } = lift([x, ...indices.map((i) => i)]);
  const [source, ...tables] = xs;
  const shape = broadcastIndices(indices);
  const apart = dims.some((d, i) => i > 0 && d !== dims[i - 1] + 1);
  const before = apart ? 0 : dims[0];
  const rest = source.sizes.map((_, d) => d - k).filter((d) => d >= 0 && !dims.includes(d));
  const [front, back] = [rest.slice(0, before), rest.slice(before)];
  const size = (d) => source.sizes[d + k];
  const step = (d) => source.strides[d + k];
  const zero = shape.map(() => 0);
  const levelled = levelSizes(xs, k);
  return {
    k,
    levels,
    sizes: [...levelled, ...front.map(size), ...shape, ...back.map(size)],
    source,
    steps: [
      ...levelled.map((n, i) => (source.sizes[i] === n ? source.strides[i] : 0)),
      ...front.map(step),
      ...zero,
      ...back.map(step),
    ],
    ...distances(source, dims, tables, shape, levelled, k, front.length, back.length),
  };
}

function broadcastIndices(indices) {
  const shapes = indices.map(own);
  try {
    return shapes.reduce((a, b) => broadcastSizes(a, b));
  } catch {
    const all = shapes.map(listed).join(", ");
    return raise("IndexError", `shape mismatch: indexing tensors could not be broadcast together with shapes ${all}`);
  }
}

// the distances along the indexed axes, and the strides with which they are read during the walk
function distances(source, dims, tables, shape, levelled, k, front, back) {
  const ownLevels = levelled.map((n, i) => (tables.some((t) => t.sizes[i] === n) ? n : 1));
  const sizes = [...ownLevels, ...shape];
  const table = new Float64Array(product(sizes));
  tables.forEach((index, j) => {
    const n = source.sizes[dims[j] + k];
    const stride = source.strides[dims[j] + k];
    const missing = shape.length - (index.sizes.length - k);
    const padded = [...index.strides.slice(0, k), ...new Array(missing).fill(0), ...index.strides.slice(k)];
    const whole = [...index.sizes.slice(0, k), ...new Array(missing).fill(1), ...index.sizes.slice(k)];
    const steps = sizes.map((size, d) => (whole[d] === size ? padded[d] : 0));
    const { data } = index.storage;
    rows(sizes, [rowStrides(sizes), steps], [0, index.offset], (count, [st, si], [q, p]) => {
      for (let i = 0; i < count; i++) {
        const at = data[p + i * si];
        if (at < -n || at >= n) raiseBounds(at, j, n);
        table[q + i * st] += (at < 0 ? at + n : at) * stride;
      }
    });
  });
  const strides = rowStrides(sizes);
  const nothing = (count) => new Array(count).fill(0);
  return {
    table,
    tableSteps: [
      ...levelled.map((n, i) => (ownLevels[i] === n ? strides[i] : 0)),
      ...nothing(front),
      ...strides.slice(k),
      ...nothing(back),
    ],
  };
}

// numbers out of x
function read({ sizes, levels, source, steps, table, tableSteps }) {
  const out = make(sizes, source.dtype, levels);
  const [data, result] = [source.storage.data, out.storage.data];
  rows(sizes, [steps, tableSteps, out.strides], [source.offset, 0, 0], (n, [sx, st, so], [p, q, r]) => {
    for (let i = 0; i < n; i++) result[r + i * so] = data[p + i * sx + table[q + i * st]];
  });
  return out;
}

// numbers into x: set, or added
function put({ sizes, source, steps, table, tableSteps }, value, adds) {
  const [data, from] = [source.storage.data, value.storage.data];
  const sv = broadcastStrides(value, sizes);
  rows(sizes, [steps, tableSteps, sv], [source.offset, 0, value.offset], (n, [sx, st, s], [p, q, r]) => {
    if (adds) for (let i = 0; i < n; i++) data[p + i * sx + table[q + i * st]] += from[r + i * s];
    else for (let i = 0; i < n; i++) data[p + i * sx + table[q + i * st]] = from[r + i * s];
  });
}

// a fresh tensor with x's numbers, and an axis for every level of `others`
export function fresh(x, others) {
  const { xs, levels, k } = lift([x, ...others]);
  const whole = filled(xs[0], levelSizes(xs, k));
  return fromData(copied(whole), whole.sizes, x.dtype, levels);
}

// zeros of these logical sizes, with the levels of the others
function zeros(sizes, dtype, others) {
  const { xs, levels, k } = lift(others);
  return make([...levelSizes(xs, k), ...sizes], dtype, levels);
}

// the value with the walk's levels in front, its logical axes aligned at the end
const aligned = (walk, value) => withLevels(value, walk.levels, walk.sizes.length - walk.k - value.ndim);

// ---- x[index] and x[index] = value

export function index(x, spec, ...tensors) {
  const { view, dims, indices } = resolve(x, spec, tensors);
  if (dims.length > 0) return take(view, dims, indices, "IndexBackward0");
  return view === x ? alias(x) : view;
}

function take(x, dims, indices, name) {
  const out = read(plan(x, dims, indices));
  const sizes = own(x);
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
  const { view, dims, indices } = resolve(x, spec, tensors);
  if (dims.length === 0) {
    assign(view, dropLeading(value, view));
    return x;
  }
  indexPut(view, dims, indices, value);
  return x;
}

// PyTorch ignores leading axes of size 1 of the value
function dropLeading(value, view) {
  let out = value;
  while (out.ndim > view.ndim && own(out)[0] === 1) out = select(out, 0, 0);
  return out;
}

function indexPut(x, dims, indices, value) {
  checkApart(x, value);
  const number = value.wrapped || value.ndim === 0 ? cast(value, x.dtype) : value;
  const typed = number === value || value.requiresGrad ? value : number;
  if (typed.dtype !== x.dtype && !value.wrapped && value.ndim > 0) {
    raise(
      "RuntimeError",
      `Index put requires the source and destination dtypes match, got ${TITLES[x.dtype]} for the destination and ${TITLES[value.dtype]} for the source.`,
    );
  }
  change(
    x,
    [typed, ...indices],
    (old) => putInto(old, dims, indices, typed),
    () => write(x, putInto(detach(x), dims, indices, detach(typed))),
  );
}

function putInto(x, dims, indices, value) {
  const out = fresh(x, [value, ...indices]);
  const walk = plan(out, dims, indices);
  const numbers = value.dtype === x.dtype ? value : cast(detach(value), x.dtype);
  checkValue(walk, numbers);
  put(walk, aligned(walk, numbers), false);
  const rule = (g) => [
    () => putInto(g, dims, indices, make([], g.dtype)),
    () => take(g, dims, indices, "IndexBackward0"),
  ];
  return record(out, "IndexPutBackward0", [x, value], rule);
}

function checkValue({ sizes, k }, value) {
  const [need, have] = [sizes.slice(k), own(value)];
  const missing = need.length - have.length;
  if (missing >= 0 && have.every((n, d) => n === 1 || n === need[d + missing])) return;
  raise("RuntimeError", `shape mismatch: value tensor of shape ${listed(have)} cannot be broadcast to indexing result of shape ${listed(need)}`);
}

// ---- along one axis

export function indexSelect(x, dim, index) {
  if (index.ndim > 1) raise("IndexError", "index_select(): Index is supposed to be a vector");
  if (index.dtype !== "int64" && index.dtype !== "int32") {
    raise("RuntimeError", "index_select(): Expected dtype int32 or int64 for index");
  }
  const d = axis(dim, x.ndim);
  const n = x.ndim === 0 ? 1 : own(x)[d];
  if (values(index).some((i) => i < 0 || i >= n)) raise("IndexError", "index out of range in self");
  if (x.ndim === 0) return reshape(indexSelect(unsqueeze(x, 0), 0, index));
  const flat = index.ndim === 0 ? unsqueeze(index, 0) : index;
  return take(x, [d], [flat], "IndexSelectBackward0");
}

export function indexAdd(x, dim, index, source) {
  const d = axis(dim, x.ndim);
  if (x.dtype !== source.dtype) {
    raise("RuntimeError", `index_add_(): self (${TITLES[x.dtype]}) and source (${TITLES[source.dtype]}) must have the same scalar type`);
  }
  if (index.numel !== own(source)[d]) {
    raise(
      "RuntimeError",
      `index_add_(): Number of indices (${index.numel}) should be equal to source.size(dim): (${own(source)[d]}), for dim: ${d}`,
    );
  }
  const out = fresh(x, [index, source]);
  const walk = plan(out, [d], [index]);
  put(walk, aligned(walk, source), true);
  return record(out, "IndexAddBackward0", [x, source], (g) => [g, () => indexSelect(g, d, index)]);
}

/* gather and scatter have an index for every number: the walk goes over the index, and x stands still along `dim`. */
function planAlong(x, dim, index, other) {
  const { xs, levels, k } = lift(other === undefined ? [x, index] : [x, index, other]);
  const [source, table] = xs;
  const d = dim + k;
  const n = source.sizes[d];
  const sizes = [...levelSizes(xs, k), ...own(index)];
  const distance = new Float64Array(product(table.sizes));
  const numbers = values(table);
  for (let i = 0; i < numbers.length; i++) {
    const at = numbers[i];
    if (at < 0 || at >= n) raise("RuntimeError", `index ${at} is out of bounds for dimension ${dim} with size ${n}`);
    distance[i] = at * source.strides[d];
  }
  const dense = rowStrides(table.sizes);
  const level = (t, strides) => (_, i) => (t.sizes[i] === sizes[i] ? strides[i] : 0);
  const front = sizes.slice(0, k);
  return {
    k,
    sizes,
    levels,
    source,
    table: distance,
    steps: [...front.map(level(source, source.strides)), ...source.strides.slice(k).map((s, i) => (i === dim ? 0 : s))],
    tableSteps: [...front.map(level(table, dense)), ...dense.slice(k)],
  };
}

function checkAlong(name, x, dim, index, source) {
  if (index.dtype !== "int64" && index.dtype !== "int32" && index.numel > 0) {
    raise("RuntimeError", `${name}(): Expected dtype int32/int64 for index`);
  }
  if (index.ndim !== x.ndim) {
    raise("RuntimeError", `Index tensor must have the same number of dimensions as ${name === "gather" ? "input" : "self"} tensor`);
  }
  own(index).forEach((n, d) => {
    if (d !== dim && n > own(x)[d]) {
      const text = name === "gather" ? "" : ` and to be smaller than src ${source && listed(own(source))}`;
      raise(
        "RuntimeError",
        name === "gather"
          ? `Size does not match at dimension ${d} expected index ${listed(own(index))} to be no larger than self ${listed(own(x))} apart from dimension ${dim}`
          : `Expected index ${listed(own(index))} to be no larger than self ${listed(own(x))} apart from dimension ${dim}${text}`,
      );
    }
  });
}

// a number has no axis to gather along; it is taken as a vector of one
const vector = (x) => (x.ndim === 0 ? unsqueeze(x, 0) : x);

export function gather(x, dim, index) {
  const d = axis(dim, x.ndim);
  if (index.numel === 0) return gatherNothing(x, index);
  checkAlong("gather", x, d, index);
  if (x.ndim === 0) return reshape(gather(vector(x), 0, vector(index)));
  const out = read(planAlong(x, d, index));
  const sizes = own(x);
  const rule = (g) => [scatterAdd(zeros(sizes, g.dtype, [g, index]), d, index, g)];
  return record(out, "GatherBackward0", [x], rule);
}

// the same in place
export const indexAddInPlace = (x, dim, index, source) =>
  change(x, [index, source], (old) => indexAdd(old, dim, index, source));
export const scatterInPlace = (x, dim, index, source) =>
  change(x, [index, source], (old) => scatter(old, dim, index, source));
export const scatterAddInPlace = (x, dim, index, source) =>
  change(x, [index, source], (old) => scatterAdd(old, dim, index, source));

// the part of `source` over which the index goes
function cropped(source, index) {
  return own(index).reduce((s, n, d) => (own(s)[d] === n ? s : slice(s, d, 0, n)), source);
}

function scattered(x, dim, index, source, adds) {
  const part = cropped(source, index);
  const out = fresh(x, [index, part]);
  const walk = planAlong(out, dim, index, part);
  put(walk, lift([out, part]).xs[1], adds);
  return out;
}

function gatherNothing(x, index) {
  const sizes = own(x);
  const out = zeros(own(index), x.dtype, [x, index]);
  return record(out, "GatherBackward0", [x], (g) => [zeros(sizes, g.dtype, [g])]);
}

export function scatter(x, dim, index, source) {
  const d = axis(dim, x.ndim);
  if (source.ndim === 0 && index.ndim > 0) return scatterNumber(x, d, index, source);
  checkScatter("scatter", x, d, index, source);
  const out = scattered(vector(x), d, vector(index), vector(source), false);
  if (x.ndim === 0) out.sizes.pop(), out.strides.pop();
  const rule = (g) => [
    () => scatter(g, d, index, make([], g.dtype)),
    () => gather(g, d, index),
  ];
  return record(out, "ScatterBackward0", [x, source], rule);
}

function scatterNumber(x, d, index, value) {
  const number = value.dtype === x.dtype ? value : cast(value, x.dtype);
  const source = expand(number, ...own(index));
  const out = scattered(x, d, index, source, false);
  return record(out, "ScatterBackward1", [x, value], (g) => [
    () => scatterNumber(g, d, index, make([], g.dtype)),
    () => gather(g, d, index),
  ]);
}

function checkScatter(name, x, d, index, source) {
  checkAlong("scatter", x, d, index, source);
  if (x.dtype !== source.dtype) raise("RuntimeError", "scatter(): Expected self.dtype to be equal to src.dtype");
  own(index).forEach((n, e) => {
    if (n > own(source)[e]) {
      raise("RuntimeError", `Expected index ${listed(own(index))} to be no larger than self ${listed(own(x))} apart from dimension ${d} and to be no larger size than src ${listed(own(source))}`);
    }
  });
}

export function scatterAdd(x, dim, index, source) {
  const d = axis(dim, x.ndim);
  checkScatter("scatter_add", x, d, index, source);
  const out = scattered(vector(x), d, vector(index), vector(source), true);
  if (x.ndim === 0) out.sizes.pop(), out.strides.pop();
  const rule = (g) => [g, () => gather(g, d, index)];
  return record(out, "ScatterAddBackward0", [x, source], rule);
}

// gather with the other axes broadcast; without an axis, over all numbers
export function takeAlongDim(x, dim, index) {
  if (dim === undefined) return gather(reshape(x, -1), 0, reshape(index, -1));
  if (x.ndim !== index.ndim) {
    raise("RuntimeError", `torch.take_along_dim(): input and indices should have the same number of dimensions, but got ${x.ndim} dimensions for input, and ${index.ndim} dimensions for indices`);
  }
  const d = axis(dim, x.ndim);
  const flat = (sizes) => sizes.with(d, 1);
  const common = broadcastSizes(flat(own(x)), flat(own(index)));
  const whole = (t) => expand(t, ...common.with(d, own(t)[d]));
  return gather(whole(x), d, whole(index));
}

export function maskedSelect(x, mask) {
  if (mask.dtype !== "bool") raise("RuntimeError", "masked_select: expected BoolTensor for mask");
  const sizes = broadcastSizes(own(x), own(mask));
  const [whole, hits] = [expand(x, ...sizes), expand(mask, ...sizes)];
  if (sizes.length === 0) return maskedSelect(unsqueeze(x, 0), unsqueeze(mask, 0));
  const columns = nonzeroColumns(hits);
  return take(whole, columns.map((_, d) => d), columns, "MaskedSelectBackward0");
}
