/* Sorting, and what rests on order: the largest numbers, positions in a sorted row, different
   numbers.

   A NaN counts as greater than every number. Equal numbers keep their order. Which numbers a sort
   chooses is constant around a point, so its derivative puts each gradient back to where the number
   came from. */
import { allocate, resultType } from "./dtype.js";
import { listed, raise } from "./error.js";
import { scatter } from "./indexing.js";
import { eachLane, lanes } from "./lanes.js";
import { cast, zerosLike } from "./making.js";
import { record, withGrad } from "./tape.js";
import { filled, fromData, levelSizes, lift, logicalSizes, product, values } from "./tensor.js";
import { squeeze, unsqueeze } from "./views.js";

/* The order of numbers in `data`, for sorting indices into it. */
const ascending = data => (p, q) => {
  const [a, b] = [data[p], data[q]];
  if (a < b) return -1;
  return a > b ? 1 : (a !== a) - (b !== b) || p - q;
};
const descending = data => (p, q) => {
  const [a, b] = [data[p], data[q]];
  if (a > b) return -1;
  return a < b ? 1 : (b !== b) - (a !== a) || p - q;
};

/* The `count` first numbers of each lane in this order, and their indices along it. */
function selected(x, dim, order, from, count) {
  const lane = lanes(x, dim);
  const data = values(x);
  const sizes = x.sizes.slice();
  if (x.ndim > 0) sizes[lane.d] = count;
  else count = 1;
  const out = allocate(x.dtype, product(sizes));
  const places = allocate("int64", product(sizes));
  const compare = order(data);
  const indices = new Array(lane.n);
  let at = 0;
  eachLane(lane, start => {
    for (let i = 0; i < lane.n; i++) indices[i] = start + i * lane.step;
    indices.sort(compare);
    // lanes come in the order of their starts, with `step` lanes side by side
    const first = Math.floor(at / lane.step) * count * lane.step + (at % lane.step);
    for (let i = 0; i < count; i++) {
      const place = indices[from + i];
      out[first + i * lane.step] = data[place];
      places[first + i * lane.step] = (place - start) / lane.step;
    }
    at++;
  });
  return [out, places].map((a, i) => fromData(a, sizes, i ? "int64" : x.dtype, x.levels));
}

/* The derivative puts the gradients back to where the numbers came from. */
const backToPlace = (name, x, dim, [chosen, indices]) => [
  record(chosen, name, [x], (g, i) => [() => scatter(zerosLike(x), dim, i(), g)], [indices]),
  indices,
];

export function sort(x, dim, decreasing, stable) {
  const order = decreasing ? descending : ascending;
  const name = stable ? "SortBackward1" : "SortBackward0";
  return backToPlace(name, x, dim, selected(x, dim, order, 0, lanes(x, dim).n));
}

export function topk(x, k, dim, largest) {
  if (!(k >= 0 && k <= lanes(x, dim).n)) raise("RuntimeError", "selected index k out of range");
  const order = largest ? descending : ascending;
  return backToPlace("TopkBackward0", x, dim, selected(x, dim, order, 0, k));
}

/* The k-th smallest number of each lane, counted from 1. */
export function kthvalue(x, k, dim, keepdim) {
  const { n, d } = lanes(x, dim);
  const at = d - x.levels.length;
  if (n === 0) {
    raise("IndexError", `kthvalue(): Expected reduction dim ${at} to have non-zero size.`);
  }
  if (!(k >= 1 && k <= n)) {
    raise("RuntimeError", `kthvalue(): selected number k out of range for dimension ${at}`);
  }
  if (x.dtype === "bool") {
    raise("NotImplementedError", "\"kthvalue_cpu\" not implemented for 'Bool'");
  }
  const shape = y => (keepdim || x.ndim === 0 ? y : squeeze(y, dim));
  const [value, index] = withGrad(false, () => selected(x, dim, ascending, k - 1, 1).map(shape));
  const whole = y => (keepdim || x.ndim === 0 ? y : unsqueeze(y, dim));
  const rule = (g, i) => [() => scatter(zerosLike(x), dim, whole(i()), whole(g))];
  return [record(value, "KthvalueBackward0", [x], rule, [index]), index];
}

// ---- positions in a sorted row

/* The number of boundaries below each number of x; with `right`, below or equal. Boundaries have
   one axis, or the leading axes of x, and then x is looked up row by row. */
