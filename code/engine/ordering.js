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
import { squeeze, unsqueeze } from "./shapes.js";

/* The order of n numbers that lie `step` apart, as indices 0 … n - 1. */
function order(data, start, step, n, decreasing) {
  const keys = new Float64Array(n);
  const indices = new Uint32Array(n);
  let nans = 0;
  for (let i = 0, at = start; i < n; i++, at += step) {
    const v = data[at];
    if (v !== v) {
      nans++;
      continue;
    }
    keys[i - nans] = decreasing ? -v : v;
    indices[i - nans] = i;
  }
  const sorted = mergeSorted(keys, indices, n - nans);
  if (nans === 0) return sorted;
  const places = new Uint32Array(n);
  places.set(sorted, decreasing ? nans : 0);
  for (let i = 0, at = decreasing ? 0 : n - nans; i < n; i++) {
    if (data[start + i * step] !== data[start + i * step]) places[at++] = i;
  }
  return places;
}

/* Sort the first n indices by their keys. Merge sort is stable, and reads and writes in order. */
function mergeSorted(keys, indices, n) {
  let [k, i, toK, toI] = [keys, indices, new Float64Array(n), new Uint32Array(n)];
  for (let width = 1; width < n; width *= 2) {
    for (let low = 0; low < n; low += 2 * width) {
      const middle = Math.min(low + width, n);
      const high = Math.min(low + 2 * width, n);
      let a = low;
      let b = middle;
      for (let at = low; at < high; at++) {
        const from = b >= high || (a < middle && k[a] <= k[b]) ? a++ : b++;
        toK[at] = k[from];
        toI[at] = i[from];
      }
    }
    [k, toK] = [toK, k];
    [i, toI] = [toI, i];
  }
  return i.subarray(0, n);
}

/* `count` numbers of each lane from place `from` of its order on, and their indices along it. */
function selected(x, dim, decreasing, from, count) {
  const lane = lanes(x, dim);
  const data = values(x);
  const sizes = x.sizes.slice();
  if (x.ndim > 0) sizes[lane.d] = count;
  else count = 1;
  const out = allocate(x.dtype, product(sizes));
  const places = allocate("int64", product(sizes));
  let at = 0;
  eachLane(lane, (start) => {
    const indices = order(data, start, lane.step, lane.n, decreasing);
    // lanes come in the order of their starts, with `step` lanes side by side
    const first = Math.floor(at / lane.step) * count * lane.step + (at % lane.step);
    for (let i = 0; i < count; i++) {
      const place = indices[from + i];
      out[first + i * lane.step] = data[start + place * lane.step];
      places[first + i * lane.step] = place;
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
  const name = stable ? "SortBackward1" : "SortBackward0";
  return backToPlace(name, x, dim, selected(x, dim, decreasing, 0, lanes(x, dim).n));
}

export function topk(x, k, dim, largest) {
  if (!(k >= 0 && k <= lanes(x, dim).n)) raise("RuntimeError", "selected index k out of range");
  if (x.dtype === "bool") raise("RuntimeError", "topk does not support bool dtypes on CPU");
  return backToPlace("TopkBackward0", x, dim, selected(x, dim, largest, 0, k));
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
  const shape = (y) => (keepdim || x.ndim === 0 ? y : squeeze(y, dim));
  const [value, index] = withGrad(false, () => selected(x, dim, false, k - 1, 1).map(shape));
  const whole = (y) => (keepdim || x.ndim === 0 ? y : unsqueeze(y, dim));
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
  const [rows, queries] = xs.map((y) => values(filled(y, batch)));
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

const single = (x) => {
  if (x.levels.length === 0) return;
  raise("RuntimeError", "vmap: the size of this operation's result depends on the numbers");
};

/* The different numbers in ascending order, for each number of x its place among them, and how
   often each occurs. */
export function unique(x) {
  single(x);
  const data = values(x);
  const sorted = order(data, 0, 1, data.length, false);
  return distinct(x, data, sorted, "Unique2Backward0", "_unique2");
}

/* The same without sorting: only equal neighbours count as one number. */
export function uniqueConsecutive(x) {
  single(x);
  const data = values(x);
  const places = Array.from(data, (_, i) => i);
  return distinct(x, data, places, "UniqueConsecutiveBackward0", "unique_consecutive");
}

function distinct(x, data, places, node, name) {
  const inverse = allocate("int64", data.length);
  const [found, counts] = [[], []];
  places.forEach((place, i) => {
    if (i === 0 || data[place] !== data[places[i - 1]]) {
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
  const out = Uint8Array.from(values(cast(x, dtype)), (v) => (v === v && members.has(v) ? hit : miss));
  return fromData(out, x.sizes, "bool", x.levels);
}
