/* Cholesky's factorisation of positive definite matrices, a = L Lᵀ, and what is solved by it.

   The derivative rules are PyTorch's (FunctionsManual.cpp). */
import { aligned, checkSquare, eachMatrix, emptyLike, fail, store } from "./batches.js";
import { isFloat, TITLES } from "./dtype.js";
import { add, mul, neg } from "./elementwise.js";
import { raise } from "./error.js";
import { choleskyFactor, identity, solveTriangular, transposed } from "./factor.js";
import { triangularSolve } from "./linalg.js";
import { matmul } from "./matmul.js";
import { HALF, halfDiagonal, lower, T, times } from "./rules.js";
import { record } from "./tape.js";

/* L with a = L Lᵀ, or its transpose. Of a only the triangle is read that the result has. */
export function cholesky(x, isUpper = false) {
  const name = "linalg.cholesky";
  checkSquare(x, name);
  const n = x.sizes.at(-1);
  const out = emptyLike(x, n, n);
  eachMatrix(x, (m, i) => {
    const a = isUpper ? transposed(m) : m;
    const minor = choleskyFactor(a);
    if (minor > 0) {
      fail(
        name,
        x,
        i,
        "The factorization could not be completed because the input is not positive-definite (the " +
          `leading minor of order ${minor} is not positive-definite).`,
      );
    }
    store(out, i, isUpper ? transposed(a) : a);
  });
  const rule = (g, y) => [
    () => {
      const [l, gl] = isUpper ? [T(y()), T(g)] : [y(), g];
      const inner = halfDiagonal(lower(matmul(T(l), gl)));
      const ga = triangularSolve(l, triangularSolve(T(l), inner, true), false, false);
      return mul(add(ga, T(ga)), HALF);
    },
  ];
  return record(out, "LinalgCholeskyExBackward0", [x], rule, [out]);
}

/* What cholesky_solve and cholesky_inverse have in common: Y with (L Lᵀ) Y = b, L as rows. */
function solveBoth(rows, isUpper, b) {
  const l = isUpper ? transposed(rows) : rows;
  const half = solveTriangular(l, b, { upper: false, unit: false });
  return solveTriangular(transposed(l), half, { upper: true, unit: false });
}
/* The gradient by L. It is whole, although only one triangle of L is read: so is PyTorch's. */
const byFactor = (common, l, isUpper) => {
  const symmetric = add(common, T(common));
  return neg(isUpper ? matmul(l, symmetric) : matmul(symmetric, l));
};

/* The solution of (L Lᵀ) x = b, or of (Uᵀ U) x = b. */
export function choleskySolve(b, l, isUpper = false) {
  checkSolve(b, l);
  const [factors, right] = aligned(l, b);
  const out = emptyLike(right, ...right.sizes.slice(-2));
  const matrices = [];
  eachMatrix(factors, (m) => matrices.push(m));
  eachMatrix(right, (m, i) => store(out, i, solveBoth(matrices[i], isUpper, m)));
  const rule = (g, l, x) => {
    let gb;
    const back = () => (gb ??= choleskySolve(g, l(), isUpper));
    return [back, () => byFactor(matmul(back(), T(x())), l(), isUpper)];
  };
  return record(out, "CholeskySolveBackward0", [b, l], rule, [l, out]);
}

function checkSolve(b, l) {
  const wrong = (sentence, kind = "RuntimeError") => raise(kind, sentence);
  for (const [x, name] of [[b, "b"], [l, "u"]]) {
    const has = `has ${x.ndim} dimensions instead`;
    if (x.ndim < 2) wrong(`${name} should have at least 2 dimensions, but ${has}`);
  }
  const [n, m] = l.sizes.slice(-2);
  const [rows, columns] = b.sizes.slice(-2);
  if (n !== m) wrong(`A must be batches of square matrices, but they are ${n} by ${m} matrices`);
  if (n !== rows) {
    wrong(
      `Incompatible matrix sizes for cholesky_solve: each A matrix is ${n} by ${n} but each b matrix ` +
        `is ${rows} by ${columns}`,
    );
  }
  const [title, other] = [TITLES[b.dtype], TITLES[l.dtype]];
  if (title !== other) {
    const found = `found b of type ${title} and A of type ${other} instead.`;
    wrong(`Expected b and A to have the same dtype, but ${found}`);
  }
  if (!isFloat(b.dtype)) {
    wrong(`"cholesky_solve_cpu" not implemented for '${title}'`, "NotImplementedError");
  }
}

/* The inverse of L Lᵀ, or of Uᵀ U. */
export function choleskyInverse(l, isUpper = false) {
  const name = "cholesky_inverse";
  if (l.ndim >= 2 && !isFloat(l.dtype)) {
    const title = TITLES[l.dtype];
    raise("NotImplementedError", `"cholesky_inverse_out_cpu" not implemented for '${title}'`);
  }
  checkSquare(l, name);
  const n = l.sizes.at(-1);
  const out = emptyLike(l, n, n);
  eachMatrix(l, (m, i) => {
    const zero = m.findIndex((row, k) => row[k] === 0) + 1;
    if (zero > 0) {
      fail(
        name,
        l,
        i,
        `The diagonal element ${zero} is zero, the inversion could not be completed because the ` +
          "input matrix is singular.",
      );
    }
    store(out, i, solveBoth(m, isUpper, identity(n)));
  });
  const rule = (g, l, y) => [() => byFactor(times(y(), g, y()), l(), isUpper)];
  return record(out, "CholeskyInverseBackward0", [l], rule, [l, out]);
}
