/* Whether a tensor may be changed in place.

   A leaf may not, because its gradient is that of the old value; nor may a view whose numbers
   repeat, or an operand that lies partly in the same place. */
import { category, isFloat, TITLES } from "./dtype.js";
import { listed, raise } from "./error.js";
import { needsRecord, nodeOf, short } from "./tape.js";
import { broadcastSizes, isContiguous, logicalSizes, rows, same } from "./tensor.js";

const RANGES = {
  uint8: [0, 255, "uint8_t"],
  int8: [-128, 127, "int8_t"],
  int16: [-32768, 32767, "int16_t"],
  int32: [-(2 ** 31), 2 ** 31 - 1, "int"],
};

// a number of Python that is to be stored must be one of x's type
export function checkValue(x, y) {
  const limits = RANGES[x.dtype];
  if (!y.wrapped || limits === undefined) return;
  const [low, high, name] = limits;
  const value = y.storage.data[y.offset];
  // PyTorch lets negative integers wrap around to unsigned ones
  const wraps = x.dtype === "uint8" && y.dtype === "int64" && value >= -255 && value < 0;
  if ((value >= low && value <= high) || wraps) return;
  raise("RuntimeError", `value cannot be converted to type ${name} without overflow`);
}

const canCast = (from, to) => !(category(from) > category(to) && (isFloat(from) || to === "bool"));

export function checkCast(dtype, x) {
  if (canCast(dtype, x.dtype)) return;
  raise(
    "RuntimeError",
    `result type ${TITLES[dtype]} can't be cast to the desired output type ${TITLES[x.dtype]}`,
  );
}

export function checkWritable(x, inputs) {
  if (!isFloat(x.dtype) && needsRecord(inputs)) {
    raise(
      "NotImplementedError",
      "writing numbers that require grad into a tensor of integers is not in the page's engine: detach() them first",
    );
  }
  if (needsRecord([x])) checkLeaf(x);
  if (x.sizes.some((n, d) => n > 1 && x.strides[d] === 0)) {
    raise(
      "RuntimeError",
      "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation.",
    );
  }
  const extra = inputs.find((y) => y.levels.some((level) => !x.levels.includes(level)));
  if (extra !== undefined) raiseBatched();
}

function checkLeaf(x) {
  if (x.made === "many") raiseManyViews(x);
  if (x.made !== undefined) raiseNoGradView();
  if (x.base !== undefined && nodeOf(x.base) === undefined) {
    raise(
      "RuntimeError",
      "a view of a leaf Variable that requires grad is being used in an in-place operation.",
    );
  }
  if (x.base === undefined && x.node === undefined) {
    raise(
      "RuntimeError",
      "a leaf Variable that requires grad is being used in an in-place operation.",
    );
  }
}

const raiseManyViews = (x) =>
  raise(
    "RuntimeError",
    `Output ${x.place} of ${short(nodeOf(x)?.name ?? "a function")} is a view and is being modified inplace. This view is the output of a function that returns multiple views. Such functions do not allow the output views to be modified inplace. You should replace the inplace operation by an out-of-place one.`,
  );

const raiseNoGradView = () =>
  raise(
    "RuntimeError",
    "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace either both inside the no_grad block (if you don't want the inplace to be tracked) or both outside (if you want the inplace to be tracked).",
  );

const raiseBatched = () =>
  raise(
    "RuntimeError",
    "vmap: inplace arithmetic(self, *extra_args) is not possible because there exists a Tensor `other` in extra_args that has more elements than `self`. This happened due to `other` being vmapped over but `self` not being vmapped over in a vmap. Please try to use out-of-place operators instead of inplace arithmetic. If said operator is being called inside the PyTorch framework, please file a bug report instead.",
  );

// x must have the sizes that broadcasting with y gives
export function checkBroadcast(x, y) {
  const sizes = broadcastSizes(logicalSizes(x), logicalSizes(y));
  if (same(sizes, logicalSizes(x))) return;
  raise(
    "RuntimeError",
    `output with shape ${listed(logicalSizes(x))} doesn't match the broadcast shape ${listed(sizes)}`,
  );
}

// Reading numbers that were just written would depend on the order.
export function checkOverlap(x, y) {
  if (x.storage.data !== y.storage.data) return;
  if (x.offset === y.offset && same(x.strides, y.strides) && same(x.sizes, y.sizes)) return;
  checkApart(x, y);
}

export function checkApart(x, y) {
  if (x.storage.data !== y.storage.data || x.numel === 0 || y.numel === 0) return;
  const end = (t) => t.offset + t.sizes.reduce((sum, n, d) => sum + (n - 1) * t.strides[d], 0);
  if (end(x) < y.offset || end(y) < x.offset) return;
  const apart = isContiguous(x) && isContiguous(y) ? false : !meet(x, y);
  if (apart) return;
  raise(
    "RuntimeError",
    "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory location. Please clone() the tensor before performing the operation.",
  );
}

// whether two views of one storage have a number in common
function meet(x, y) {
  const places = (t) => {
    const out = [];
    rows(t.sizes, [t.strides], [t.offset], (n, [s], [p]) => {
      for (let i = 0; i < n; i++) out.push(p + i * s);
    });
    return out;
  };
  const taken = new Set(places(x));
  return places(y).some((place) => taken.has(place));
}

// the same for copies, which PyTorch words in another way
export function checkSizes(x, y) {
  const [a, b] = [logicalSizes(x), logicalSizes(y)];
  const missing = a.length - b.length;
  const fits = missing >= 0 && b.every((n, d) => n === 1 || n === a[d + missing]);
  if (!fits) {
    raise(
      "RuntimeError",
      `The size of tensor a (${a.at(-1)}) must match the size of tensor b (${b.at(-1)}) at non-singleton dimension ${a.length - 1}`,
    );
  }
}
