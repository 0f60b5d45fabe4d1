/* Answer questions about the engine's functions: one JSON object a line, one answer a line.

   A question is {name, args, wanted, batch}. A tensor is {values, sizes, dtype}; NaN and infinities are
   strings. `wanted` are the places of arguments whose gradients are asked for: those of the sum of all outputs
   times `weights`, and those of the sum of the sines of these. `batch` gives the axis of each argument that
   becomes a level, as in torch.vmap. Generators live from question to question, by their seed. */
import { createInterface } from "node:readline";
import * as engine from "../../code/engine/engine.js";
import { allocate } from "../../code/engine/dtype.js";
import * as special from "../../code/engine/special.js";
import { fromData, logicalSizes, values } from "../../code/engine/tensor.js";

const generators = new Map();
function generator(seed) {
  if (!generators.has(seed)) generators.set(seed, engine.generator(BigInt(seed)));
  return generators.get(seed);
}

function tensor({ values: numbers, sizes, dtype, transposed }) {
  const data = allocate(dtype, numbers.length);
  data.set(numbers.map(Number));
  const x = fromData(data, sizes, dtype);
  return transposed ? engine.transpose(engine.contiguous(engine.transpose(x, 0, -1)), 0, -1) : x;
}
function argument(value) {
  if (value === null) return undefined;
  if (value?.seed !== undefined) return generator(value.seed);
  return value?.sizes === undefined ? value : tensor(value);
}
const plain = (v) => (Number.isFinite(v) && !Object.is(v, -0) ? v : Object.is(v, -0) ? "-0" : String(v));
const shown = (x) =>
  x === undefined
    ? null
    : { values: Array.from(values(x), plain), sizes: logicalSizes(x), dtype: x.dtype, node: x.node?.name };

const summed = (outputs, weights) =>
  outputs
    .map((x, i) => (x?.requiresGrad ? engine.binary("mul", x, tensor(weights[i])) : undefined))
    .filter((x) => x !== undefined)
    .map((x) => engine.reduce("sum", x, false, ""))
    .reduce((a, b) => engine.binary("add", a, b));

function answer({ name, args, wanted = [], weights, weights2, batch, size }) {
  if (special[name] !== undefined) return { numbers: args.map((a) => plain(special[name](...a))) };
  const inputs = args.map(argument);
  for (const i of wanted) engine.require(inputs[i], true);
  const level = batch && engine.newLevel();
  const given = inputs.map((x, i) => (typeof batch?.[i] === "number" ? engine.addBatch(x, batch[i], level) : x));
  let outputs = [engine[name](...given)].flat();
  if (batch) outputs = outputs.map((x) => engine.removeBatch(x, 0, level, size));
  if (batch) engine.endLevel();
  const result = { outputs: outputs.map(shown) };
  if (wanted.length === 0) return result;
  const leaves = wanted.map((i) => inputs[i]);
  const grads = engine.gradOf(1, true, true, true, summed(outputs, weights), undefined, ...leaves);
  result.grads = Array.from(grads, shown);
  const sines = grads.map((g) => g && engine.unary("sin", g));
  if (weights2 && sines.some((g) => g?.requiresGrad)) {
    const second = engine.gradOf(1, false, false, true, summed(sines, weights2), undefined, ...leaves);
    result.second = Array.from(second, shown);
  }
  return result;
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply;
  try {
    reply = answer(JSON.parse(line));
  } catch (e) {
    if (e.kind === undefined) throw e;
    reply = { error: [e.kind, e.message] };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
