/* Elementwise operations: one formula, applied to each number.

   Two operands are broadcast to common sizes and promoted to a common type. Then a loop from
   kernels.js runs over the numbers: the simplest one that fits how they lie. */
import { BINARY_KERNELS, UNARY_KERNELS } from "./kernels.js";
import { binaryRule, unaryRule } from "./derivatives.js";
import { allocate, floatType, holds, isFloat, resultType, rounded, TITLES } from "./dtype.js";
import { raise } from "./error.js";
import { cast } from "./making.js";
import { gradMode } from "./tape.js";
import {
  dense,
  broadcastSizes,
  broadcastStrides,
  isContiguous,
  lift,
  make,
  product,
  rows,
  same,
  Storage,
  stretch,
  Tensor,
} from "./tensor.js";

const KINDS = { float32: "f32", float64: "f64", int64: "i64", bool: "bool" };
export const kindOf = (dtype) => KINDS[dtype] ?? "i32";

function kernelOf(table, name) {
  const kernel = table[name];
  if (kernel === undefined) raise("NotImplementedError", `${name} is not in the page's engine`);
  return kernel;
}

// ---- one operand

export function unary(name, x) {
  const kernel = kernelOf(UNARY_KERNELS, name);
  const dtype = kernel.result === "float" ? floatType(x.dtype) : x.dtype;
  if (dtype === "bool" && name === "neg") raiseNegation();
  if (dtype === "bool" && name === "relu")
    raise("RuntimeError", "Boolean inputs not supported for relu");
  if (dtype === "bool" && name === "square") return unary(name, cast(x, "int64"));
  checkType(name, dtype);
  const y = emptyAs(x, kernel.result === "bool" ? "bool" : dtype);
  unaryInto(kernel, x, dtype, y);
  return x.requiresGrad && gradMode() && isFloat(y.dtype) ? unaryRule(name, x, y) : y;
}

const raiseNegation = () =>
  raise(
    "RuntimeError",
    "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, " +
      "use the `~` or `logical_not()` operator instead.",
  );

function unaryInto(kernel, x, dtype, y) {
  const a = holds(dtype, x.dtype) ? x : cast(x, dtype);
  const loops = kernel[kindOf(dtype)];
  const n = product(y.sizes);
  if (same(a.strides, y.strides) && dense(y)) {
    return loops.flat(stretch(a), stretch(y), n);
  }
  const [from, out] = [a.storage.data, y.storage.data];
  rows(y.sizes, [a.strides, y.strides], [a.offset, y.offset], (count, [sa, so], [p, r]) =>
    loops.strided(from, p, sa, out, r, so, count),
  );
}

export function unaryTo(name, x, y) {
  const kernel = kernelOf(UNARY_KERNELS, name);
  unaryInto(kernel, x, kernel.result === "float" ? floatType(x.dtype) : x.dtype, y);
}

// ---- two operands

export function binary(name, x, y) {
  const kernel = kernelOf(BINARY_KERNELS, name);
  const dtype = computedIn(name, kernel, x, y);
  const out = binaryOut(kernel, x, y, dtype);
  if (!gradMode() || !(x.requiresGrad || y.requiresGrad)) return out;
  return isFloat(out.dtype) ? binaryRule(name, x, y, out) : out;
}

function computedIn(name, kernel, x, y) {
  const dtype = resultType(x, y);
  if (name === "sub" || name === "rsub") checkSubtraction(x, y);
  if (name !== "pow" || !y.wrapped) checkType(name, dtype);
  if (name === "pow" && y.wrapped && !isFloat(dtype) && y.storage.data[y.offset] < 0) {
    raise("RuntimeError", "Integers to negative integer powers are not allowed.");
  }
  if (name === "heaviside" && x.dtype !== y.dtype) {
    raise("RuntimeError", "heaviside is not yet implemented for tensors with different dtypes.");
  }
  return kernel.result === "float" ? floatType(dtype) : dtype;
}

function checkSubtraction(x, y) {
  const bools = [x, y].filter((t) => t.dtype === "bool").length;
  if (bools === 0) return;
  const advice =
    bools === 2
      ? "with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead."
      : "with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.";
  raise("RuntimeError", `Subtraction, the \`-\` operator, ${advice}`);
}

// what PyTorch has no kernel for, with the name that its error gives
const NOT_FLOAT = {
  bitwise_and: "bitwise_and_cpu",
  bitwise_or: "bitwise_or_cpu",
  bitwise_xor: "bitwise_xor_cpu",
  bitwise_left_shift: "lshift_cpu",
  bitwise_right_shift: "rshift_cpu",
  gcd: "gcd_cpu",
  bitwise_not: "bitwise_not_cpu",
};
const NOT_INTEGER = {
  frac: "frac_cpu",
  gammainc: "igamma_cpu",
  gammaincc: "igammac_cpu",
  hypot: "hypot_cpu",
  nextafter: "nextafter_cpu",
  logaddexp: "logaddexp_cpu",
  logaddexp2: "logaddexp2_cpu",
};
const NOT_BOOL = {
  floor_divide: "div_floor_cpu",
  div_floor: "div_floor_cpu",
  trunc_divide: "div_trunc_cpu",
  remainder: "remainder_cpu",
  fmod: "fmod_cpu",
  pow: "pow",
  abs: "abs_cpu",
  floor: "floor_vml_cpu",
  ceil: "ceil_vml_cpu",
  round: "round_vml_cpu",
  trunc: "trunc_vml_cpu",
};

