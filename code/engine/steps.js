/* The steps of the optimizers, each in one loop.

   PyTorch's Adam is a chain of in-place operations, each of which rounds to float32. The loops
   round in the same places, so that long fits end at the same numbers. */
import { fromData, isContiguous, values } from "./tensor.js";
import { write } from "./inplace.js";

const round = Math.fround;

/* p ← p − lr·m̂/(√v̂ + ε), where m and v are running means of the gradient and of its square, and
   `step` is a tensor that counts. */
export function adamStep(p, g, m, v, step, lr, b1, b2, eps, weightDecay, decoupled, maximize) {
  const count = ++step.storage.data[step.offset];
  step.storage.version++;
  const rate = {
    b1,
    b2,
    eps,
    size: lr / (1 - b1 ** count),
    root: Math.sqrt(1 - b2 ** count),
    decay: decoupled ? 0 : weightDecay,
    shrink: decoupled ? 1 - lr * weightDecay : 1,
    sign: maximize ? -1 : 1,
  };
  changeTogether([p, m, v], ([numbers, mean, square]) =>
    (p.dtype === "float32" ? adam32 : adam64)(numbers, values(g), mean, square, rate),
  );
}

// change the numbers of tensors in place, which need not lie in order
function changeTogether(tensors, work) {
  const arrays = tensors.map(values);
  work(arrays);
  tensors.forEach((x, i) => {
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
  const [keep, add, bias, tiny, rate] = [
    round(b2),
    round(1 - b2),
    round(root),
    round(eps),
    round(-size),
  ];
  for (let i = 0; i < p.length; i++) {
    const before = shrink === 1 ? p[i] : round(p[i] * round(shrink));
    const slope = decay === 0 ? sign * g[i] : round(sign * g[i] + round(decay) * before);
    const change = round(slope - m[i]);
    m[i] = weight < 0.5 ? m[i] + weight * change : slope + round(weight - 1) * change;
    v[i] = round(v[i] * keep) + round(add * slope) * slope;
    const below = round(round(round(Math.sqrt(v[i])) / bias) + tiny);
    p[i] = before + round(round(rate * m[i]) / below);
  }
}

/* p ← p − lr·d, where d is the gradient g, or with momentum the running sum of gradients in
   `buffer`. */
export function sgdStep(p, g, lr, weightDecay, buffer, momentum, dampening, nesterov, maximize) {
  const round = p.dtype === "float32" ? Math.fround : (x) => x;
  const slopes = values(g);
  const [rate, keep, take, decay] = [-lr, momentum, 1 - dampening, weightDecay].map(round);
  changeTogether(buffer === undefined ? [p] : [p, buffer], ([numbers, sums]) => {
    for (let i = 0; i < numbers.length; i++) {
      let slope = maximize ? -slopes[i] : slopes[i];
      if (decay !== 0) slope = round(slope + round(decay * numbers[i]));
      if (sums !== undefined) {
        sums[i] = round(round(sums[i] * keep) + round(take * slope));
        slope = nesterov ? round(slope + round(keep * sums[i])) : sums[i];
      }
      numbers[i] += round(rate * slope);
    }
  });
}
