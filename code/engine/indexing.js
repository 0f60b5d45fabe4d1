/* Picking numbers along one axis: index_select, gather, scatter.

   index_select takes whole slices, and gather a number for each index; scatter is the way back. The
   walk is that of places.js. */
import { TITLES } from "./dtype.js";
import { axis, listed, raise } from "./error.js";
import { change } from "./inplace.js";
import { cast } from "./making.js";
import { aligned, fresh, plan, put, read, zeros } from "./places.js";
import { expand, reshape, unsqueeze } from "./shapes.js";
import { take } from "./subscripts.js";
import { record, rename } from "./tape.js";
import {
  levelSizes,
  logicalSizes,
  broadcastSizes,
  lift,
  make,
  product,
  rowStrides,
  values,
} from "./tensor.js";
import { slice } from "./views.js";

export function indexSelect(x, dim, index) {
  if (index.ndim > 1) raise("IndexError", "index_select(): Index is supposed to be a vector");
  if (index.dtype !== "int64" && index.dtype !== "int32") {
    raise("RuntimeError", "index_select(): Expected dtype int32 or int64 for index");
  }
  const d = axis(dim, x.ndim);
  const n = x.ndim === 0 ? 1 : logicalSizes(x)[d];
  if (n === 0 && index.numel > 0 && x.ndim > 1) {
    raise("RuntimeError", "index_select(): self indexing axis dim should be positive");
  }
  if (values(index).some((i) => i < 0 || i >= n)) raise("IndexError", "index out of range in self");
  if (x.ndim === 0) return reshape(indexSelect(unsqueeze(x, 0), 0, index));
  const flat = index.ndim === 0 ? unsqueeze(index, 0) : index;
  return take(x, [d], [flat], "IndexSelectBackward0");
}

export function indexAdd(x, dim, index, source) {
  const d = axis(dim, x.ndim);
  if (x.dtype !== source.dtype) {
    raise(
      "RuntimeError",
      `index_add_(): self (${TITLES[x.dtype]}) and source (${TITLES[source.dtype]}) must have the same scalar type`,
    );
  }
  if (index.numel !== logicalSizes(source)[d]) {
    raise(
      "RuntimeError",
      `index_add_(): Number of indices (${index.numel}) should be equal to source.size(dim): (${logicalSizes(source)[d]}), for dim: ${d}`,
    );
  }
  const out = fresh(x, [index, source]);
  const walk = plan(out, [d], [index]);
  put(walk, aligned(walk, source), true);
  return record(out, "IndexAddBackward0", [x, source], (g) => [g, () => indexSelect(g, d, index)]);
}

/* gather and scatter have an index for every number: the walk goes over the index, and x stands
   still along `dim`. */
function planAlong(x, dim, index, other) {
  const { xs, levels, k } = lift(other === undefined ? [x, index] : [x, index, other]);
  const [source, table] = xs;
  const d = dim + k;
  const n = source.sizes[d];
  const sizes = [...levelSizes(xs, k), ...logicalSizes(index)];
  const distance = new Float64Array(product(table.sizes));
  const numbers = values(table);
  for (let i = 0; i < numbers.length; i++) {
    const at = numbers[i];
    if (at < 0 || at >= n)
      raise("RuntimeError", `index ${at} is out of bounds for dimension ${dim} with size ${n}`);
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
    steps: [
      ...front.map(level(source, source.strides)),
      ...source.strides.slice(k).map((s, i) => (i === dim ? 0 : s)),
    ],
    tableSteps: [...front.map(level(table, dense)), ...dense.slice(k)],
  };
}