function checkType(name, dtype) {
  const missing = isFloat(dtype)
    ? NOT_FLOAT[name]
    : (NOT_INTEGER[name] ?? (dtype === "bool" ? NOT_BOOL[name] : undefined));
  if (missing !== undefined)
    raise("NotImplementedError", `"${missing}" not implemented for '${TITLES[dtype]}'`);
}

function binaryOut(kernel, x, y, dtype) {
  const result = kernel.result === "bool" ? "bool" : dtype;
  if (x.levels.length === 0 && y.levels.length === 0) {
    const sizes = broadcastSizes(x.sizes, y.sizes);
    const out = emptyFor([x, y], sizes, result);
    binaryInto(kernel, x, y, dtype, out);
    return out;
  }
  const { xs, levels, k } = lift([x, y], true);
  const sizes = broadcastSizes(xs[0].sizes, xs[1].sizes, k);
  const out = make(sizes, result, levels);
  binaryInto(kernel, xs[0], xs[1], dtype, out);
  return out;
}

function binaryInto(kernel, x, y, dtype, out) {
  const loops = kernel[kindOf(dtype)];
  const n = product(out.sizes);
  const whole = dense(out);
  const a = operand(x, dtype);
  if (whole && isNumber(y) && inOrder(a, out)) {
    return loops.right(stretch(a), valueOf(y, dtype), stretch(out), n);
  }
  const b = operand(y, dtype);
  if (whole && isNumber(x) && inOrder(b, out)) {
    return loops.left(valueOf(x, dtype), stretch(b), stretch(out), n);
  }
  if (whole && inOrder(a, out) && inOrder(b, out)) {
    return loops.flat(stretch(a), stretch(b), stretch(out), n);
  }
  binaryRows(loops, a, b, out);
}

function binaryRows(loops, a, b, out) {
  const [x, y, o] = [a.storage.data, b.storage.data, out.storage.data];
  const strides = [broadcastStrides(a, out.sizes), broadcastStrides(b, out.sizes), out.strides];
  rows(out.sizes, strides, [a.offset, b.offset, out.offset], (n, [sa, sb, so], [p, q, r]) =>
    loops.strided(x, p, sa, y, q, sb, o, r, so, n),
  );
}

export function binaryTo(name, x, y, out) {
  const kernel = kernelOf(BINARY_KERNELS, name);
  const { xs } = lift([x, y, out], true);
  binaryInto(kernel, xs[0], xs[1], computedIn(name, kernel, x, y), xs[2]);
}

// the type of a binary operation's result
export function binaryType(name, x, y) {
  const kernel = kernelOf(BINARY_KERNELS, name);
  const dtype = computedIn(name, kernel, x, y);
  return kernel.result === "bool" ? "bool" : dtype;
}

const isNumber = (x) => product(x.sizes) === 1;
const operand = (x, dtype) =>
  holds(dtype, x.dtype) && !isWrapped32(x, dtype) ? x : cast(x, dtype);
// a number of Python is rounded before it meets a float32
const isWrapped32 = (x, dtype) => x.wrapped && dtype === "float32";
const inOrder = (x, out) => same(x.sizes, out.sizes) && sameOrder(x, out);
const sameOrder = (x, out) =>
  same(x.strides, out.strides) || (isContiguous(x) && isContiguous(out));

// A number of Python, or a tensor of one number, is rounded to the type in which the operation is
// computed.
function valueOf(x, dtype) {
  const value = x.storage.data[x.offset];
  return dtype === x.dtype ? value : rounded(value, dtype);
}

// ---- results

export function emptyAs(x, dtype) {
  if (isContiguous(x) || !dense(x)) return emptyFor([x], x.sizes, dtype, x.levels);
  const data = allocate(dtype, product(x.sizes));
  return new Tensor(new Storage(data), 0, x.sizes, x.strides, dtype, x.levels);
}

// A new tensor whose axes lie in the order of the operands' axes, as PyTorch chooses it.
export function emptyFor(operands, sizes, dtype, levels) {
  if (operands.every((x) => isContiguous(x))) return make(sizes, dtype, levels);
  const strides = operands.map((x) => broadcastStrides(x, sizes));
  const order = fastestFirst(sizes, strides);
  const out = new Array(sizes.length);
  let n = 1;
  for (const d of order) {
    out[d] = n;
    n *= Math.max(sizes[d], 1);
  }
  return new Tensor(new Storage(allocate(dtype, product(sizes))), 0, sizes, out, dtype, levels);
}

// PyTorch's insertion sort of the axes by their strides (TensorIterator::reorder_dimensions)
function fastestFirst(sizes, strides) {
  const order = sizes.map((_, i) => sizes.length - 1 - i);
  for (let i = 1; i < order.length; i++) {
    let at = i;
    for (let j = i - 1; j >= 0; j--) {
      const sign = compare(order[j], order[at], sizes, strides);
      if (sign < 0) break;
      if (sign === 0) continue;
      [order[j], order[at]] = [order[at], order[j]];
      at = j;
    }
  }
  return order;
}

function compare(d, e, sizes, strides) {
  for (const s of strides) {
    if (s[d] === 0 || s[e] === 0) continue;
    if (s[d] !== s[e]) return s[d] < s[e] ? -1 : 1;
    if (sizes[d] > sizes[e]) return 1;
  }
  return 0;
}

// ---- shorthands for rules
// They are declared as functions because modules that import each other load in any order.

export function add(x, y) {
  return binary("add", x, y);
}
export function sub(x, y) {
  return binary("sub", x, y);
}
export function mul(x, y) {
  return binary("mul", x, y);
}
export function div(x, y) {
  return binary("div", x, y);
}
export function neg(x) {
  return unary("neg", x);
}
