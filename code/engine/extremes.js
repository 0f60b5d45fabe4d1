/* The largest, the smallest, the median and the most frequent number along an axis, with its place.

   The gradient goes to that place alone. A number that is no number wins, as in PyTorch. */
import { axis, raise } from "./error.js";
import { scatterAdd } from "./indexing.js";
import { reduce } from "./reductions.js";
import { record } from "./tape.js";
import { logicalSizes, make, product, values } from "./tensor.js";
import { unsqueeze } from "./shapes.js";

// each finds the place in data[start + i·step], 0 ≤ i < n
const PLACES = {
  max(data, start, step, n) {
    let best = 0;
    for (let i = 0; i < n; i++) {
      const x = data[start + i * step];
      if (x !== x) return i;
      if (x > data[start + best * step]) best = i;
    }
    return best;
  },
  min(data, start, step, n) {
    let best = 0;
    for (let i = 0; i < n; i++) {
      const x = data[start + i * step];
      if (x !== x) return i;
      if (x < data[start + best * step]) best = i;
    }
    return best;
  },
  // the lower of the two middle ones
  median(data, start, step, n) {
    const order = inOrder(data, start, step, n);
    const nan = order.find((i) => Number.isNaN(data[start + i * step]));
    return nan ?? order[Math.floor((n - 1) / 2)];
  },
  // the smallest of the most frequent ones, at its last place
  mode(data, start, step, n) {
    const order = inOrder(data, start, step, n);
    let [best, most, run] = [order[0], 0, 0];
    for (let i = 0; i < n; i++) {
      const repeats = i > 0 && data[start + order[i] * step] === data[start + order[i - 1] * step];
      run = repeats ? run + 1 : 1;
      if (run > most || (run === most && repeats && best === order[i - 1]))
        [best, most] = [order[i], run];
    }
    return best;
  },
};

function inOrder(data, start, step, n) {
  const order = Array.from({ length: n }, (_, i) => i);
  return order.sort((i, j) => data[start + i * step] - data[start + j * step] || i - j);
}

const NAMES = {
  max: "MaxBackward0",
  min: "MinBackward0",
  median: "MedianBackward1",
  mode: "ModeBackward0",
};

export function extreme(name, x, dim, keepdim) {
  if (dim === undefined) return reduce(name, x, false, "");
  const d = axis(dim, x.ndim);
  if (name === "median" && x.dtype === "bool") {
    raise("NotImplementedError", "\"median_out\" not implemented for 'Bool'");
  }
  const k = x.levels.length;
  const n = x.ndim === 0 ? 1 : x.sizes[d + k];
  if (n === 0) raise("IndexError", `${name}(): Expected reduction dim ${d} to have non-zero size.`);
  const inner = product(x.sizes, d + k + 1);
  const data = values(x);
  const sizes =
    x.ndim === 0 ? x.sizes : keepdim ? x.sizes.with(d + k, 1) : x.sizes.toSpliced(d + k, 1);
  const best = make(sizes, x.dtype, x.levels);
  const indices = make(sizes, "int64", x.levels);
  const count = product(sizes);
  for (let i = 0; i < count; i++) {
    const start = Math.floor(i / inner) * n * inner + (i % inner);
    const place = PLACES[name](data, start, inner, n);
    best.storage.data[i] = data[start + place * inner];
    indices.storage.data[i] = place;
  }
  const rule = (g) => [chosen(g, logicalSizes(x), d, indices, keepdim || x.ndim === 0)];
  record(best, NAMES[name], [x], rule);
  return [best, indices];
}

// zeros with g at the places that were chosen along axis d
export function chosen(g, sizes, d, indices, keepdim) {
  const whole = (t) => (keepdim ? t : unsqueeze(t, d));
  return scatterAdd(make(sizes, g.dtype), d, whole(indices), whole(g));
}
