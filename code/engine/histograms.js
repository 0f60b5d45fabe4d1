/* Counting numbers in bins.

   An edge belongs to the bin on its right, and the last edge to the last bin. histc computes the
   bin of a number, as PyTorch does, and histogram then looks whether a rounding error moved it over
   an edge. */
import { allocate, isFloat, TITLES } from "./dtype.js";
import { div, sub } from "./elementwise.js";
import { listed, raise } from "./error.js";
import { linspace } from "./making.js";
import { record } from "./tape.js";
import { fromData, make, number, values } from "./tensor.js";
import { sum } from "./reductions.js";
import { narrow } from "./views.js";

const absent = (x, kernel) =>
  raise("NotImplementedError", `"${kernel}" not implemented for '${TITLES[x.dtype]}'`);
const needsFloat = (x, kernel) => isFloat(x.dtype) || absent(x, kernel);
const check = (good, message) => good || raise("RuntimeError", message);
const single = (x) =>
  check(x.levels.length === 0, "vmap: counting numbers in bins is not possible inside of vmap");

/* How often each of 0, 1, … occurs in x, or the sum of its weights. */
export function bincount(x, weights, minlength = 0) {
  single(x);
  check(minlength >= 0, "minlength should be >= 0");
  if (isFloat(x.dtype) || x.dtype === "bool") absent(x, "bincount_cpu");
  if (x.ndim === 1 && x.numel === 0) return fromData(allocate("int64", minlength), [minlength], "int64");
  const data = values(x);
  check(
    x.ndim === 1 && data.every((v) => v >= 0),
    "bincount only supports 1-d non-negative integral inputs.",
  );
  check(
    weights === undefined || (weights.ndim === 1 && weights.numel === x.numel),
    "weights should be 1-d and have the same length as input",
  );
  const dtype = weights === undefined ? "int64" : weights.dtype === "float32" ? "float32" : "float64";
  const n = data.reduce((most, v) => Math.max(most, v + 1), minlength);
  const out = allocate(dtype, n);
  const amounts = weights && values(weights);
  for (let i = 0; i < data.length; i++) out[data[i]] += amounts === undefined ? 1 : amounts[i];
  return fromData(out, [n], dtype);
}

const extent = (x) => {
  const data = values(x);
  if (data.some((v) => v !== v)) return [NaN, NaN];
  return [data.reduce((a, b) => Math.min(a, b)), data.reduce((a, b) => Math.max(a, b))];
};
const finite = (ends) => ends.every(Number.isFinite);
const shown = (ends) => `[${ends.map((v) => (v !== v ? "nan" : v === Infinity ? "inf" : v)).join(", ")}]`;

/* Counts of the numbers in equal bins from low to high; equal limits stand for x's own. */
export function histc(x, bins, low, high) {
  single(x);
  needsFloat(x, "histogram_cpu");
  check(bins > 0, `torch.histogram(): bins must be > 0, but got ${bins} for dimension 0`);
  let ends = [low, high];
  if (low === high && x.numel > 0) ends = extent(x);
  if (ends[0] === ends[1]) ends = [ends[0] - 1, ends[1] + 1];
  check(finite(ends), `torch.histc: range of ${shown(ends)} is not finite`);
  check(ends[0] < ends[1], "torch.histc: max must be larger than min");
  const edges = linspace(...ends, bins + 1, x.dtype);
  return counted(x, undefined, edges, computedBin);
}

/* bins is their number, or a tensor of their edges. Returns [counts, edges]. */
export function histogram(x, bins, low, high, weights, density) {
  single(x);
  const given = typeof bins !== "number";
  if (!given) needsFloat(x, "histogramdd");
  const edges = given ? givenEdges(x, bins) : equalEdges(x, bins, low, high);
  checkWeights(x, weights);
  const counts = counted(x, weights, edges, given ? searchedBin : correctedBin);
  const result = density ? densities(counts, edges) : counts;
  const rule = () => raise("RuntimeError", "derivative for aten::histogram is not implemented");
  return record([result, given ? copyOf(edges) : edges], "NotImplemented", [x], rule);
}

