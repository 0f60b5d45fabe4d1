/* Matrix products.

   matmul of two vectors is a number; of a matrix and a vector a vector; with more axes it
   multiplies the matrices of the last two axes and broadcasts the others. All come down to one
   product of batches of matrices, (b, n, m) × (b, m, p). */
import { listed, raise } from "./error.js";
import { TITLES } from "./dtype.js";
import { record, rename, withGrad } from "./tape.js";
import {
  broadcastSizes,
  broadcastStrides,
  lift,
  logicalSizes,
  make,
  product,
  rows,
  Tensor,
  values,
} from "./tensor.js";
import { add, mul } from "./elementwise.js";
import { reshape, squeeze, unsqueeze } from "./shapes.js";
import { t, transpose } from "./views.js";

// out (n, p) += a (n, m) · b (m, p), each number of the result as a double
function multiply(a, at, b, bt, out, ot, n, m, p, row) {
  for (let i = 0; i < n; i++) {
    row.fill(0);
    for (let k = 0; k < m; k++) {
      const x = a[at + i * m + k];
      const from = bt + k * p;
      for (let j = 0; j < p; j++) row[j] += x * b[from + j];
    }
    for (let j = 0; j < p; j++) out[ot + i * p + j] = row[j];
  }
}

// the same for vectors b, whose products are sums along one row
function multiplyVector(a, at, b, bt, out, ot, n, m) {
  for (let i = 0; i < n; i++) {
    let total = 0;
    for (let k = 0; k < m; k++) total += a[at + i * m + k] * b[bt + k];
    out[ot + i] = total;
  }
}

/* (…, n, m) × (…, m, p), the leading axes broadcast; levels are leading axes like others. */
function product3(x, y) {
  const { xs, levels, k } = lift([x, y], true);
  const [a, b] = xs;
  const [n, m, p] = [a.sizes.at(-2), a.sizes.at(-1), b.sizes.at(-1)];
  const batch = broadcastSizes(a.sizes.slice(0, -2), b.sizes.slice(0, -2), k);
  const out = make([...batch, n, p], x.dtype, levels);
  const [data, other] = [values(a), values(b)];
  const row = new Float64Array(p);
  if (batch.length === 0) {
    if (p === 1) multiplyVector(data, 0, other, 0, out.storage.data, 0, n, m);
    else multiply(data, 0, other, 0, out.storage.data, 0, n, m, p, row);
    return out;
  }
  const steps = (t, size) => broadcastStrides(fakeRows(t.sizes.slice(0, -2), size), batch);
  rows(
    batch,
    [steps(a, n * m), steps(b, m * p), steps({ sizes: out.sizes }, n * p)],
    [0, 0, 0],
    (count, [sa, sb, so], [i, j, r]) => {
      for (let c = 0; c < count; c++) {
        const [at, bt, ot] = [i + c * sa, j + c * sb, r + c * so];
        if (p === 1) multiplyVector(data, at, other, bt, out.storage.data, ot, n, m);
        else multiply(data, at, other, bt, out.storage.data, ot, n, m, p, row);
      }
    },
  );
  return out;
}

// the batch axes of a dense tensor whose matrices have `size` numbers
function fakeRows(sizes, size) {
  const strides = new Array(sizes.length);
  let n = size;
  for (let d = sizes.length - 1; d >= 0; d--) {
    strides[d] = n;
    n *= sizes[d];
  }
  return { sizes, strides };
}

// the derivative by one factor needs the other one
const others = (x, y) => [y.requiresGrad ? x : undefined, x.requiresGrad ? y : undefined];

const adjoint = (x) => transpose(x, -2, -1);

function batched(x, y, name) {
  const rule = (g, a, b) => [() => matrices(g, adjoint(b())), () => matrices(adjoint(a()), g)];
  return record(product3(x, y), name, [x, y], rule, others(x, y));
}
const matrices = (x, y) =>
  batched(x, y, x.ndim === 2 && y.ndim === 2 ? "MmBackward0" : "BmmBackward0");

export function matmul(x, y) {
  check(x, y);
  const [n, m] = [x.ndim, y.ndim];
  if (n === 1 && m === 1) return dot(x, y);
  if (n === 2 && m === 1) return vector(x, y);
  if (n === 1)
    return named(
      squeeze(matmul(unsqueeze(x, 0), y), -2),
      m === 2 ? "SqueezeBackward4" : "UnsafeViewBackward0",
    );
  if (m === 1) return named(squeeze(matmul(x, unsqueeze(y, 1)), -1), "UnsafeViewBackward0");
  if (n === 2 && m === 2) return matrices(x, y);
  return named(
    unsafeView(batched(x, y, "BmmBackward0")),
    n === 2 ? "CloneBackward0" : "UnsafeViewBackward0",
  );
}

// PyTorch flattens the leading axes for its product and restores them; the node shows in grad_fn
function unsafeView(x) {
  const out = new Tensor(x.storage, x.offset, x.sizes, x.strides, x.dtype, x.levels);
  return record(out, "UnsafeViewBackward0", [x], (g) => [g]);
}

// with the name that PyTorch's way of computing it leaves on the tape, and no view of what was made
// on the way
function named(x, name) {
  x.base = undefined;
  x.replay = undefined;
  return rename(x, name);
}

