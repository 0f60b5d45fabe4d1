/* Batches of matrices: what all of linalg needs.

   The last two axes of a tensor are a matrix, and all others (levels among them) count matrices. A
   matrix is read as an array of rows in double precision, and results are rounded when they are
   stored. */
import { isFloat, TITLES } from "./dtype.js";
import { raise } from "./error.js";
import { broadcastSizes, broadcastStrides, lift, make, product, Tensor, values } from "./tensor.js";

/* Call work(matrix, i) for each matrix of x. */
export function eachMatrix(x, work) {
  const [n, m] = x.sizes.slice(-2);
  const data = values(x);
  const count = product(x.sizes.slice(0, -2));
  for (let i = 0; i < count; i++) {
    const at = i * n * m;
    work(
      Array.from({ length: n }, (_, r) => Float64Array.from(data.subarray(at + r * m, at + r * m + m))),
      i,
    );
  }
}

/* A tensor with the batch axes of x, and the sizes that each result has besides. */
export const emptyLike = (x, ...sizes) => make([...x.sizes.slice(0, -2), ...sizes], x.dtype, x.levels);

/* Store the i-th matrix (or vector, or number) of a batch. */
export function store(x, i, rows) {
  const { data } = x.storage;
  if (typeof rows === "number") data[i] = rows;
  else if (typeof rows[0] === "number") data.set(rows, i * rows.length);
  else rows.forEach((row, r) => data.set(row, (i * rows.length + r) * row.length));
}

/* How numbers of this type are rounded. */
export const rounding = (x) => (x.dtype === "float32" ? Math.fround : (v) => v);

/* Two tensors with their batch axes broadcast. */
export function aligned(a, b) {
  const { xs, k } = lift([a, b], true);
  const batch = broadcastSizes(xs[0].sizes.slice(0, -2), xs[1].sizes.slice(0, -2), k);
  return xs.map((x) => {
    const sizes = [...batch, ...x.sizes.slice(-2)];
    return new Tensor(x.storage, x.offset, sizes, broadcastStrides(x, sizes), x.dtype, x.levels);
  });
}

export const finite = (rows) => rows.every((row) => row.every(Number.isFinite));

export function checkFinite(rows, name, x, i) {
  if (finite(rows)) return;
  const why = "The algorithm failed to converge because the input matrix contained non-finite values.";
  fail(name, x, i, why);
}

// ---- checks, in PyTorch's words

export function checkMatrix(x, name, of = "A") {
  if (x.ndim < 2) {
    raise("RuntimeError", `${name}: The input tensor ${of} must have at least 2 dimensions.`);
  }
  if (!isFloat(x.dtype)) {
    const got = TITLES[x.dtype];
    raise("RuntimeError", `${name}: Expected a floating point or complex tensor as input. Got ${got}`);
  }
}

export function checkSquare(x, name) {
  checkMatrix(x, name);
  const [n, m] = x.sizes.slice(-2);
  if (n === m) return;
  raise(
    "RuntimeError",
    `${name}: A must be batches of square matrices, but they are ${n} by ${m} matrices`,
  );
}

export function checkSameType(a, b, name) {
  if (a.dtype === b.dtype) return;
  raise(
    "RuntimeError",
    `${name}: Expected A and B to have the same dtype, but found A of type ${TITLES[a.dtype]} and B ` +
      `of type ${TITLES[b.dtype]} instead`,
  );
}

/* What went wrong with the i-th matrix of a batch. */
export function fail(name, x, i, sentence) {
  const place = x.ndim > 2 ? `(Batch element ${i}): ` : "";
  raise("LinAlgError", `${name}: ${place}${sentence}`);
}