export function searchsorted(sorted, x, right) {
  checkBoundaries(sorted, x);
  if (sorted.dtype === "bool" && x.dtype === "bool" && x.numel > 0) {
    raise("NotImplementedError", "\"searchsorted_out_cpu\" not implemented for 'Bool'");
  }
  const dtype = resultType(sorted, x);
  const { xs, levels, k } = lift([cast(sorted, dtype), cast(x, dtype)]);
  const batch = levelSizes(xs, k);
  const [rows, queries] = xs.map(y => values(filled(y, batch)));
  const n = sorted.sizes.at(-1);
  const count = product([...batch, ...logicalSizes(sorted).slice(0, -1)]);
  const perRow = count === 0 ? 0 : queries.length / count;
  const out = allocate("int64", queries.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = position(rows, Math.floor(i / perRow) * n, n, queries[i], right);
  }
  return fromData(out, [...batch, ...logicalSizes(x)], "int64", levels);
}

function checkBoundaries(sorted, x) {
  const [sizes, other] = [logicalSizes(sorted), logicalSizes(x)];
  if (sizes.length === 0) {
    raise(
      "RuntimeError",
      "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension",
    );
  }
  if (sizes.length === 1) return;
  if (other.length === 0) {
    raise(
      "RuntimeError",
      "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, " +
        `but we got boundaries tensor dim(${sizes.length}) and input value's dim(0) numel(1)`,
    );
  }
  const fits = sizes.length === other.length && sizes.slice(0, -1).every((s, i) => s === other[i]);
  if (fits) return;
  raise(
    "RuntimeError",
    "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of " +
      "boundaries tensor and input value tensor must match, but we got boundaries tensor " +
      `${listed(sizes)} and input value tensor ${listed(other)}`,
  );
}

function position(data, start, n, value, right) {
  let [low, high] = [0, n];
  while (low < high) {
    const middle = (low + high) >> 1;
    const behind = right ? data[start + middle] > value : data[start + middle] >= value;
    if (behind) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function bucketize(x, boundaries, right) {
  if (boundaries.ndim !== 1) {
    raise("RuntimeError", `boundaries tensor must be 1 dimension, but got dim(${boundaries.ndim})`);
  }
  return searchsorted(boundaries, x, right);
}

// ---- different numbers

const single = x => {
  if (x.levels.length === 0) return;
  raise("RuntimeError", "vmap: the size of this operation's result depends on the numbers");
};

/* The different numbers in ascending order, for each number of x its place among them, and how
   often each occurs. */
export function unique(x) {
  single(x);
  const data = values(x);
  const order = Array.from(data, (_, i) => i).sort(ascending(data));
  return distinct(x, data, order, "Unique2Backward0", "_unique2");
}

/* The same without sorting: only equal neighbours count as one number. */
export function uniqueConsecutive(x) {
  single(x);
  const data = values(x);
  const order = Array.from(data, (_, i) => i);
  return distinct(x, data, order, "UniqueConsecutiveBackward0", "unique_consecutive");
}

function distinct(x, data, order, node, name) {
  const inverse = allocate("int64", data.length);
  const [found, counts] = [[], []];
  order.forEach((place, i) => {
    if (i === 0 || data[place] !== data[order[i - 1]]) {
      found.push(data[place]);
      counts.push(0);
    }
    counts[counts.length - 1]++;
    inverse[place] = found.length - 1;
  });
  const tensor = (numbers, sizes, dtype) => {
    const out = allocate(dtype, numbers.length);
    out.set(numbers);
    return fromData(out, sizes, dtype);
  };
  const numbers = tensor(found, [found.length], x.dtype);
  return [
    record(numbers, node, [x], () => {
      raise("NotImplementedError", `the derivative for '${name}' is not implemented.`);
    }),
    tensor(inverse, x.sizes, "int64"),
    tensor(counts, [counts.length], "int64"),
  ];
}

/* For each number of x, whether it is among those of `test`. */
export function isin(x, test, invert) {
  single(test);
  if (x.dtype === "bool" || test.dtype === "bool") {
    raise("RuntimeError", "Unsupported input type encountered for isin(): Bool");
  }
  const dtype = resultType(x, test);
  const members = new Set(values(cast(test, dtype)));
  const [hit, miss] = invert ? [0, 1] : [1, 0];
  const out = Uint8Array.from(values(cast(x, dtype)), v => (v === v && members.has(v) ? hit : miss));
  return fromData(out, x.sizes, "bool", x.levels);
}
