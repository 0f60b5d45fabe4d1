/* The derivatives of the elementwise operations, in the engine's own operations.

   An entry of UNARY says what the derivative needs: the input (`input: (g, x) => …`), the output
   (`output: (g, y) => …`) or neither (`none: (g) => …`). An entry of BINARY gets accessors of both
   inputs and the output, and returns the two gradients as functions. At kinks the value is the one
   that PyTorch takes: abs has slope 0 at 0, relu has slope 0 at 0, and a tie of maximum gives half
   to each side. */
import { add, binary, div, mul, neg, sub, unary } from "./elementwise.js";
import { raise } from "./error.js";
import { to, zerosLike } from "./making.js";
import { record } from "./tape.js";
import { number } from "./tensor.js";
import { where } from "./ternary.js";

const constant = (value) => number(value);
const ZERO = constant(0);
const ONE = constant(1);
const TWO = constant(2);
const HALF = constant(0.5);
const PI = constant(Math.PI);
const times = (x, value) => mul(x, constant(value));
const f = (name) => (x) => unary(name, x);
const [exp, log, sin, cos, sinh, cosh, square, rsqrt, sign, reciprocal, sigmoid, exp2, digamma] = [
  "exp",
  "log",
  "sin",
  "cos",
  "sinh",
  "cosh",
  "square",
  "rsqrt",
  "sign",
  "reciprocal",
  "sigmoid",
  "exp2",
  "digamma",
].map(f);
const is = (name, x, y) => binary(name, x, y);
const and = (x, y) => binary("logical_and", x, y);
const or = (x, y) => binary("logical_or", x, y);
const not = f("logical_not");
// g where the condition holds, else 0
const only = (condition, g) => where(condition, g, ZERO);
const zero = { none: (g) => zerosLike(g) };

