/* The walk of indexing by tensors.

   A table says for each place in the result how far the number lies from the start of its row. The
   same walk over (tensor, table, other numbers) reads for x[i], writes for x[i] = v, and adds for
   the gradients. */
import { listed, raise } from "./error.js";
import { raiseBounds } from "./subscripts.js";
import {
  logicalSizes,
  broadcastSizes,
  broadcastStrides,
  copied,
  filled,
  fromData,
  levelSizes,
  lift,
  make,
  product,
  rows,
  rowStrides,
  withLevels,
} from "./tensor.js";

/* How x (sizes, dims indexed) is walked: the sizes of the result (logical), where the tensors' axes
   come in them, and for each of those axes' places the distance in x's storage. */
export function plan(x, dims, indices) {
  const { xs, levels, k } = lift([x, ...indices]);
  const [source, ...tables] = xs;
  const shape = broadcastIndices(indices);
  const apart = dims.some((d, i) => i > 0 && d !== dims[i - 1] + 1);
  const before = apart ? 0 : dims[0];
  const rest = source.sizes.map((_, d) => d - k).filter((d) => d >= 0 && !dims.includes(d));
  const [front, back] = [rest.slice(0, before), rest.slice(before)];
  const size = (d) => source.sizes[d + k];
  const step = (d) => source.strides[d + k];
  const zero = shape.map(() => 0);
  const nothing = rest.some((d) => size(d) === 0); // PyTorch does not look at the indices then
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
    ...distances(source, dims, tables, shape, levelled, k, front.length, back.length, nothing),
  };
}

function broadcastIndices(indices) {
  const shapes = indices.map(logicalSizes);
  try {
    return shapes.reduce((a, b) => broadcastSizes(a, b));
  } catch {
    const all = shapes.map(listed).join(", ");
    return raise(
      "IndexError",
      `shape mismatch: indexing tensors could not be broadcast together with shapes ${all}`,
    );
  }
}

// the distances along the indexed axes, and the strides with which they are read during the walk
function distances(source, dims, tables, shape, levelled, k, front, back, nothing) {
  const ownLevels = levelled.map((n, i) => (tables.some((t) => t.sizes[i] === n) ? n : 1));
  const sizes = [...ownLevels, ...shape];
  const table = new Float64Array(product(sizes));
  tables.forEach((index, j) => {
    const n = source.sizes[dims[j] + k];
    const stride = source.strides[dims[j] + k];
    const missing = shape.length - (index.sizes.length - k);
    const padded = [
      ...index.strides.slice(0, k),
      ...new Array(missing).fill(0),
      ...index.strides.slice(k),
    ];
    const whole = [
      ...index.sizes.slice(0, k),
      ...new Array(missing).fill(1),
      ...index.sizes.slice(k),
    ];
    const steps = sizes.map((size, d) => (whole[d] === size ? padded[d] : 0));
    const { data } = index.storage;
    rows(sizes, [rowStrides(sizes), steps], [0, index.offset], (count, [st, si], [q, p]) => {
      for (let i = 0; i < count; i++) {
        const at = data[p + i * si];
        if ((at < -n || at >= n) && !nothing) raiseBounds(at, j, n);
        table[q + i * st] += (at < 0 ? at + n : at) * stride;
      }
    });
  });
  const strides = rowStrides(sizes);
  const still = (count) => new Array(count).fill(0);
  return {
    table,
    tableSteps: [
      ...levelled.map((n, i) => (ownLevels[i] === n ? strides[i] : 0)),
      ...still(front),
      ...strides.slice(k),
      ...still(back),
    ],
  };
}

// numbers out of x
export function read({ sizes, levels, source, steps, table, tableSteps }) {
  const out = make(sizes, source.dtype, levels);
  const [data, result] = [source.storage.data, out.storage.data];
  rows(
    sizes,
    [steps, tableSteps, out.strides],
    [source.offset, 0, 0],
    (n, [sx, st, so], [p, q, r]) => {
      for (let i = 0; i < n; i++) result[r + i * so] = data[p + i * sx + table[q + i * st]];
    },
  );
  return out;
}

// numbers into x: set, or added
export function put({ sizes, source, steps, table, tableSteps }, value, adds) {
  const [data, from] = [source.storage.data, value.storage.data];
  const sv = broadcastStrides(value, sizes);
  rows(
    sizes,
    [steps, tableSteps, sv],
    [source.offset, 0, value.offset],
    (n, [sx, st, s], [p, q, r]) => {
      if (adds) for (let i = 0; i < n; i++) data[p + i * sx + table[q + i * st]] += from[r + i * s];
      else for (let i = 0; i < n; i++) data[p + i * sx + table[q + i * st]] = from[r + i * s];
    },
  );
}

// a fresh tensor with x's numbers, and an axis for every level of `others`
export function fresh(x, others) {
  const { xs, levels, k } = lift([x, ...others]);
  const whole = filled(xs[0], levelSizes(xs, k));
  return fromData(copied(whole), whole.sizes, x.dtype, levels);
}

// zeros of these logical sizes, with the levels of the others
export function zeros(sizes, dtype, others) {
  const { xs, levels, k } = lift(others);
  return make([...levelSizes(xs, k), ...sizes], dtype, levels);
}

// the value with the walk's levels in front, its logical axes aligned at the end
export const aligned = (walk, value) =>
  withLevels(value, walk.levels, walk.sizes.length - walk.k - value.ndim);
