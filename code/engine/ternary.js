/* Elementwise operations of three operands: where, clamp, lerp, addcmul, addcdiv. */
import { add, binary, div, emptyFor, kindOf, mul, neg, sub } from "./elementwise.js";
import { holds, isFloat, promoteTypes, resultType, TITLES } from "./dtype.js";
import { raise } from "./error.js";
import { TERNARY_KERNELS } from "./kernels.js";
import { change } from "./inplace.js";
import { cast } from "./making.js";
import { needsRecord, record, withGrad } from "./tape.js";
import { checkBroadcast } from "./writable.js";
import {
  broadcastSizes,
  broadcastStrides,
  isContiguous,
  lift,
  number,
  product,
  rows,
  same,
  stretch,
} from "./tensor.js";

const ZERO = number(0);

// one loop over three operands of the same type, except that the first one of `where` is a
// condition
function ternary(name, operands, dtype) {
  const { xs, levels, k } = lift(operands, true);
  const sizes = broadcastSizes(broadcastSizes(xs[0].sizes, xs[1].sizes, k), xs[2].sizes, k);
  const out = emptyFor(xs, sizes, dtype, levels);
  const inputs = xs.map((x, i) => (name === "where" && i === 0 ? x : prepared(x, dtype)));
  const loops = TERNARY_KERNELS[name][kindOf(dtype)];
  const data = inputs.map((x) => x.storage.data);
  if (inputs.every((x) => same(x.sizes, sizes) && isContiguous(x))) {
    loops.flat(...inputs.map(stretch), out.storage.data, product(sizes));
    return out;
  }
  const strides = [...inputs.map((x) => broadcastStrides(x, sizes)), out.strides];
  rows(sizes, strides, [...inputs.map((x) => x.offset), 0], (n, [sx, sy, sz, so], [p, q, s, r]) =>
    loops.strided(data[0], p, sx, data[1], q, sy, data[2], s, sz, out.storage.data, r, so, n),
  );
  return out;
}

const prepared = (x, dtype) =>
  holds(dtype, x.dtype) && !(x.wrapped && dtype === "float32") ? x : cast(x, dtype);

export function where(condition, x, y) {
  if (condition.dtype !== "bool" && condition.dtype !== "uint8") {
    raise(
      "RuntimeError",
      `where expected condition to be a boolean tensor, but got a tensor with dtype ${TITLES[condition.dtype]}`,
    );
  }
  const out = ternary("where", [condition, x, y], whereType(x, y));
  if (!needsRecord([x, y])) return out;
  const rule = (g, c) => [() => where(c(), g, ZERO), () => where(c(), ZERO, g)];
  return record(out, "WhereBackward0", [x, y], rule, [condition]);
}

// Inside vmap PyTorch's where takes a number that is batched for a vector.
function whereType(x, y) {
  if (x.levels.length + y.levels.length === 0) return resultType(x, y);
  const physical = ({ dtype, wrapped, sizes }) => ({ dtype, wrapped, ndim: sizes.length });
  return resultType(physical(x), physical(y));
}

/* Between two bounds; either may be undefined. A number that is no number stays so. Where min > max
   the result is max. */
export function clamp(x, low, high) {
  if (low === undefined && high === undefined) {
    raise("RuntimeError", "torch.clamp: At least one of 'min' or 'max' must not be None");
  }
  const inputs = [x, low, high].filter((bound) => bound !== undefined);
  const out = withGrad(false, () => {
    const raised = low === undefined ? x : binary("maximum", x, low);
    return high === undefined ? raised : binary("minimum", raised, high);
  });
  const scalars = inputs.slice(1).every((bound) => bound.wrapped);
  return record(
    out,
    `ClampBackward${scalars ? 1 : 0}`,
    [x, low ?? ZERO, high ?? ZERO],
    (g, ...saved) => {
      const [value, lower, upper] = [() => saved[0](), () => saved[1](), () => saved[2]()];
      return clampRule(g, value, lower, upper);
    },
    [x, low, high],
  );
}

