/* Linear algebra: determinants, inverses and linear equations.

   factor.js has the algorithms for one matrix. The derivative rules are written in the engine's
   operations, with g for the gradient of what the function returns; they are PyTorch's
   (FunctionsManual.cpp). Giles, "An extended collection of matrix derivative results" (2008), shows
   how they follow. */
import {
  aligned,
  checkMatrix,
  checkSameType,
  checkSquare,
  eachMatrix,
  emptyLike,
  fail,
  rounding,
  store,
} from "./batches.js";
import { binary, mul, neg } from "./elementwise.js";
import { raise } from "./error.js";
import {
  identity,
  luFactor,
  luSolve,
  singularColumn,
  solveTriangular,
  transposed,
} from "./factor.js";
import { eye } from "./making.js";
import { matmul } from "./matmul.js";
import { dropLast, lower, strictlyLower, strictlyUpper, T, times, upper } from "./rules.js";
import { gradMode, record } from "./tape.js";
import { isContiguous, logicalSizes, number, same, values } from "./tensor.js";
import { where } from "./ternary.js";
import { squeeze, unsqueeze } from "./shapes.js";

const twice = (x) => unsqueeze(unsqueeze(x, -1), -1);

// ---- inverse, determinant, linear equations

export function inv(x) {
  checkSquare(x, "linalg.inv");
  return inverse(x, (i, column) =>
    fail(
      "linalg.inv",
      x,
      i,
      `The diagonal element ${column} is zero, the inversion could not be completed because the ` +
        "input matrix is singular.",
    ),
  );
}

/* The inverse; of a singular matrix, what `singular` says or else infinities. */
function inverse(x, singular = () => undefined) {
  const n = x.sizes.at(-1);
  const out = emptyLike(x, n, n);
  eachMatrix(x, (a, i) => {
    const { order } = luFactor(a, rounding(x));
    const column = singularColumn(a);
    if (column > 0) singular(i, column);
    store(out, i, luSolve(a, order, identity(n)));
  });
  return record(out, "LinalgInvExBackward0", [x], (g, y) => [() => neg(times(T(y()), g, T(y())))], [out]);
}

/* The diagonal of U, whose product is the determinant but for the sign. Of numbers that lie row
   after row PyTorch factors the transposed matrix, and rounding decides whether that is singular.
   */
function triangle(a, x) {
  const lu = isContiguous(x) ? transposed(a) : a;
  const { sign } = luFactor(lu, rounding(x));
  return { diagonal: lu.map((row, i) => row[i]), sign };
}

export function det(x) {
  checkSquare(x, "linalg.det");
  const out = emptyLike(x);
  eachMatrix(x, (a, i) => {
    const { diagonal, sign } = triangle(a, x);
    store(out, i, diagonal.reduce((product, d) => product * d, sign));
  });
  return record(out, "LinalgDetBackward0", [x], (g, x, y) => [() => detRule(g, x(), y())], [x, out]);
}

/* g det(A) A⁻ᵀ. Of a singular matrix PyTorch gives zero. */
function detRule(g, x, y) {
  if (x.sizes.at(-1) === 1) return twice(g);
  const zero = binary("eq", y, number(0));
  const singular = values(zero).includes(1);
  if (singular && gradMode()) {
    const what = "the second derivative of the determinant of a singular matrix";
    raise("NotImplementedError", `${what} is not in the page's engine`);
  }
  const n = x.sizes.at(-1);
  const regular = singular ? where(twice(zero), eye(n, n, x.dtype), x) : x;
  return mul(twice(mul(g, y)), T(inverse(regular)));
}