/* x @ wᵀ + b */
export function linear(x, w, b) {
  if (b === undefined) return matmul(x, t(w));
  if (x.ndim < 2) return add(matmul(x, t(w)), b);
  if (x.ndim === 2) return affine(x, w, b);
  const [n, m] = [logicalSizes(x), logicalSizes(w)];
  return reshape(affine(reshape(x, -1, n.at(-1)), w, b), ...n.slice(0, -1), m[0]);
}

function affine(x, w, b) {
  if (x.dtype !== w.dtype) {
    const names = `${TITLES[x.dtype]} and ${TITLES[w.dtype]}`;
    raise("RuntimeError", `mat1 and mat2 must have the same dtype, but got ${names}`);
  }
  const out = withGrad(false, () => add(matmul(x, t(w)), b));
  const rule = (g, x, w) => [() => matmul(g, w()), () => matmul(t(g), x()), g];
  return record(out, "AddmmBackward0", [x, w, b], rule, others(x, w));
}

function dot(x, y) {
  const out = product3(unsqueeze(x, 0), unsqueeze(y, 1));
  const value = new Tensor(
    out.storage,
    0,
    out.sizes.slice(0, -2),
    out.strides.slice(0, -2),
    out.dtype,
    out.levels,
  );
  const rule = (g, a, b) => [() => mul(g, b()), () => mul(g, a())];
  return record(value, "DotBackward0", [x, y], rule, others(x, y));
}

function vector(x, y) {
  const out = product3(x, unsqueeze(y, 1));
  const value = new Tensor(
    out.storage,
    0,
    out.sizes.slice(0, -1),
    out.strides.slice(0, -1),
    out.dtype,
    out.levels,
  );
  const rule = (g, a, b) => [
    () => mul(unsqueeze(g, -1), unsqueeze(b(), -2)),
    () => matmul(adjoint(a()), g),
  ];
  return record(value, "MvBackward0", [x, y], rule, others(x, y));
}

function check(x, y) {
  if (x.ndim === 0 || y.ndim === 0) {
    raise(
      "RuntimeError",
      `both arguments to matmul need to be at least 1D, but they are ${x.ndim}D and ${y.ndim}D`,
    );
  }
  const [a, b] = [logicalSizes(x), logicalSizes(y)];
  const nothing = x.numel === 0 || y.numel === 0;
  const batches = x.ndim > 2 && y.ndim > 2;
  if (x.dtype !== y.dtype && !(nothing && batches)) raiseTypes(x, y);
  if (x.dtype === "bool" && !nothing) raiseBool(x.ndim, y.ndim, batches);
  if (a.at(-1) === (y.ndim === 1 ? b[0] : b.at(-2))) return;
  raiseShapes(a, b);
}

function raiseBool(n, m, batches) {
  const vectors = n === 1 && m === 1;
  const kernel = batches ? "bmm" : vectors ? "dot" : m === 1 ? "addmv_impl_cpu" : "addmm_impl_cpu_";
  raise("NotImplementedError", `"${kernel}" not implemented for 'Bool'`);
}

function raiseTypes(x, y) {
  const names = {
    bool: "bool",
    uint8: "unsigned char",
    int8: "signed char",
    int16: "short",
    int32: "int",
    int64: "long",
    float32: "float",
    float64: "double",
  };
  const [a, b] = [names[x.dtype], names[y.dtype]];
  if (x.ndim === 1 && y.ndim === 1) {
    raise(
      "RuntimeError",
      `dot : expected both vectors to have same dtype, but found ${TITLES[x.dtype]} and ${TITLES[y.dtype]}`,
    );
  }
  if (y.ndim === 1 && x.ndim === 2) {
    const [mat, vec] = [TITLES[x.dtype], TITLES[y.dtype]];
    raise(
      "RuntimeError",
      `addmv input tensors must have the same dtype, but got ${vec}, ${mat}, and ${vec}`,
    );
  }
  if (x.ndim > 2 && y.ndim > 2) {
    raise("RuntimeError", `expected scalar type ${TITLES[x.dtype]} but found ${TITLES[y.dtype]}`);
  }
  raise("RuntimeError", `expected m1 and m2 to have the same dtype, but got: ${a} != ${b}`);
}

function raiseShapes(a, b) {
  if (a.length === 1 && b.length === 1) {
    raise(
      "RuntimeError",
      `inconsistent tensor size, expected tensor ${listed(a)} and src ${listed(b)} to have the same number of elements, but got ${a[0]} and ${b[0]} elements respectively`,
    );
  }
  if (a.length === 2 && b.length === 1) {
    raise(
      "RuntimeError",
      `size mismatch, got input (${a[0]}), mat (${a[0]}x${a[1]}), vec (${b[0]})`,
    );
  }
  const rows = product(a.slice(0, -1));
  const [c, d] = b.length === 1 ? [b[0], 1] : b.slice(-2);
  if (a.length > 2 && b.length > 2) {
    raise(
      "RuntimeError",
      `Expected size for first two dimensions of batch2 tensor to be: ${listed([product(a.slice(0, -2)), a.at(-1)])} but got: ${listed([product(b.slice(0, -2)), b.at(-2)])}.`,
    );
  }
  raise(
    "RuntimeError",
    `mat1 and mat2 shapes cannot be multiplied (${rows}x${a.at(-1)} and ${c}x${d})`,
  );
}