const UNARY = {
  neg: { none: neg },
  abs: { input: (g, x) => mul(g, sign(x)) },
  sign: zero,
  floor: zero,
  ceil: zero,
  round: zero,
  trunc: zero,
  frac: { none: (g) => g },
  square: { name: "PowBackward0", input: (g, x) => mul(g, mul(TWO, x)) },
  relu: { output: (g, y) => is("threshold_backward", g, y) },
  exp: { output: (g, y) => mul(g, y) },
  exp2: { output: (g, y) => times(mul(g, y), Math.LN2) },
  expm1: { output: (g, y) => mul(g, add(y, ONE)) },
  log: { input: (g, x) => div(g, x) },
  log1p: { name: "Log1PBackward0", input: (g, x) => div(g, add(x, ONE)) },
  log2: { input: (g, x) => div(g, times(x, Math.LN2)) },
  log10: { input: (g, x) => div(g, times(x, Math.LN10)) },
  sqrt: { output: (g, y) => div(g, mul(TWO, y)) },
  rsqrt: { output: (g, y) => mul(times(g, -0.5), binary("pow", y, constant(3))) },
  reciprocal: { output: (g, y) => mul(neg(g), mul(y, y)) },
  sin: { input: (g, x) => mul(g, cos(x)) },
  cos: { input: (g, x) => mul(g, neg(sin(x))) },
  tan: { output: (g, y) => mul(g, add(square(y), ONE)) },
  asin: { input: (g, x) => mul(g, rsqrt(sub(ONE, mul(x, x)))) },
  acos: { input: (g, x) => mul(g, neg(rsqrt(sub(ONE, mul(x, x))))) },
  atan: { input: (g, x) => div(g, add(mul(x, x), ONE)) },
  sinh: { input: (g, x) => mul(g, cosh(x)) },
  cosh: { input: (g, x) => mul(g, sinh(x)) },
  tanh: { output: (g, y) => is("tanh_backward", g, y) },
  asinh: { input: (g, x) => mul(g, rsqrt(add(square(x), ONE))) },
  acosh: { input: (g, x) => mul(g, rsqrt(sub(square(x), ONE))) },
  atanh: { input: (g, x) => div(g, sub(ONE, square(x))) },
  sigmoid: { output: (g, y) => is("sigmoid_backward", g, y) },
  logsigmoid: { name: "LogSigmoidBackward0", input: (g, x) => mul(g, sigmoid(neg(x))) },
  softplus: { input: (g, x) => where(is("gt", x, constant(20)), g, mul(g, sigmoid(x))) },
  silu: { input: (g, x) => mul(g, mul(sigmoid(x), add(ONE, mul(x, sub(ONE, sigmoid(x)))))) },
  sinc: { input: sincSlope },
  logit: { input: (g, x) => logitSlope(g, x) },
  erf: { input: (g, x) => mul(times(exp(neg(square(x))), 2 / Math.sqrt(Math.PI)), g) },
  erfc: { input: (g, x) => mul(times(exp(neg(square(x))), -2 / Math.sqrt(Math.PI)), g) },
  erfinv: { output: (g, y) => mul(times(exp(square(y)), Math.sqrt(Math.PI) / 2), g) },
  erfcx: {
    name: "SpecialErfcxBackward0",
    both: (g, x, y) => mul(sub(mul(mul(TWO, x), y), constant(2 / Math.sqrt(Math.PI))), g),
  },
  ndtr: {
    name: "MulBackward1",
    input: (g, x) => mul(times(exp(times(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI)), g),
  },
  ndtri: {
    name: "SpecialNdtriBackward0",
    output: (g, y) => mul(times(exp(times(square(y), 0.5)), Math.sqrt(2 * Math.PI)), g),
  },
  log_ndtr: {
    name: "SpecialLogNdtrBackward0",
    both: (g, x, y) =>
      mul(times(g, 1 / Math.sqrt(2 * Math.PI)), exp(neg(add(y, times(square(x), 0.5))))),
  },
  lgamma: { input: (g, x) => mul(g, digamma(x)) },
  digamma: { input: (g, x) => mul(g, binary("polygamma", ONE, x)) },
  entr: { name: "SpecialEntrBackward0", input: (g, x) => mul(g, neg(add(log(x), ONE))) },
  i0: { input: (g, x) => mul(g, unary("i1", x)) },
  i0e: {
    name: "SpecialI0EBackward0",
    both: (g, x, y) => mul(g, sub(unary("i1e", x), mul(sign(x), y))),
  },
  i1: {
    name: "SpecialI1Backward0",
    both: (g, x, y) => besselSlope(g, x, (safe) => sub(unary("i0", safe), div(y, safe))),
  },
  i1e: {
    name: "SpecialI1EBackward0",
    both: (g, x, y) => {
      const slope = (safe) => sub(unary("i0e", safe), mul(y, add(sign(safe), reciprocal(safe))));
      return besselSlope(g, x, slope);
    },
  },
};

// ½ near 0, where the formula divides by x
function besselSlope(g, x, formula) {
  const tiny = constant(x.dtype === "float32" ? 2 ** -23 : 2 ** -52);
  const far = is("gt", unary("abs", x), tiny);
  return mul(g, where(far, formula(where(far, x, tiny)), HALF));
}

function sincSlope(g, x) {
  const t = mul(x, PI);
  const slope = div(sub(mul(cos(t), t), sin(t)), mul(t, x));
  return mul(g, where(is("eq", x, ZERO), ZERO, slope));
}

function logitSlope(g, x) {
  const outside = or(is("lt", x, ZERO), is("gt", x, ONE));
  return where(outside, constant(NaN), div(g, mul(x, sub(ONE, x))));
}

const titled = (name) =>
  `${name
    .split("_")
    .map((word) => word[0].toUpperCase() + word.slice(1))
    .join("")}Backward0`;

export function unaryRule(name, x, y) {
  const rule = UNARY[name];
  if (rule === undefined) return unwritten(name, [x], y);
  const title = rule.name ?? titled(name);
  if (rule.none) return record(y, title, [x], (g) => [rule.none(g)]);
  if (rule.input) return record(y, title, [x], (g, input) => [rule.input(g, input())], [x]);
  if (rule.output) return record(y, title, [x], (g, output) => [rule.output(g, output())], [y]);
  return record(y, title, [x], (g, input, output) => [rule.both(g, input(), output())], [x, y]);
}

// an operation that PyTorch cannot differentiate either: an error, but only if someone asks
function unwritten(name, inputs, output) {
  return record(output, "NotImplemented", inputs, () =>
    raise("RuntimeError", `derivative for aten::${name} is not implemented`),
  );
}

const BINARY = {
  add: (g) => [g, g],
  sub: (g) => [g, () => neg(g)],
  rsub: (g) => [() => neg(g), g],
  mul: (g, y, x) => [() => mul(g, y()), () => mul(g, x())],
  div: (g, x, y) => [() => div(g, y()), () => mul(neg(g), div(div(x(), y()), y()))],
  trunc_divide: (g) => [() => zerosLike(g), () => zerosLike(g)],
  div_floor: (g) => [() => zerosLike(g), () => zerosLike(g)],
  remainder: (g, x, y) => [g, () => mul(neg(g), binary("div_floor", x(), y()))],
  fmod: (g, x, y) => [g, () => mul(neg(g), binary("trunc_divide", x(), y()))],
  pow: (g, x, y, out) => [() => powBase(g, x(), y()), () => powExponent(g, x(), y(), out())],
  maximum: (g, x, y) => [() => winner(g, x(), y(), "lt"), () => winner(g, y(), x(), "lt")],
  minimum: (g, x, y) => [() => winner(g, x(), y(), "gt"), () => winner(g, y(), x(), "gt")],
  fmax: (g, x, y) => [
    () => only(first("ge", x(), y()), g),
    () => only(not(first("ge", x(), y())), g),
  ],
  fmin: (g, x, y) => [
    () => only(first("le", x(), y()), g),
    () => only(not(first("le", x(), y())), g),
  ],
  atan2: (g, x, y) => {
    const square = () => add(mul(x(), x()), mul(y(), y()));
    const inverse = () => where(is("eq", square(), ZERO), ZERO, reciprocal(square()));
    return [() => mul(mul(g, y()), inverse()), () => mul(mul(g, neg(x())), inverse())];
  },
  hypot: (g, x, y, out) => [() => mul(g, div(x(), out())), () => mul(g, div(y(), out()))],
  xlogy: (g, x, y) => [
    () => where(and(is("eq", x(), ZERO), is("le", y(), ZERO)), ZERO, is("xlogy", g, y())),
    () => div(mul(g, x()), y()),
  ],
  xlog1py: (g, x, y) => [
    () => where(and(is("eq", x(), ZERO), is("le", y(), constant(-1))), ZERO, is("xlog1py", g, y())),
    () => div(mul(g, x()), add(y(), ONE)),
  ],
  copysign: (g, x, y, out) => [
    () => mul(g, where(is("eq", x(), ZERO), ZERO, div(out(), x()))),
    () => zerosLike(g),
  ],
  sigmoid_backward: (h, g, y) => [
    () => is("sigmoid_backward", h, y()),
    () => mul(mul(h, g()), sub(ONE, mul(TWO, y()))),
  ],
  tanh_backward: (h, g, y) => [
    () => is("tanh_backward", h, y()),
    () => mul(mul(h, g()), mul(constant(-2), y())),
  ],
  threshold_backward: (h, g, y) => [() => is("threshold_backward", h, y()), () => zerosLike(h)],
  nextafter: (g, x, y) => [() => where(is("eq", x(), y()), ZERO, g), () => zerosLike(g)],
  logaddexp: (g, x, y) => [
    () => div(g, add(ONE, exp(sub(y(), x())))),
    () => div(g, add(ONE, exp(sub(x(), y())))),
  ],
  logaddexp2: (g, x, y) => [
    () => div(g, add(ONE, exp2(sub(y(), x())))),
    () => div(g, add(ONE, exp2(sub(x(), y())))),
  ],
  gammainc: (g, a, x) => [() => noRule("igamma: input"), () => mul(g, gammaDensity(a(), x()))],
  gammaincc: (g, a, x) => [
    () => noRule("igammac: input"),
    () => neg(mul(g, gammaDensity(a(), x()))),
  ],
  polygamma: (g, n, x) => [undefined, () => mul(g, binary("polygamma", add(n(), ONE), x()))],
  zeta: (g, s, q) => [
    () => noRule("zeta"),
    () => mul(g, mul(neg(s()), binary("zeta", add(s(), ONE), q()))),
  ],
};

const noRule = (what) =>
  raise("NotImplementedError", `the derivative for '${what}' is not implemented.`);

function powBase(g, x, y) {
  const slope = (less) => mul(g, mul(y, binary("pow", x, less)));
  if (!y.wrapped) return where(is("eq", y, ZERO), ZERO, slope(sub(y, number(1, "int64"))));
  const exponent = y.storage.data[y.offset];
  return exponent === 0 ? zerosLike(g) : slope(constant(exponent - 1));
}

function powExponent(g, x, y, out) {
  const flat = and(is("eq", x, ZERO), is("ge", y, ZERO));
  return mul(g, where(flat, ZERO, mul(out, log(to(x, out.dtype)))));
}

// the gradient of the operand that was chosen; half of it at ties
function winner(g, x, y, loses) {
  return where(is(loses, x, y), ZERO, where(is("eq", x, y), mul(g, HALF), g));
}
const first = (compares, x, y) => or(is(compares, x, y), unary("isnan", y));

const gammaDensity = (a, x) => exp(sub(sub(mul(sub(a, ONE), log(x)), x), unary("lgamma", a)));

function binaryName(name, x, y) {
  if (name === "pow") return `PowBackward${x.wrapped ? 2 : y.wrapped ? 0 : 1}`;
  const wrapped = x.wrapped ? 1 : y.wrapped ? 2 : 0;
  if (name === "xlogy") return `XlogyBackward${wrapped}`;
  if (name === "xlog1py") return `SpecialXlog1PyBackward${wrapped}`;
  if (name === "copysign") return `CopysignBackward${y.wrapped ? 1 : 0}`;
  if (name === "rsub") return `RsubBackward${wrapped === 0 ? 0 : 1}`;
  if (name === "remainder" || name === "fmod") return titled(name).replace("0", y.wrapped ? 0 : 1);
  return NAMES[name] ?? titled(name);
}
const NAMES = {
  trunc_divide: "DivBackward2",
  div_floor: "DivBackward2",
  gammainc: "IgammaBackward0",
  gammaincc: "IgammacBackward0",
  zeta: "SpecialZetaBackward0",
  sigmoid_backward: "SigmoidBackwardBackward0",
  tanh_backward: "TanhBackwardBackward0",
  threshold_backward: "ThresholdBackwardBackward0",
};
// a Python integer as a float, so that its logarithm is not rounded to float32
const real = (x) => (x.wrapped && x.dtype === "int64" ? constant(x.storage.data[x.offset]) : x);

/* What the rule needs of the operands: x to differentiate by y, and the other way round. */
function operands(name, x, y, out) {
  if (SAVES_NOTHING.has(name)) return [];
  const [a, b] = [real(x), real(y)];
  if (name === "mul") return [x.requiresGrad ? b : undefined, y.requiresGrad ? a : undefined];
  if (name === "div") return [y.requiresGrad ? a : undefined, b];
  if (name === "pow") return [a, b, y.requiresGrad ? out : undefined];
  return SAVES_OUTPUT.has(name) ? [a, b, out] : [a, b];
}
const SAVES_NOTHING = new Set(["add", "sub", "rsub", "trunc_divide", "div_floor"]);
const SAVES_OUTPUT = new Set(["hypot", "copysign"]);

export function binaryRule(name, x, y, out) {
  const rule = BINARY[name];
  if (rule === undefined || (name === "remainder" && x.wrapped))
    return unwritten(name, [x, y], out);
  return record(out, binaryName(name, x, y), [x, y], rule, operands(name, x, y, out));
}