/* The determinant's sign and the logarithm of its size. */
export function slogdet(x) {
  checkSquare(x, "linalg.slogdet");
  const [signs, logs] = [emptyLike(x), emptyLike(x)];
  eachMatrix(x, (a, i) => {
    const { diagonal, sign } = triangle(a, x);
    store(signs, i, diagonal.reduce((s, d) => s * Math.sign(d), sign));
    store(logs, i, diagonal.reduce((s, d) => s + Math.log(Math.abs(d)), 0));
  });
  const rule = ([, g], x) => [() => g && mul(twice(g), T(inverse(x())))];
  return record([signs, logs], "LinalgSlogdetBackward0", [x], rule, [x]);
}

/* The solution of a x = b, where b is a vector, or has matrices as its last two axes. */
export function solve(a, b) {
  const name = "linalg.solve";
  checkSquare(a, name);
  checkSameType(a, b, name);
  const [sizes, other] = [logicalSizes(a), logicalSizes(b)];
  const vector = b.ndim === 1 || (a.ndim - 1 === b.ndim && same(sizes.slice(0, -1), other));
  const [n, rows] = [sizes.at(-1), vector ? other.at(-1) : other.at(-2)];
  if (n !== rows) {
    const shape = `${rows}x${vector ? 1 : other.at(-1)}`;
    raise(
      "RuntimeError",
      `${name}: Incompatible shapes of A and B for the equation AX = B (${n}x${n} and ${shape})`,
    );
  }
  const columns = (x) => (vector ? unsqueeze(x, -1) : x);
  const out = solutions(a, columns(b));
  const result = vector ? dropLast(out) : out;
  const rule = (g, a, x) => {
    let gb;
    const left = () => (gb ??= solve(T(a()), columns(g)));
    return [
      () => neg(matmul(left(), T(columns(x())))),
      () => (vector ? squeeze(left(), -1) : left()),
    ];
  };
  return record(result, "LinalgSolveExBackward0", [a, b], rule, [a, result]);
}

function solutions(a, b) {
  const [left, right] = aligned(a, b);
  const out = emptyLike(right, ...right.sizes.slice(-2));
  const factors = [];
  eachMatrix(left, (m, i) => {
    const { order } = luFactor(m, rounding(a));
    if (singularColumn(m) > 0) {
      const sentence = "The solver failed because the input matrix is singular.";
      fail("torch.linalg.solve", a, i, sentence);
    }
    factors.push([m, order]);
  });
  eachMatrix(right, (m, i) => store(out, i, luSolve(...factors[i], m)));
  return out;
}

/* The solution of a x = b (or x a = b), where only one triangle of a is read. */
export function triangularSolve(a, b, isUpper, left = true, unit = false) {
  const name = "linalg.solve_triangular";
  checkSquare(a, name);
  checkMatrix(b, name, "B");
  checkSameType(a, b, name);
  const [n, rows] = [a.sizes.at(-1), b.sizes.at(left ? -2 : -1)];
  if (n !== rows) {
    const shapes = `${n}x${n} and ${b.sizes.at(-2)}x${b.sizes.at(-1)}`;
    const equation = left ? "AX = B" : "XA = B";
    raise("RuntimeError", `${name}: Incompatible shapes of A and B for the equation ${equation} (${shapes})`);
  }
  const [triangles, right] = aligned(a, b);
  const out = emptyLike(right, ...right.sizes.slice(-2));
  const matrices = [];
  const turned = (m) => (left ? m : transposed(m));
  eachMatrix(triangles, (m) => matrices.push(turned(m)));
  const options = { upper: isUpper === left, unit };
  eachMatrix(right, (m, i) => store(out, i, turned(solveTriangular(matrices[i], turned(m), options))));
  const part = unit ? (isUpper ? strictlyUpper : strictlyLower) : isUpper ? upper : lower;
  const rule = (g, a, x) => {
    let gb;
    const back = () => (gb ??= triangularSolve(T(a()), g, !isUpper, left, unit));
    return [() => part(neg(left ? matmul(back(), T(x())) : matmul(T(x()), back()))), back];
  };
  return record(out, "LinalgSolveTriangularBackward0", [a, b], rule, [a, out]);
}
