/* The steps of the optimizers, each in one loop.

   PyTorch's Adam is a chain of in-place operations, each of which rounds to float32. The loops round in the
   same places, so that long fits end at the same numbers. */
import { fromData, isContiguous, values } from "./tensor.js";
import { write } from "./inplace.js";

const round = Math.fround;

/* p ← p − lr·m̂/(√v̂ + ε), where m and v are running means of the gradient and of its square. */
export function adamStep(p, g, m, v, step, lr, b1, b2, eps, weightDecay, decoupled, maximize) {
  const correction = 1 - b1 ** step;
  const size = lr / correction;
  const root = Math.sqrt(1 - b2 ** step);
  const rate = { b1, b2, eps, size, root, decay: weightDecay, shrink: decoupled ? 1 - lr * weightDecay : 1 };
  if (decoupled) rate.decay = 0;
  rate.sign = maximize ? -1 : 1;
  const arrays = [p, m, v].map((x) => values(x));
  (p.dtype === "float32" ? adam32 : adam64)(arrays[0], values(g), arrays[1], arrays[2], rate);
  [p, m, v].forEach((x, i) => {
    if (!isContiguous(x)) write(x, fromData(arrays[i], x.sizes, x.dtype));
    x.storage.version++;
  });
}

function adam64(p, g, m, v, { b1, b2, eps, size, root, decay, shrink, sign }) {
  const weight = 1 - b1;
  for (let i = 0; i < p.length; i++) {
    const before = shrink === 1 ? p[i] : p[i] * shrink;
    const slope = decay === 0 ? sign * g[i] : sign * g[i] + decay * before;
    m[i] = weight < 0.5 ? m[i] + weight * (slope - m[i]) : slope + (weight - 1) * (slope - m[i]);
    v[i] = v[i] * b2 + (1 - b2) * slope * slope;
    p[i] = before + (-size * m[i]) / (Math.sqrt(v[i]) / root + eps);
  }
}

function adam32(p, g, m, v, { b1, b2, eps, size, root, decay, shrink, sign }) {
  const weight = round(1 - b1);
  const [keep, add, bias, tiny, rate] = [round(b2), round(1 - b2), round(root), round(eps), round(-size)];
  for (let i = 0; i < p.length; i++) {
    const before = shrink === 1 ? p[i] : round(p[i] * round(shrink));
    const slope = decay === 0 ? sign * g[i] : round(sign * g[i] + round(decay) * before);
    const change = round(slope - m[i]);
    m[i] = weight < 0.5 ? m[i] + weight * change : slope + round(weight - 1) * change;
    v[i] = round(v[i] * keep) + round(round(add * slope) * slope);
    const below = round(round(round(Math.sqrt(v[i])) / bias) + tiny);
    p[i] = before + round(round(rate * m[i]) / below);
  }
}

// p ← p − lr·g
export function sgdStep(p, g, lr) {
  const [numbers, slope] = [values(p), values(g)];
  const rate = p.dtype === "float32" ? round(-lr) : -lr;
  for (let i = 0; i < numbers.length; i++) numbers[i] += rate * slope[i];
  if (!isContiguous(p)) write(p, fromData(numbers, p.sizes, p.dtype));
  p.storage.version++;
}
