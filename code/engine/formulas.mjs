/* The table of elementwise operations: the formula that each kernel computes.

   A formula is JavaScript text in x (and y); kernels.mjs writes the loops around it. A formula that
   holds for floats need not hold for integers, so an entry may give others: `i64` for int64, `i32`
   for the shorter integers, which wrap around when they are stored, and `bool`. `result` says which
   type the result has: "same" (the default), "float" (integers become floats first) or "bool". `s.`
   are the functions of scalar.js, `special.` those of special.js. */

const float = (formula) => ({ all: formula, result: "float" });
const truth = (formula) => ({ all: formula, result: "bool" });
const whole = (formula) => ({ all: formula, i64: "x", i32: "x", bool: "x" });

export const UNARY = {
  neg: { all: "-x", i64: "0 - x" },
  abs: { all: "Math.abs(x)" },
  sign: { all: "x > 0 ? 1 : x < 0 ? -1 : 0" },
  square: { all: "x * x", i64: "s.exact(x * x)", i32: "Math.imul(x, x)" },
  relu: { all: "x > 0 || x !== x ? x : 0" },
  floor: whole("Math.floor(x)"),
  ceil: whole("Math.ceil(x)"),
  round: whole("s.roundEven(x)"),
  trunc: whole("Math.trunc(x)"),
  frac: { all: "x - Math.trunc(x)" },
  bitwise_not: { all: "~x", i64: "-x - 1", bool: "x ? 0 : 1" },
  isnan: truth("x !== x ? 1 : 0"),
  isinf: truth("x === Infinity || x === -Infinity ? 1 : 0"),
  isfinite: truth("Number.isFinite(x) ? 1 : 0"),
  isposinf: truth("x === Infinity ? 1 : 0"),
  isneginf: truth("x === -Infinity ? 1 : 0"),
  signbit: truth("x < 0 || Object.is(x, -0) ? 1 : 0"),
  logical_not: truth("x === 0 ? 1 : 0"),
  exp: float("Math.exp(x)"),
  exp2: float("2 ** x"),
  expm1: float("Math.expm1(x)"),
  log: float("Math.log(x)"),
  log1p: float("Math.log1p(x)"),
  log2: float("Math.log2(x)"),
  log10: float("Math.log10(x)"),
  sqrt: float("Math.sqrt(x)"),
  rsqrt: float("1 / Math.sqrt(x)"),
  reciprocal: float("1 / x"),
  sin: float("Math.sin(x)"),
  cos: float("Math.cos(x)"),
  tan: float("Math.tan(x)"),
  asin: float("Math.asin(x)"),
  acos: float("Math.acos(x)"),
  atan: float("Math.atan(x)"),
  sinh: float("Math.sinh(x)"),
  cosh: float("Math.cosh(x)"),
  tanh: float("Math.tanh(x)"),
  asinh: float("Math.asinh(x)"),
  acosh: float("Math.acosh(x)"),
  atanh: float("Math.atanh(x)"),
  // rounded where PyTorch rounds, so that eˣ overflows in float32, too
  sigmoid: {
    result: "float",
    all: "1 / (1 + Math.exp(-x))",
    f32: "1 / Math.fround(1 + Math.fround(Math.exp(-x)))",
  },
  logsigmoid: float("Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)))"),
  softplus: float("x > 20 ? x : Math.log1p(Math.exp(x))"),
  silu: {
    result: "float",
    all: "x / (1 + Math.exp(-x))",
    f32: "x / Math.fround(1 + Math.fround(Math.exp(-x)))",
  },
  sinc: {
    result: "float",
    all: "x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)",
    f32: "x === 0 ? 1 : Math.sin(Math.fround(Math.PI * x)) / Math.fround(Math.PI * x)",
  },
  logit: {
    result: "float",
    all: "Math.log(x / (1 - x))",
    f32: "Math.log(Math.fround(x / Math.fround(1 - x)))",
  },
  erf: float("special.erf(x)"),
  erfc: float("special.erfc(x)"),
  erfinv: float("special.erfinv(x)"),
  erfcx: float("special.erfcx(x)"),
  // PyTorch's own formula, which loses digits far to the left
  ndtr: {
    result: "float",
    all: "(1 + special.erf(x * Math.SQRT1_2)) * 0.5",
    f32: "Math.fround(1 + Math.fround(special.erf(Math.fround(x * Math.fround(Math.SQRT1_2))))) * 0.5",
  },
  ndtri: float("special.ndtri(x)"),
  log_ndtr: float("special.log_ndtr(x)"),
  lgamma: float("special.lgamma(x)"),
  digamma: float("special.digamma(x)"),
  entr: float("special.entr(x)"),
  i0: float("special.i0(x)"),
  i0e: float("special.i0e(x)"),
  i1: float("special.i1(x)"),
  i1e: float("special.i1e(x)"),
};

