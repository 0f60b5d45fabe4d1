/* Each operation of the engine on a batch, compared with a loop over the batch.

   node batched.mjs ENGINE.js
   prints a line for each difference, and at the end how many comparisons it made. Some inputs have the batch
   and others do not, in all combinations; the batch lies in front or at the end. Values, gradients through the batch,
   gradients of each example on its own, and second derivatives must agree to 1e-9. */
import { pathToFileURL } from "node:url";

const e = await import(pathToFileURL(process.argv[2]));
const BATCH = 3;
const source = e.generator(3);

// the inputs of an operation: how one of these sizes is drawn
const normal = (...sizes) => ({ sizes, draw: (...s) => e.randn(source, "float64", ...s) });
const uniform = (...sizes) => ({ sizes, draw: (...s) => e.rand(source, "float64", ...s) });
const places = (high, ...sizes) => ({
  sizes,
  draw: (...s) => e.randint(source, 0, high, "int64", ...s),
});
const mask = (...sizes) => ({
  sizes,
  draw: (...s) => e.binary("gt", e.randn(source, "float64", ...s), number(0)),
});

const number = (value) => e.scalar(value, "float");
const add = (x, y) => e.binary("add", x, y);
const mul = (x, y) => e.binary("mul", x, y);
const sum = (x) => e.reduce("sum", x, false, "");
const symmetric = (x) => add(x, e.t(x));
// a tensor that may be changed in place, with the batches of all that will be written into it
const writable = (x, ...others) =>
  others.reduce((y, other) => add(y, mul(sum(other), number(0))), mul(x, number(1)));
const changed = (x, change) => (change(x), mul(x, x));

const everywhere =
  "neg abs square relu floor exp expm1 sin cos tan tanh sigmoid softplus logsigmoid silu erf erfc sinc log_ndtr atan";
const positive = "log log1p sqrt rsqrt reciprocal logit erfinv ndtri asin lgamma digamma";
const pairs =
  "add sub mul div maximum minimum atan2 hypot pow remainder fmod xlogy logaddexp copysign";
const products = [
  [[3], [3]],
  [[2, 3], [3]],
  [[3], [3, 2]],
  [
    [2, 3],
    [3, 4],
  ],
  [
    [5, 2, 3],
    [3, 4],
  ],
  [
    [2, 3],
    [5, 3, 4],
  ],
  [
    [5, 2, 3],
    [5, 3, 2],
  ],
  [[5, 2, 3], [3]],
];