const is = (name, x, y) => binary(name, x, y);
const and = (x, y) => (x === undefined ? y : y === undefined ? x : binary("logical_and", x, y));
const or = (x, y) => (x === undefined ? y : y === undefined ? x : binary("logical_or", x, y));

function clampRule(g, x, low, high) {
  const inside = () => {
    const [above, below] = [low() && is("ge", x(), low()), high() && is("le", x(), high())];
    if (above && below) checkBroadcast(above, below); // PyTorch joins them in place
    return and(above, below);
  };
  const crossed = (compares) => low() && high() && is(compares, low(), high());
  return [
    () => where(inside(), g, ZERO),
    () => where(and(is("lt", x(), low()), crossed("lt")), g, ZERO),
    () => where(or(is("gt", x(), high()), crossed("gt")), g, ZERO),
  ];
}

// x + weight·(y − x), from the nearer end
export function lerp(x, y, weight) {
  checkLerp(x, y, weight);
  const out = ternary("lerp", [x, y, weight], x.dtype);
  const rule = (g, start, end, w) => [
    () => mul(g, weight.wrapped ? number(1 - weight.storage.data[0]) : sub(number(1), w())),
    () => mul(g, w()),
    () => mul(g, sub(end(), start())),
  ];
  return record(out, `LerpBackward${weight.wrapped ? 0 : 1}`, [x, y, weight], rule, [x, y, weight]);
}

const C_NAMES = {
  bool: "bool",
  uint8: "unsigned char",
  int8: "signed char",
  int16: "short",
  int32: "int",
  int64: "long int",
  float32: "float",
  float64: "double",
};

function checkLerp(x, y, weight) {
  for (const [name, t] of [
    ["end", y],
    ["weight", weight],
  ]) {
    if (t.dtype === x.dtype || (name === "weight" && t.ndim === 0)) continue;
    raise(
      "RuntimeError",
      `expected dtype ${C_NAMES[x.dtype]} for \`${name}\` but got dtype ${C_NAMES[t.dtype]}`,
    );
  }
  if (isFloat(x.dtype)) return;
  const kernel = `lerp_kernel_${weight.wrapped ? "scalar" : "tensor"}`;
  raise("NotImplementedError", `"${kernel}" not implemented for '${TITLES[x.dtype]}'`);
}

// x + value·a·b; the value is a number, or a tensor of one
export function addcmul(x, a, b, value = 1) {
  const scale = (y) => (isOne(value) ? y : mul(asTensor(value), y));
  const out = withGrad(false, () => addProduct(x, scale(a), b));
  const rule = (g, one, two) => [g, () => scale(mul(g, two())), () => scale(mul(g, one()))];
  return record(out, "AddcmulBackward0", [x, a, b], rule, [a, b]);
}

const asTensor = (value) => (typeof value === "number" ? number(value) : value);
const isOne = (value) => value === 1 || value.storage?.data[value.offset] === 1;

// x + y·z, rounded once, as the processor's fused operation does it
function addProduct(x, y, z) {
  const product = resultType(y, z);
  return ternary(
    "addProduct",
    [x, y, z],
    x.dtype === product ? product : promoteTypes(x.dtype, product),
  );
}

// x + value·a/b
export function addcdiv(x, a, b, value = 1) {
  const scale = (y) => (isOne(value) ? y : mul(asTensor(value), y));
  const out = withGrad(false, () => add(x, div(scale(a), b)));
  const rule = (g, one, two) => [
    g,
    () => scale(div(g, two())),
    () => neg(scale(mul(g, div(div(one(), two()), two())))),
  ];
  return record(out, "AddcdivBackward0", [x, a, b], rule, [a, b]);
}

// x + alpha·y, rounded once
export function addScaled(x, y, alpha) {
  const dtype = resultType(x, y);
  const out = ternary("addProduct", [x, y, alpha], dtype);
  return record(out, "AddBackward0", [x, y], (g) => [g, () => mul(g, alpha)]);
}

export const addScaledInPlace = (x, y, alpha) => change(x, [y], (old) => addScaled(old, y, alpha));