export const BINARY = {
  add: { all: "x + y", i64: "s.exact(x + y)", bool: "x | y" },
  sub: { all: "x - y", i64: "s.exact(x - y)" },
  rsub: { all: "y - x", i64: "s.exact(y - x)" },
  mul: { all: "x * y", i64: "s.exact(x * y)", i32: "Math.imul(x, y)", bool: "x & y" },
  div: float("x / y"),
  floor_divide: {
    all: "s.floorDivide(x, y)",
    i64: "s.floorDivideInt(x, y)",
    i32: "s.floorDivideInt(x, y)",
  },
  div_floor: {
    all: "s.floorDivide(x, y)",
    i64: "s.floorDivideInt(x, y)",
    i32: "s.floorDivideInt(x, y)",
  },
  trunc_divide: {
    all: "Math.trunc(x / y)",
    f32: "Math.trunc(Math.fround(x / y))",
    i64: "s.truncDivideInt(x, y)",
    i32: "s.truncDivideInt(x, y)",
  },
  remainder: { all: "s.remainder(x, y)", i64: "s.remainderInt(x, y)", i32: "s.remainderInt(x, y)" },
  fmod: { all: "x % y", i64: "s.fmodInt(x, y)", i32: "s.fmodInt(x, y)" },
  pow: {
    all: "s.power(x, y)",
    f32: "s.power32(x, y)",
    i64: "s.exact(s.powerInt(x, y))",
    i32: "s.powerWrapping(x, y)",
  },
  maximum: { all: "x > y || x !== x ? x : y" },
  minimum: { all: "x < y || x !== x ? x : y" },
  fmax: { all: "x > y || y !== y ? x : y" },
  fmin: { all: "x < y || y !== y ? x : y" },
  atan2: float("Math.atan2(x, y)"),
  hypot: { all: "Math.hypot(x, y)" },
  xlogy: float("y !== y ? y : x === 0 ? 0 : x * Math.log(y)"),
  xlog1py: float("y !== y ? y : x === 0 ? 0 : x * Math.log1p(y)"),
  heaviside: { all: "x === 0 ? y : x > 0 ? 1 : 0" },
  copysign: float("s.copysign(x, y)"),
  nextafter: { all: "s.nextafter64(x, y)", f32: "s.nextafter32(x, y)" },
  logaddexp: { all: "s.logaddexp(x, y)" },
  logaddexp2: { all: "s.logaddexp(x * Math.LN2, y * Math.LN2) / Math.LN2" },
  gammainc: { all: "special.gammainc(x, y)" },
  gammaincc: { all: "special.gammaincc(x, y)" },
  polygamma: float("special.polygamma(x, y)"),
  zeta: float("special.zeta(x, y)"),
  // derivatives that PyTorch computes in one go: x is the gradient, y the output
  sigmoid_backward: { all: "x * (1 - y) * y" },
  tanh_backward: { all: "x * (1 - y) * (1 + y)", f32: "x * (1 - y * y)" },
  threshold_backward: { all: "y <= 0 ? 0 : x" },
  eq: truth("x === y ? 1 : 0"),
  ne: truth("x !== y ? 1 : 0"),
  lt: truth("x < y ? 1 : 0"),
  le: truth("x <= y ? 1 : 0"),
  gt: truth("x > y ? 1 : 0"),
  ge: truth("x >= y ? 1 : 0"),
  logical_and: truth("x !== 0 && y !== 0 ? 1 : 0"),
  logical_or: truth("x !== 0 || y !== 0 ? 1 : 0"),
  logical_xor: truth("(x !== 0) !== (y !== 0) ? 1 : 0"),
  bitwise_and: { all: "x & y", i64: "s.and64(x, y)" },
  bitwise_or: { all: "x | y", i64: "s.or64(x, y)" },
  bitwise_xor: { all: "x ^ y", i64: "s.xor64(x, y)" },
  bitwise_left_shift: { all: "x << y", i64: "s.exact(x * 2 ** y)" },
  bitwise_right_shift: { all: "x >> y", i64: "Math.floor(x / 2 ** y)" },
  gcd: { all: "s.gcd(x, y)" },
};

// of `where`, x is the condition
export const TERNARY = {
  where: { all: "x ? y : z" },
  addProduct: { all: "x + y * z", i64: "s.exact(x + y * z)" },
  lerp: {
    all: "Math.abs(z) < 0.5 ? x + z * (y - x) : y + (z - 1) * (y - x)",
    f32: "Math.abs(z) < 0.5 ? x + z * Math.fround(y - x) : y + Math.fround(z - 1) * Math.fround(y - x)",
  },
};
