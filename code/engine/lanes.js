/* The lanes of a tensor along one axis: rows of numbers, one for each choice of the other indices.

   In a contiguous array the numbers of a lane lie `step` apart, and lanes(x, dim) gives the place
   where each lane starts. The axis is counted among the logical ones. */
import { axis } from "./error.js";

export function lanes(x, dim) {
  const d = axis(dim, x.ndim) + x.levels.length;
  let step = 1;
  for (let i = d + 1; i < x.sizes.length; i++) step *= x.sizes[i];
  const n = x.ndim === 0 ? 1 : x.sizes[d];
  let outer = 1;
  for (let i = 0; i < d && i < x.sizes.length; i++) outer *= x.sizes[i];
  return { n, step, outer, d };
}

/* Call work(start) for each lane. */
export function eachLane({ n, step, outer }, work) {
  for (let i = 0; i < outer; i++) for (let j = 0; j < step; j++) work(i * n * step + j);
}
