/* In-place operations: new numbers in an old storage.

   The tape describes values, not places. So after x.mul_(y) the tensor x stands for a new value,
   with a new node, and the storage's version is counted up, so that rules which saved the old value
   notice.

   If x is a view, it was its base that changed in one part. The base then gets a node "CopySlices":
   the gradient of the base goes on unchanged, except in that part, where it goes through the
   operation. All other views of the base make their nodes anew when they are asked (nodeOf in
   tape.js). */
import { isFloat } from "./dtype.js";
import { binary, binaryTo, binaryType, unary, unaryTo } from "./elementwise.js";
import { raise } from "./error.js";
import { cast, clone, detach, zerosLike } from "./making.js";
import { needsRecord, Node, nodeOf, record, setNode } from "./tape.js";
import {
  broadcastStrides,
  copied,
  fromData,
  isContiguous,
  lift,
  product,
  rows,
  same,
  Tensor,
} from "./tensor.js";
import { applyRule } from "./walk.js";
import {
  checkBroadcast,
  checkCast,
  checkOverlap,
  checkSizes,
  checkValue,
  checkWritable,
} from "./writable.js";

// ---- copying numbers

// write y's numbers into x, which must be at least as large; the tape does not see it
export function write(x, y) {
  const source =
    y.dtype === x.dtype || (isFloat(x.dtype) && isFloat(y.dtype)) ? y : cast(y, x.dtype);
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
  return change(
    x,
    [y],
    (old) => binary(name, old, y),
    () => {
      if (binaryType(name, x, y) === x.dtype) binaryTo(name, x, y, x);
      else write(x, binary(name, x, y));
    },
  );
}

export function unaryInPlace(name, x) {
  const truth = name.startsWith("is") || name === "logical_not";
  if (!isFloat(x.dtype) && !truth) checkCast(unary(name, detach(x)).dtype, x);
  return change(
    x,
    [],
    (old) => unary(name, old),
    () => {
      if (truth) write(x, unary(name, x));
      else unaryTo(name, x, x);
    },
  );
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
    raise(
      "RuntimeError",
      `fill_ only supports 0-dimension value tensor but got tensor with ${y.ndim} dimensions.`,
    );
  }
  return change(
    x,
    [y],
    (old) => {
      const out = zerosLike(old);
      write(out, y);
      return record(out, `FillBackward${y.wrapped ? 2 : 3}`, [old, y], (g) => [
        () => zerosLike(g),
        g,
      ]);
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
    raise(
      "RuntimeError",
      "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence detach_() cannot be called on these gradients. To fix this error, please refer to the Optimizer.zero_grad() function in torch/optim/optimizer.py as a solution.",
    );
  }
  x.node = undefined;
  x.wanted = false;
  return x;
}

/* For operations that are not in place here: `become(x, f(snapshot(x)))` is x = f(x) in place. The
   snapshot has x's numbers and its place on the tape, and does not change with x. */
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

/* Change x to the value of `compute(old)`, where `old` is its value before. `direct()` does it
   without the tape. Other operations (indexing, random numbers) change tensors by this function,
   too. */
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
    if (entry.x !== result) continue;
    const maker = x.base === undefined ? inner : undefined;
    Object.assign(entry, { x, version: x.storage.version, maker });
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
  const old = sameHistory(
    new Tensor(base.storage, base.offset, sizes, base.strides, base.dtype, levels),
    base,
  );
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

const fromZeros = (x) =>
  fromData(
    new Float64Array(1),
    x.levels.map(() => 1),
    "float64",
    x.levels,
  );
