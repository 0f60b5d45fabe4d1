/* What Python sees of the engine, as the module `_engine`. */
export { defaultFloat, setDefaultFloat } from "./dtype.js";
export { isContiguous } from "./tensor.js";
export {
  base,
  contents,
  isView,
  item,
  offset,
  sharesStorage,
  sizes,
  strides,
  version,
} from "./reading.js";
export {
  arange,
  clone,
  contiguous,
  data,
  detach,
  empty,
  eye,
  full,
  fullLike,
  linspace,
  logspace,
  scalar,
  to,
} from "./making.js";
export { binary, unary } from "./elementwise.js";
export { addcdiv, addcmul, addScaled, addScaledInPlace, clamp, lerp, where } from "./ternary.js";
export {
  assign,
  become,
  binaryInPlace,
  detachInPlace,
  fill,
  snapshot,
  unaryInPlace,
  zero,
} from "./inplace.js";
export { expand, flip, reshape, squeeze, tril, triu, unsqueeze, view } from "./shapes.js";
export {
  alias,
  diagonal,
  movedim,
  narrow,
  oneOfMany,
  permute,
  select,
  slice,
  t,
  transpose,
  unfold,
} from "./views.js";
export {
  gather,
  indexAdd,
  indexAddInPlace,
  indexSelect,
  scatter,
  scatterAdd,
  scatterAddInPlace,
  scatterInPlace,
  takeAlongDim,
} from "./indexing.js";
export { index, maskedSelect, nonzero, putIndex } from "./subscripts.js";
export { reduce } from "./reductions.js";
export { deviation, norm, variance } from "./spreads.js";
export { extreme } from "./extremes.js";
export { cat, stack } from "./joining.js";
export { linear, matmul } from "./matmul.js";
export { gradMode, rename, setGradMode, setSavedHooks } from "./tape.js";
export {
  backward,
  backwardOf,
  custom,
  dependsOnly,
  getGrad,
  gradFn,
  gradOf,
  hook,
  hookAfter,
  hookNode,
  hookNodeBefore,
  isLeaf,
  nodeCall,
  removeHook,
  require,
  retainGrad,
  setGrad,
} from "./autograd.js";
export { activeLevels, addBatch, endLevel, enter, newLevel, removeBatch } from "./batching.js";
export { allclose, equal, isclose } from "./testing.js";
export { adamStep, sgdStep } from "./steps.js";
export { scan, scanExtreme } from "./scans.js";
export { cholesky, choleskyInverse, choleskySolve } from "./cholesky.js";
export { lu, qr } from "./factorisations.js";
export { det, inv, slogdet, solve, triangularSolve } from "./linalg.js";
export { eigh, eigvals, eigvalsh, lstsq, matrixExp, pinv, svd, svdvals } from "./spectral.js";
export * from "./ordering.js";
export * from "./histograms.js";
export * from "./random.js";
export * from "./sampling.js";