const copyOf = (x) => fromData(values(x).slice(), x.sizes, x.dtype);

function givenEdges(x, edges) {
  const name = { float32: "float", float64: "double", int64: "long", int32: "int" };
  const title = (y) => name[y.dtype] ?? y.dtype;
  check(
    x.dtype === edges.dtype,
    "torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with " +
      `dtype ${title(x)} and bins for dimension 0 with dtype ${title(edges)}`,
  );
  needsFloat(x, "histogram_cpu");
  check(
    edges.ndim === 1,
    `torch.histogramdd: bins tensor should have one dimension, but got ${edges.ndim} dimensions in ` +
      "the bins tensor for dimension 0",
  );
  const n = edges.numel - 1;
  check(n > 0, `torch.histogram(): bins must be > 0, but got ${n} for dimension 0`);
  return edges;
}

function equalEdges(x, bins, low, high) {
  let ends = low !== undefined ? [low, high] : x.numel > 0 ? extent(x) : [0, 1];
  check(finite(ends), `torch.histogramdd: dimension 0's range ${shown(ends)} is not finite`);
  check(
    ends[0] <= ends[1],
    `torch.histogramdd: min should not exceed max, but got min ${ends[0]} max ${ends[1]} for dimension 0`,
  );
  if (ends[0] === ends[1]) ends = [ends[0] - 0.5, ends[1] + 0.5];
  check(bins > 0, `torch.histogram(): bins must be > 0, but got ${bins} for dimension 0`);
  return linspace(...ends, bins + 1, x.dtype);
}

function checkWeights(x, weights) {
  if (weights === undefined) return;
  check(
    x.dtype === weights.dtype,
    "torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the " +
      `same dtype, but got input(${x.dtype}), and weight(${weights.dtype})`,
  );
  check(
    x.numel === weights.numel,
    "torch.histogramdd: if weight tensor is provided it should have the same shape as the input tensor " +
      `excluding its innermost dimension, but got input with shape ${listed([x.numel, 1])} and weight ` +
      `with shape ${listed([weights.numel])}`,
  );
}

// ---- the bin of one number

/* The number of edges in edges[from … to) that are not above v, less 1 */
function edgeBelow(v, edges, from, to) {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle] > v) high = middle;
    else low = middle + 1;
  }
  return low - 1;
}

const searchedBin = (v, edges) => edgeBelow(v, edges, 0, edges.length);

function computedBin(v, edges, f) {
  const last = edges.length - 1;
  return Math.trunc(f(f(f(v - edges[0]) * last) / f(edges[last] - edges[0])));
}

function correctedBin(v, edges, f) {
  const near = computedBin(v, edges, f);
  return edgeBelow(v, edges, Math.max(0, near - 1), Math.min(near + 2, edges.length));
}

function counted(x, weights, edges, binOf) {
  const out = make([edges.numel - 1], x.dtype);
  const counts = out.storage.data;
  const f = x.dtype === "float32" ? Math.fround : (v) => v;
  const [data, limits, amounts] = [values(x), values(edges), weights && values(weights)];
  const [first, last] = [limits[0], limits[limits.length - 1]];
  for (let i = 0; i < data.length; i++) {
    if (!(data[i] >= first && data[i] <= last)) continue;
    const bin = Math.min(binOf(data[i], limits, f), counts.length - 1);
    counts[bin] += amounts === undefined ? 1 : amounts[i];
  }
  return out;
}

function densities(counts, edges) {
  const n = counts.numel;
  const widths = sub(narrow(edges, 0, 1, n), narrow(edges, 0, 0, n));
  return div(div(counts, number(values(sum(counts, [], false))[0])), widths);
}