function checkAlong(name, x, dim, index, source) {
  if (index.dtype !== "int64" && index.dtype !== "int32" && index.numel > 0) {
    raise("RuntimeError", `${name}(): Expected dtype int32/int64 for index`);
  }
  if (Math.max(index.ndim, 1) !== Math.max(x.ndim, 1)) {
    raise(
      "RuntimeError",
      `Index tensor must have the same number of dimensions as ${name === "gather" ? "input" : "self"} tensor`,
    );
  }
  logicalSizes(index).forEach((n, d) => {
    if (d !== dim && n > logicalSizes(x)[d]) {
      const text =
        name === "gather"
          ? ""
          : ` and to be smaller than src ${source && listed(logicalSizes(source))}`;
      raise(
        "RuntimeError",
        name === "gather"
          ? `Size does not match at dimension ${d} expected index ${listed(logicalSizes(index))} to be no larger than self ${listed(logicalSizes(x))} apart from dimension ${dim}`
          : `Expected index ${listed(logicalSizes(index))} to be no larger than self ${listed(logicalSizes(x))} apart from dimension ${dim}${text}`,
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
  if (x.ndim === 0 || index.ndim === 0) {
    const out = gather(vector(x), 0, vector(index));
    return rename(reshape(out, ...logicalSizes(index)), "GatherBackward0");
  }
  const out = read(planAlong(x, d, index));
  const sizes = logicalSizes(x);
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
  return logicalSizes(index).reduce(
    (s, n, d) => (logicalSizes(s)[d] === n ? s : slice(s, d, 0, n)),
    source,
  );
}

function scattered(x, dim, index, source, adds) {
  const part = cropped(source, index);
  const out = fresh(x, [index, part]);
  const walk = planAlong(out, dim, index, part);
  put(walk, lift([out, part]).xs[1], adds);
  return out;
}

function gatherNothing(x, index) {
  const sizes = logicalSizes(x);
  const out = zeros(logicalSizes(index), x.dtype, [x, index]);
  return record(out, "GatherBackward0", [x], (g) => [zeros(sizes, g.dtype, [g])]);
}

export function scatter(x, dim, index, source) {
  const d = axis(dim, x.ndim);
  if (source.ndim === 0 && index.ndim > 0) return scatterNumber(x, d, index, source);
  checkScatter("scatter", x, d, index, source);
  const out = scattered(vector(x), d, vector(index), vector(source), false);
  if (x.ndim === 0) (out.sizes.pop(), out.strides.pop());
  const rule = (g) => [() => scatter(g, d, index, make([], g.dtype)), () => gather(g, d, index)];
  return record(out, "ScatterBackward0", [x, source], rule);
}

function scatterNumber(x, d, index, value) {
  const number = value.dtype === x.dtype ? value : cast(value, x.dtype);
  const source = expand(number, ...logicalSizes(index));
  const out = scattered(x, d, index, source, false);
  return record(out, "ScatterBackward1", [x, value], (g) => [
    () => scatterNumber(g, d, index, make([], g.dtype)),
    () => gather(g, d, index),
  ]);
}

function checkScatter(name, x, d, index, source) {
  checkAlong("scatter", x, d, index, source);
  if (x.dtype !== source.dtype)
    raise("RuntimeError", "scatter(): Expected self.dtype to be equal to src.dtype");
  logicalSizes(index).forEach((n, e) => {
    if (n > logicalSizes(source)[e]) {
      raise(
        "RuntimeError",
        `Expected index ${listed(logicalSizes(index))} to be no larger than self ${listed(logicalSizes(x))} apart from dimension ${d} and to be no larger size than src ${listed(logicalSizes(source))}`,
      );
    }
  });
}

export function scatterAdd(x, dim, index, source) {
  const d = axis(dim, x.ndim);
  checkScatter("scatter_add", x, d, index, source);
  const out = scattered(vector(x), d, vector(index), vector(source), true);
  if (x.ndim === 0) (out.sizes.pop(), out.strides.pop());
  const rule = (g) => [g, () => gather(g, d, index)];
  return record(out, "ScatterAddBackward0", [x, source], rule);
}

// gather with the other axes broadcast; without an axis, over all numbers
export function takeAlongDim(x, dim, index) {
  if (dim === undefined) return gather(reshape(x, -1), 0, reshape(index, -1));
  if (x.ndim !== index.ndim) {
    raise(
      "RuntimeError",
      `torch.take_along_dim(): input and indices should have the same number of dimensions, but got ${x.ndim} dimensions for input, and ${index.ndim} dimensions for indices`,
    );
  }
  const d = axis(dim, x.ndim);
  const flat = (sizes) => sizes.with(d, 1);
  const common = broadcastSizes(flat(logicalSizes(x)), flat(logicalSizes(index)));
  const whole = (t) => expand(t, ...common.with(d, logicalSizes(t)[d]));
  return gather(whole(x), d, whole(index));
}