const operations = [
  ...everywhere.split(" ").map((name) => [name, [normal(2, 3)], (x) => e.unary(name, x)]),
  ...positive.split(" ").map((name) => [name, [uniform(4)], (x) => e.unary(name, x)]),
  ...pairs.split(" ").flatMap((name) => [
    [name, [uniform(2, 3), uniform(3)], (x, y) => e.binary(name, x, y)],
    [name, [uniform(), uniform(2, 2)], (x, y) => e.binary(name, x, y)],
    [name, [uniform(3)], (x) => e.binary(name, x, number(0.7))],
  ]),
  ["where", [mask(3), normal(2, 3), normal()], e.where],
  ["clamp", [normal(4), normal(), uniform(4)], (x, a, b) => e.clamp(x, a, add(a, b))],
  ["lerp", [normal(3), normal(3), uniform(3)], e.lerp],
  ["addcmul", [normal(3), normal(3), uniform(2, 3)], (a, b, c) => e.addcmul(a, b, c, 0.5)],
  ["addcdiv", [normal(3), normal(3), uniform(2, 3)], (a, b, c) => e.addcdiv(a, b, c, 0.5)],
  ["permute", [normal(2, 3, 4)], (x) => e.permute(x, 2, 0, 1)],
  ["expand", [normal(3)], (x) => e.expand(x, 2, 3)],
  ["select", [normal(2, 3)], (x) => e.select(x, 1, -1)],
  ["slice", [normal(5, 2)], (x) => e.slice(x, 0, 1, undefined, 2)],
  ["diagonal", [normal(3, 4)], (x) => e.diagonal(x, 1, 0, 1)],
  ["unfold", [normal(6)], (x) => e.unfold(x, 0, 3, 1)],
  ["flip", [normal(2, 3)], (x) => e.flip(x, 0, 1)],
  ["reshape", [normal(2, 3)], (x) => e.reshape(e.t(x), -1)],
  ["tril", [normal(3, 3)], (x) => e.tril(x, 0)],
  ...["sum", "mean", "amax", "logsumexp"].flatMap((name) => [
    [name, [normal(2, 3)], (x) => e.reduce(name, x, false, "", 0, 1)],
    [name, [normal(2, 3)], (x) => e.reduce(name, x, true, "", -1)],
  ]),
  ...["prod", "max", "min", "median"].map((name) => [
    name,
    [normal(2, 3)],
    (x) => e.reduce(name, x, false, ""),
  ]),
  ["var", [normal(2, 3)], (x) => e.variance(x, 1, false, 0)],
  ["std", [normal(2, 3)], (x) => e.deviation(x, 1, true, 1)],
  ...[1, 2, 3, Infinity].map((p) => ["norm", [normal(2, 3)], (x) => e.norm(x, p, false, 1)]),
  ["max", [normal(3, 4)], (x) => e.extreme("max", x, 1, false)[0]],
  ["argmin", [normal(3, 4)], (x) => e.extreme("min", x, 0, true)[1]],
  ["cat", [normal(2, 3), normal(1, 3)], (x, y) => e.cat(0, x, y)],
  ["stack", [normal(3), normal(3)], (x, y) => e.stack(1, x, y)],
  ...products.map(([a, b]) => ["matmul", [normal(...a), normal(...b)], e.matmul]),
  ["linear", [normal(2, 3), normal(4, 3), normal(4)], e.linear],
  ["linear", [normal(5, 2, 3), normal(4, 3), normal(4)], e.linear],
  ["x[1, ::2]", [normal(4, 3)], (x) => e.index(x, "i1,s::2")],
  ["x[i]", [normal(4, 3), places(4, 2)], (x, i) => e.index(x, "a", i)],
  ["x[i], one place", [normal(4, 3), places(4)], (x, i) => e.index(x, "a", i)],
  ["x[:, i]", [normal(4, 3), places(3, 2)], (x, i) => e.index(x, "s::,a", i)],
  ["x[i, j]", [normal(4, 3), places(4, 2, 1), places(3, 3)], (x, i, j) => e.index(x, "a,a", i, j)],
  [
    "x[i, :, j]",
    [normal(4, 2, 3), places(4, 2), places(3, 2)],
    (x, i, j) => e.index(x, "a,s::,a", i, j),
  ],
  ["gather", [normal(4, 3), places(4, 2, 3)], (x, i) => e.gather(x, 0, i)],
  ["index_select", [normal(4, 3), places(3, 5)], (x, i) => e.indexSelect(x, 1, i)],
  [
    "scatter_add",
    [normal(4, 3), places(4, 2, 3), normal(2, 3)],
    (x, i, y) => e.scatterAdd(x, 0, i, y),
  ],
  ["index_add", [normal(4, 3), places(4, 2), normal(2, 3)], (x, i, y) => e.indexAdd(x, 0, i, y)],
  [
    "x[1] = y",
    [normal(4, 3), normal(3)],
    (x, y) => changed(writable(x, y), (z) => e.putIndex(z, y, "i1")),
  ],
  [
    "x[i] = y",
    [normal(4, 3), normal(3), places(4, 1)],
    (x, y, i) => changed(writable(x, y, i), (z) => e.putIndex(z, y, "a", i)),
  ],
  [
    "in place through views",
    [normal(4, 3), normal(3)],
    (x, y) =>
      changed(writable(x, y), (z) => {
        e.binaryInPlace("mul", e.select(z, 0, 1), y);
        e.unaryInPlace("exp", e.slice(z, 0, 2, 4, 1));
      }),
  ],
  ...["cumsum", "cumprod", "logcumsumexp"].map((name) => [
    name,
    [normal(3, 4)],
    (x) => e.scan(name, x, 1),
  ]),
  ["sort", [normal(5)], (x) => e.sort(x, 0, true, true)[0]],
  [
    "searchsorted",
    [normal(5), normal(3)],
    (x, y) => e.searchsorted(e.sort(x, 0, false, true)[0], y, false),
  ],
  ["inv", [normal(3, 3)], e.inv],
  ["det", [normal(3, 3)], e.det],
  ["solve", [normal(3, 3), normal(3, 2)], e.solve],
  ["eigvalsh", [normal(3, 3)], (x) => e.eigvalsh(symmetric(x))],
];

