/* Joining: cat puts tensors one after another along an axis, stack along a new one. */
import { promoteTypes } from "./dtype.js";
import { axis, listed, raise } from "./error.js";
import { write } from "./inplace.js";
import { record } from "./tape.js";
import { levelSizes, lift, logicalSizes, make, Tensor } from "./tensor.js";
import { narrow, select } from "./views.js";

export function cat(dim, ...tensors) {
  return joined(dim, tensors, "CatBackward0");
}

// An empty tensor with a single axis is passed over, whatever the others look like.
const isNothing = (x) => x.ndim === 1 && x.numel === 0;

function joined(dim, tensors, name) {
  if (tensors.length === 0)
    raise("ValueError", "torch.cat(): expected a non-empty list of Tensors");
  const zero = tensors.findIndex((x) => x.ndim === 0);
  if (zero >= 0)
    raise("RuntimeError", `zero-dimensional tensor (at position ${zero}) cannot be concatenated`);
  const some = tensors.find((x) => !isNothing(x)) ?? tensors[0];
  const d = axis(dim, some.ndim);
  tensors.forEach((x, i) => isNothing(x) || checkSizes(some, x, d, i));
  const widths = tensors.map((x) => (isNothing(x) && some.ndim !== 1 ? 0 : logicalSizes(x)[d]));
  const dtype = tensors.map((x) => x.dtype).reduce(promoteTypes);
  const out = filledBy(tensors, some, d, widths, dtype);
  const starts = widths.map((_, i) => widths.slice(0, i).reduce((a, b) => a + b, 0));
  return record(out, name, tensors, (g) =>
    tensors.map(
      (x, i) => () =>
        logicalSizes(x).length === g.ndim ? narrow(g, d, starts[i], widths[i]) : make([0], g.dtype),
    ),
  );
}

function checkSizes(first, x, d, i) {
  if (x.ndim !== first.ndim) {
    raise(
      "RuntimeError",
      `Tensors must have same number of dimensions: got ${first.ndim} and ${x.ndim}`,
    );
  }
  const [a, b] = [logicalSizes(first), logicalSizes(x)];
  const differs = a.some((n, e) => e !== d && n !== b[e]);
  if (!differs) return;
  const wrong = a.findIndex((n, e) => e !== d && n !== b[e]);
  raise(
    "RuntimeError",
    `Sizes of tensors must match except in dimension ${d}. Expected size ${a[wrong]} but got size ${b[wrong]} for tensor number ${i} in the list.`,
  );
}

function filledBy(tensors, some, d, widths, dtype) {
  const { xs, levels, k } = lift(tensors);
  const sizes = [...levelSizes(xs, k), ...logicalSizes(some)];
  sizes[d + k] = widths.reduce((a, b) => a + b, 0);
  const out = make(sizes, dtype, levels);
  let at = 0;
  xs.forEach((x, i) => {
    if (widths[i] === 0) return;
    const window = sizes.slice();
    window[d + k] = widths[i];
    write(new Tensor(out.storage, at * out.strides[d + k], window, out.strides, dtype, levels), x);
    at += widths[i];
  });
  return out;
}

export function stack(dim, ...tensors) {
  if (tensors.length === 0) raise("RuntimeError", "stack expects a non-empty TensorList");
  const first = logicalSizes(tensors[0]);
  const d = axis(dim, first.length + 1);
  tensors.forEach((x, i) => {
    const sizes = logicalSizes(x);
    if (sizes.length === first.length && sizes.every((n, e) => n === first[e])) return;
    raise(
      "RuntimeError",
      `stack expects each tensor to be equal size, but got ${listed(first)} at entry 0 and ${listed(sizes)} at entry ${i}`,
    );
  });
  const { xs, levels, k } = lift(tensors);
  const sizes = [...levelSizes(xs, k), ...first.toSpliced(d, 0, tensors.length)];
  const out = make(sizes, tensors.map((x) => x.dtype).reduce(promoteTypes), levels);
  const [part, steps] = [sizes.toSpliced(d + k, 1), out.strides.toSpliced(d + k, 1)];
  xs.forEach((x, i) =>
    write(new Tensor(out.storage, i * out.strides[d + k], part, steps, out.dtype, levels), x),
  );
  return record(out, "StackBackward0", tensors, (g) =>
    tensors.map((_, i) => () => select(g, d, i)),
  );
}
