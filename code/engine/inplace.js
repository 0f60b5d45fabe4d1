/* In-place operations: new numbers in an old storage.

   The tape describes values, not places. So after x.mul_(y) the tensor x stands for a new value, with a new node,
   and the storage's version is counted up, so that rules which saved the old value notice.

   If x is a view, it was its base that changed in one part. The base then gets a node "CopySlices": the gradient of the base goes on
   unchanged, except in that part, where it goes through the operation. All other views of the base make their nodes anew
   when they are asked (nodeOf in tape.js). */
import { category, isFloat, TITLES } from "./dtype.js";
import { binary, binaryTo, binaryType, unary, unaryTo } from "./elementwise.js";
import { listed, raise } from "./error.js";
import { cast, clone, detach, zerosLike } from "./making.js";
import { applyRule, Node, nodeOf, needsRecord, record, setNode } from "./tape.js";
import { broadcastSizes, broadcastStrides, copied, fromData, isContiguous, lift, logicalSizes, product, rows, same, Tensor } from "./tensor.js";

// ---- copying numbers

// write y's numbers into x, which must be at least as large; the tape does not see it
export function write(x, y) {
  const source = y.dtype === x.dtype || (isFloat(x.dtype) && isFloat(y.dtype)) ? y : cast(y, x.dtype);
  const n = product(x.sizes);
  if (n === 0) return;
  if (same(x.sizes, source.sizes) && isContiguous(x) && isContiguous(source)) {
    x.storage.data.set(source.storage.data.subarray(source.offset, source.offset + n), x.offset);
    return;
  }
  const { xs } = lift([x, source], true);
  const [to, from] = [xs[0].storage.data, xs[1].storage.data];
  const strides = [xs[0].strides, broadcastStrides(xs[1], xs[0].sizes)];
  rows(xs[0].sizes, strides, [xs[0].offset, xs[1].offset], (n, [st, sf], [p, q]) => {
    if (st === 1 && sf === 1 && to !== from) to.set(from.subarray(q, q + n), p);
    else if (st === 1 && sf === 0) to.fill(from[q], p, p + n);
    else for (let i = 0; i < n; i++) to[p + i * st] = from[q + i * sf];
  });
}

// ---- the operations

export function binaryInPlace(name, x, y) {
  checkCast(binaryType(name, x, y), x);
  checkBroadcast(x, y);
  checkOverlap(x, y);
  return change(x, [y], (old) => binary(name, old, y), () => {
    if (binaryType(name, x, y) === x.dtype) binaryTo(name, x, y, x);
    else write(x, binary(name, x, y));
  });
}

export function unaryInPlace(name, x) {
  const truth = name.startsWith("is") || name === "logical_not";
  if (!isFloat(x.dtype) && !truth) checkCast(unary(name, detach(x)).dtype, x);
  return change(x, [], (old) => unary(name, old), () => {
    if (truth) write(x, unary(name, x));
    else unaryTo(name, x, x);
  });
}

// x.copy_(y)
export function assign(x, y) {
  checkWritable(x, [y]);
  checkSizes(x, y);
  checkOverlap(x, y);
  return change(
    x,
    [y],
    (old) => {
      const value = cast(detach(y), x.dtype);
      const out = zerosLike(old);
      write(out, value);
      return record(out, "CopyBackwards", [old, y], (g) => [() => zerosLike(g), g]);
    },
    () => write(x, y),
  );
}

// x.fill_(y), of one number
export function fill(x, y) {
  checkValue(x, y);
  if (y.ndim > 0) {
    raise("RuntimeError", `fill_ only supports 0-dimension value tensor but got tensor with ${y.ndim} dimensions.`);
  }
  return change(
    x,
    [y],
    (old) => {
      const out = zerosLike(old);
      write(out, y);
      return record(out, `FillBackward${y.wrapped ? 0 : 1}`, [old, y], (g) => [() => zerosLike(g), g]);
    },
    () => write(x, y),
  );
}

// x.zero_()
export function zero(x) {
  return change(
    x,
    [],
    (old) => record(zerosLike(old), "ZeroBackward0", [old], (g) => [() => zerosLike(g)]),
    () => write(x, fromData(new Float64Array(1), [], "float64")),
  );
}

// x.detach_()
export function detachInPlace(x) {
  if (x.base !== undefined) {
    raise("RuntimeError", "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence detach_() cannot be called on these gradients. To fix this error, please refer to the Optimizer.zero_grad() function in torch/optim/optimizer.py as a solution.");
  }
  x.node = undefined;
  x.wanted = false;
  return x;
}

/* For operations that are not in place here: `become(x, f(snapshot(x)))` is x = f(x) in place. The snapshot has x's
   numbers and its place on the tape, and does not change with x. */
export const snapshot = (x) => (needsRecord([x]) ? before(x) : x);

export function become(x, value) {
  if (x.base !== undefined || value.node === undefined) return assign(x, value);
  checkWritable(x, [value]);
  checkSizes(x, value);
  write(x, detach(value));
  x.storage.version++;
  moveRetained(x, value.node);
  setNode(x, value.node, value.outputIndex);
  return x;
}

