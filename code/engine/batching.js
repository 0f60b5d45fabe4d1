/* torch.vmap: many computations at once.

   Inside vmap a function sees one example, but computes all of them: the axis that is mapped over
   becomes a level, an axis that Python does not see. addBatch hides an axis, removeBatch shows it
   again. Every operation counts its axes after the levels' axes, and `lift` (tensor.js) gives
   operands the same levels, so a loop over examples is never written. Levels are numbered as the
   vmaps begin, and no number is used twice.

   Derivatives need nothing more, because the rules are written in the same operations. If an
   operation broadcast an input over a level, the input's gradient is summed over that level (fitted
   in tape.js). A gradient that is taken inside a vmap must not be summed over that vmap: `enter`
   gives its input the levels of all vmaps around it first. */
import { axis } from "./error.js";
import { detach } from "./making.js";
import { withGrad } from "./tape.js";
import { NO_LEVELS } from "./tensor.js";
import { expand, unsqueeze } from "./shapes.js";
import { alias, viewOf } from "./views.js";
import { sum } from "./reductions.js";

const active = [];
let last = 0;

export function newLevel() {
  active.push({ level: ++last, size: undefined });
  return last;
}
export const endLevel = () => void active.pop();
export const activeLevels = () => active.map(({ level }) => level);

// the logical axis `dim` of x as a level
export function addBatch(x, dim, level) {
  const k = x.levels.length;
  const d = axis(dim, x.ndim);
  const size = x.sizes[d + k];
  const entry = active.find((a) => a.level === level);
  if (entry !== undefined) entry.size = size;
  const levels = [...x.levels, level].sort((a, b) => a - b);
  const place = levels.indexOf(level);
  const moved = (array) => array.toSpliced(d + k, 1).toSpliced(place, 0, array[d + k]);
  const again = (y) => addBatch(y, d, level);
  return viewOf(
    x,
    x.offset,
    moved(x.sizes),
    moved(x.strides),
    again,
    "PermuteBackward0",
    (g) => [removeBatch(g, d, level, size)],
    levels,
  );
}

// the level as a logical axis at `dim`; a tensor without the level is repeated `size` times
export function removeBatch(x, dim, level, size) {
  const d = axis(dim, x.ndim + 1);
  const place = x.levels.indexOf(level);
  if (place < 0) {
    const sizes = [...x.sizes.slice(x.levels.length)];
    return expand(unsqueeze(x, d), ...sizes.toSpliced(d, 0, size));
  }
  const levels = x.levels.toSpliced(place, 1);
  const moved = (array) => array.toSpliced(place, 1).toSpliced(d + levels.length, 0, array[place]);
  const again = (y) => removeBatch(y, d, level, size);
  return viewOf(
    x,
    x.offset,
    moved(x.sizes),
    moved(x.strides),
    again,
    "PermuteBackward0",
    (g) => [addBatch(g, d, level)],
    levels.length === 0 ? NO_LEVELS : levels,
  );
}

export function sumLevels(g, levels) {
  return levels
    .filter((level) => g.levels.includes(level))
    .reduce((grad, level) => sum(removeBatch(grad, 0, level), [0]), g);
}

/* The input of a function that is to be differentiated here: an alias whose gradient is wanted,
   with the levels of all vmaps around. */
export function enter(x) {
  let y = withGrad(true, () => alias(x));
  for (const { level, size } of active) {
    if (size === undefined || y.levels.includes(level)) continue;
    y = withGrad(true, () =>
      addBatch(expand(unsqueeze(y, 0), size, ...y.sizes.slice(y.levels.length)), 0, level),
    );
  }
  if (y.node !== undefined) return y;
  y = detach(y);
  y.wanted = true;
  return y;
}