// ---- the comparison

const isFloat = (x) => x.dtype === "float64";
const each = (work) => Array.from({ length: BATCH }, (_, b) => work(b));

function difference(x, y) {
  if (x === undefined || y === undefined)
    return zero(x ?? y) ? undefined : "one of them is missing";
  if (e.sizes(x) !== e.sizes(y)) return `sizes ${e.sizes(x)} and ${e.sizes(y)}`;
  const [a, b] = [e.contents(x), e.contents(y)];
  const near = (p, q) =>
    p === q || Math.abs(p - q) <= 1e-9 * (1 + Math.abs(q)) || (p !== p && q !== q);
  const at = a.findIndex((value, i) => !near(value, b[i]));
  return at < 0 ? undefined : `${a[at]} and ${b[at]} at place ${at}`;
}
const zero = (x) => x === undefined || e.contents(x).every((value) => value === 0);

const gradients = (y, seed, xs) => e.gradOf(1, true, true, true, y, seed, ...xs);

// f on all examples at once; with `alone` also the gradients that each example has on its own
function atOnce(f, inputs, batched, dim, alone = false) {
  const level = e.newLevel();
  const hidden = inputs.map((x, i) =>
    batched[i] ? e.addBatch(e.movedim(x, 0, dim), dim, level) : x,
  );
  const prepared = hidden.map((x) => (alone && isFloat(x) ? e.enter(x) : x));
  const result = f(...prepared);
  const open = (x) => x && e.removeBatch(x, 0, level, BATCH);
  const grads = alone ? gradients(sum(result), undefined, prepared.filter(isFloat)) : [];
  e.endLevel();
  return { result: open(result), grads: grads.map(open) };
}

function* differences([, makers, f], batched) {
  const inputs = makers.map(({ sizes, draw }, i) => {
    const x = draw(...(batched[i] ? [BATCH, ...sizes] : sizes));
    return isFloat(x) ? e.require(x, true) : x;
  });
  const one = (b) => inputs.map((x, i) => (batched[i] ? e.select(x, 0, b) : x));
  const looped = e.stack(0, ...each((b) => f(...one(b))));
  const { result } = atOnce(f, inputs, batched, 0);
  yield ["value", difference(result, looped)];
  yield ["value, batch at the end", difference(atOnce(f, inputs, batched, -1).result, looped)];
  if (!looped.requiresGrad) return;

  const seed = e.randn(source, "float64", ...e.sizes(looped).split(",").map(Number));
  const leaves = inputs.filter(isFloat);
  const [first, other] = [result, looped].map((y) => gradients(y, seed, leaves));
  for (const [i, g] of first.entries()) yield [`gradient ${i}`, difference(g, other[i])];
  const squares = (grads) => grads.filter((g) => g?.requiresGrad).map((g) => sum(mul(g, g)));
  const [second, another] = [first, other].map((grads) => {
    const totals = squares(grads);
    return totals.length === 0 ? [] : gradients(totals.reduce(add), undefined, leaves);
  });
  for (const [i, g] of second.entries())
    yield [`second derivative ${i}`, difference(g, another[i])];

  const { grads } = atOnce(f, inputs.map(e.detach), batched, 0, true);
  const alone = each((b) => {
    const xs = one(b).map((x) => (isFloat(x) ? e.require(e.clone(e.detach(x)), true) : x));
    return gradients(sum(f(...xs)), undefined, xs.filter(isFloat));
  });
  for (const [i, g] of grads.entries()) {
    const wanted =
      alone[0][i] === undefined ? undefined : e.stack(0, ...alone.map((grads) => grads[i]));
    yield [`gradient ${i} of each example`, difference(g, wanted)];
  }
}

let count = 0;
for (const operation of operations) {
  const [name, makers] = operation;
  for (let some = 1; some < 1 << makers.length; some++) {
    const batched = makers.map((_, i) => ((some >> i) & 1) === 1);
    for (const [what, found] of differences(operation, batched)) {
      count += 1;
      if (found !== undefined) console.log(`${name}, batched ${batched}: ${what}: ${found}`);
    }
  }
}
console.log(count);