/* Change x to the value of `compute(old)`, where `old` is its value before. `direct()` does it without
   the tape. Other operations (indexing, random numbers) change tensors by this function, too. */
export function change(x, inputs, compute, direct) {
  checkWritable(x, inputs);
  if (!needsRecord([x, ...inputs]) || !isFloat(x.dtype)) {
    if (direct === undefined) write(x, compute(x));
    else direct();
    x.storage.version++;
    return x;
  }
  const result = compute(before(x));
  write(x, detach(result));
  x.storage.version++;
  if (result.node !== undefined) rebase(x, result);
  return x;
}

// what x was: a copy of its numbers, with its place on the tape
function before(x) {
  const old = fromData(copied(x), x.sizes, x.dtype, x.levels);
  return sameHistory(old, x);
}

function sameHistory(to, x) {
  to.node = nodeOf(x);
  to.outputIndex = x.outputIndex;
  to.wanted = x.wanted;
  to.accumulator = x.accumulator;
  return to;
}

function rebase(x, result) {
  const inner = result.node;
  for (const entry of inner.saved) {
    if (entry.x === result) Object.assign(entry, { x, version: x.storage.version });
  }
  const node = x.base === undefined ? inner : copySlices(x, inner);
  const target = x.base ?? x;
  for (const y of [x, target]) moveRetained(y, y === target ? node : undefined);
  setNode(target, node, 0);
  if (x.base !== undefined) moveRetained(x, nodeOf(x));
}

// retain_grad is about the tensor, so it follows to the new node
function moveRetained(x, node) {
  if (!x.retains || node === undefined) return;
  if (x.node !== undefined) x.node.retained = x.node.retained.filter((y) => y !== x);
  if (!node.retained.includes(x)) node.retained = [...node.retained, x];
}

function copySlices(x, inner) {
  const { base, replay } = x;
  const { sizes, levels } = base;
  const old = sameHistory(new Tensor(base.storage, base.offset, sizes, base.strides, base.dtype, levels), base);
  const rule = (g) => {
    const whole = clone(levels.length === 0 ? g : binary("add", g, fromZeros(base)));
    const part = replay(whole);
    const [first, ...others] = applyRule(inner, [clone(part)]);
    assign(part, first ?? zerosLike(part));
    return [whole, ...others];
  };
  const node = new Node("CopySlices", [old], rule, [], levels);
  node.edges.push(...inner.edges.slice(1));
  node.inner = inner;
  return node;
}

const fromZeros = (x) => fromData(new Float64Array(1), x.levels.map(() => 1), "float64", x.levels);

// ---- checks

const RANGES = { uint8: [0, 255, "uint8_t"], int8: [-128, 127, "int8_t"], int16: [-32768, 32767, "int16_t"], int32: [-(2 ** 31), 2 ** 31 - 1, "int"] };

function checkValue(x, y) {
  const [low, high, name] = RANGES[x.dtype] ?? [-Infinity, Infinity];
  const value = y.wrapped ? Math.trunc(y.storage.data[y.offset]) : 0;
  // PyTorch lets unsigned numbers wrap around
  const wraps = x.dtype === "uint8" && y.dtype !== "float64" && value >= -255 && value < 0;
  if (value >= low && value <= high) return;
  if (!wraps) raise("RuntimeError", `value cannot be converted to type ${name} without overflow`);
}

const canCast = (from, to) => !(category(from) > category(to) && (isFloat(from) || to === "bool"));

function checkCast(dtype, x) {
  if (canCast(dtype, x.dtype)) return;
  raise(
    "RuntimeError",
    `result type ${TITLES[dtype]} can't be cast to the desired output type ${TITLES[x.dtype]}`,
  );
}

function checkWritable(x, inputs) {
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
  if (x.made !== undefined) raiseNoGradView();
  if (x.base !== undefined && nodeOf(x.base) === undefined) {
    raise("RuntimeError", "a view of a leaf Variable that requires grad is being used in an in-place operation.");
  }
  if (x.base === undefined && x.node === undefined) {
    raise("RuntimeError", "a leaf Variable that requires grad is being used in an in-place operation.");
  }
}

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
function checkBroadcast(x, y) {
  const sizes = broadcastSizes(logicalSizes(x), logicalSizes(y));
  if (same(sizes, logicalSizes(x))) return;
  raise(
    "RuntimeError",
    `output with shape ${listed(logicalSizes(x))} doesn't match the broadcast shape ${listed(sizes)}`,
  );
}

// Reading numbers that were just written would depend on the order.
function checkOverlap(x, y) {
  if (x.storage !== y.storage) return;
  const walk = (t) => t.strides.filter((_, d) => t.sizes[d] !== 1);
  const steps = (t) => t.sizes.filter((n) => n !== 1);
  if (x.offset === y.offset && same(walk(x), walk(y)) && same(steps(x), steps(y))) return;
  checkApart(x, y);
}

export function checkApart(x, y) {
  if (x.storage !== y.storage || x.numel === 0 || y.numel === 0) return;
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
function checkSizes(x, y) {
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
