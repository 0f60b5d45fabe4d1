/* Reverse mode: what was computed is written down, and walked backwards.

   Each operation on a tensor whose gradient is wanted makes a node: the operation's name, an edge to
   the node of every input, and a rule, which gets the gradient of the loss by the output and gives the
   gradients by the inputs. The nodes are numbered as they are made, so a walk from the highest
   number to the lowest meets every node after all that used its output. Where several paths meet, gradients
   add up. A leaf has a node, too, which adds to its `grad`.

   Rules are written in the engine's own operations. With create_graph these operations are
   recorded, so a gradient can be differentiated again.

       record(output, name, inputs, rule, saved)

   `rule(g, ...accessors)` returns one entry for each input: a gradient, or a function that gives it (called only
   if that gradient is needed), or undefined. What the rule needs from the forward pass is in
   `saved`, and the rule reads it by an accessor: `record(out, "MulBackward0", [x, y], (g, x, y) =>
   [() => mul(g, y()), () => mul(g, x())], [x, y])`. Reading raises an error if the tensor was changed in
   place since. After a backward pass what was saved is freed, unless the graph is retained. With an array of outputs the
   rule gets an array of gradients, undefined where none came. A gradient is summed over the axes along which its input was
   broadcast, and takes the input's type, so rules need not care. */
import { isFloat, TITLES } from "./dtype.js";
import { listed, raise } from "./error.js";
import { logicalSizes, NO_LEVELS, same } from "./tensor.js";
import { binary } from "./elementwise.js";
import { clone, detach, to } from "./making.js";
import { sumLevels } from "./batching.js";
import { binaryInPlace } from "./inplace.js";
import { sumTo } from "./reductions.js";

const mode = { on: true, count: 0, savedHooks: undefined };

export const gradMode = () => mode.on;
export function setGradMode(on) {
  const old = mode.on;
  mode.on = on;
  return old;
}
export function withGrad(on, work) {
  const old = setGradMode(on);
  try {
    return work();
  } finally {
    mode.on = old;
  }
}
export function needsRecord(inputs) {
  if (!mode.on) return false;
  for (let i = 0; i < inputs.length; i++) if (inputs[i].requiresGrad) return true;
  return false;
}

// an edge: the node, which of its outputs, and the form that its gradient must have
class Edge {
  constructor(x) {
    this.node = nodeOf(x) ?? accumulator(x);
    this.index = x.node === undefined ? 0 : x.outputIndex;
    this.sizes = logicalSizes(x);
    this.dtype = x.dtype;
    this.levels = x.levels;
  }
}

const NOTHING = Object.freeze([]);

export class Node {
  constructor(name, inputs, rule, saved, levels) {
    this.edges = inputs.map((x) => (x.requiresGrad ? new Edge(x) : undefined));
    this.id = ++mode.count; // after the edges, which may make nodes of views
    this.name = name;
    this.rule = rule;
    this.saved = saved.map(pack);
    this.levels = levels;
    this.many = false; // whether the rule gets an array of gradients
    this.outputs = 1;
    this.hooks = NOTHING; // of tensors: {index, work}
    this.preHooks = NOTHING; // work(gradsOfOutputs)
    this.nodeHooks = NOTHING; // work(gradsOfInputs, gradsOfOutputs)
    this.afterHooks = NOTHING; // work(leaf)
    this.retained = NOTHING; // tensors whose grad is kept
  }
  get nextFunctions() {
    return this.edges.map((edge) => edge?.node);
  }
  get nextIndices() {
    return this.edges.map((edge) => edge?.index ?? 0);
  }
}

export function record(output, name, inputs, rule, saved = NOTHING) {
  if (!needsRecord(inputs)) return output;
  const outputs = Array.isArray(output) ? output : [output];
  const node = new Node(name, inputs, rule, saved, outputs[0].levels);
  node.many = Array.isArray(output);
  node.outputs = outputs.length;
  outputs.forEach((x, i) => isFloat(x.dtype) && setNode(x, node, i));
  for (const entry of node.saved) if (outputs.includes(entry.x)) entry.maker = node; // an output
  return output;
}

export function setNode(x, node, index) {
  x.node = node;
  x.outputIndex = index;
  x.nodeVersion = x.storage.version;
}

// The node that made a tensor; of a view whose base was changed in place since, the node is made anew.
export function nodeOf(x) {
  const old = x.base !== undefined && x.nodeVersion !== x.storage.version;
  if (old && x.base.requiresGrad) {
    const fresh = withGrad(true, () => x.replay(x.base));
    if (fresh.node !== undefined && fresh !== x.base) {
      setNode(x, fresh.node, fresh.outputIndex);
      x.node.name = "AsStridedBackward0";
    }
  }
  return x.node;
}

// the node of a leaf, which adds to its grad
export function accumulator(x) {
  if (x.accumulator === undefined) {
    const node = new Node("AccumulateGrad", [], undefined, [], NO_LEVELS);
    node.id = 0; // after all others
    node.variable = x;
    x.accumulator = node;
  }
  return x.accumulator;
}

// ---- what is saved for the rules

// torch.autograd.graph.saved_tensors_hooks: pack(x) when a tensor is saved, unpack(packed) when it is read
export function setSavedHooks(pack, unpack) {
  mode.savedHooks = pack === undefined ? undefined : { pack, unpack };
}

function pack(x) {
  if (mode.savedHooks === undefined || x === undefined || x.wrapped) {
    return { x, version: x?.storage.version, maker: undefined };
  }
  const { pack: packs, unpack } = mode.savedHooks;
  return { packed: packs(x), unpack };
}

function accessor(node, i) {
  return () => {
    if (node.saved === undefined) raiseFreed();
    const { x, version, packed, unpack, maker } = node.saved[i];
    if (unpack !== undefined) return unpack(packed);
    if (x !== undefined && x.storage.version !== version) raiseChanged(x, version, maker ?? x.node);
    return x;
  };
}

function raiseFreed() {
  raise(
    "RuntimeError",
    "Trying to backward through the graph a second time (or directly access saved tensors after they " +
      "have already been freed). Saved intermediate values of the graph are freed when you call " +
      ".backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the " +
      "graph a second time or if you need to access saved tensors after calling backward.",
  );
}

function raiseChanged(x, version, maker) {
  const output =
    maker === undefined ? "" : `, which is output ${x.outputIndex} of ${short(maker.name)},`;
  raise(
    "RuntimeError",
    "one of the variables needed for gradient computation has been modified by an inplace operation: " +
      `[torch.${TITLES[x.dtype]}Tensor ${listed(logicalSizes(x))}]${output} is at version ` +
      `${x.storage.version}; expected version ${version} instead. Hint: enable anomaly detection to find the ` +
      "operation that failed to compute its gradient, with torch.autograd.set_detect_anomaly(True, check_nan=False).",
  );
}

// "ExpBackward0" is Exp, and "MinBackward1" is Min1
const short = (name) => name.replace(/Backward(\d*)$/, (_, n) => (n === "0" ? "" : n));

// ---- the walk

/* Walk backwards from `roots` ({x, grad} each). With `wanted` (tensors) the result is the list of their
   gradients, undefined where none arrived; without, the gradients are added to the leaves' grad, or with `into`
   to the grad of those tensors alone. */
export function walk(roots, { retain, create, wanted, into }) {
  const grads = new Map();
  for (const { x, grad } of roots) give(grads, new Edge(x), fitted(grad, new Edge(x), NO_LEVELS));
  const order = reachable([...grads.keys()]);
  const targets = wanted ?? into;
  const captures = targets && captured(targets);
  const needed = targets && leading(order, captures);
  const results = targets && targets.map(() => undefined);
  withGrad(create, () => {
    for (const node of order) {
      const got = grads.get(node);
      if (got === undefined || (needed && !needed.has(node))) continue;
      grads.delete(node);
      visit(node, got, { grads, captures, needed, results, retain });
    }
    into?.forEach((x, i) => addToGrad(x, results[i]));
  });
  return results;
}

// all nodes that can be reached, those made last first
function reachable(roots) {
  const seen = new Set(roots);
  const stack = roots.slice();
  while (stack.length > 0) {
    for (const edge of stack.pop().edges) {
      if (edge === undefined || seen.has(edge.node)) continue;
      seen.add(edge.node);
      stack.push(edge.node);
    }
  }
  return [...seen].sort((a, b) => (a.id === b.id ? 0 : b.id > a.id ? 1 : -1));
}

function captured(wanted) {
  const captures = new Map();
  wanted.forEach((x, place) => {
    const { node, index } = new Edge(x);
    if (!captures.has(node)) captures.set(node, []);
    captures.get(node).push({ index, place });
  });
  return captures;
}

// the nodes from which a wanted one can be reached
function leading(order, captures) {
  const needed = new Set(captures.keys());
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i];
    if (node.edges.some((edge) => edge !== undefined && needed.has(edge.node))) needed.add(node);
  }
  return needed;
}

function visit(node, got, { grads, captures, needed, results, retain }) {
  for (const { index, work } of node.hooks) {
    if (got[index] !== undefined) got[index] = work(got[index]) ?? got[index];
  }
  for (const x of node.retained) keepGrad(x, got);
  for (const { index, place } of captures?.get(node) ?? []) results[place] = got[index];
  if (node.variable !== undefined) {
    if (captures === undefined) accumulate(node, got[0]);
    return;
  }
  const useful = (edge) => edge !== undefined && (needed === undefined || needed.has(edge.node));
  if (!node.edges.some(useful)) return;
  for (const { work } of node.preHooks) replace(got, work(got));
  const inputs = apply(node, got, useful);
  for (const { work } of node.nodeHooks) replace(inputs, work(inputs, got));
  node.edges.forEach((edge, i) => {
    if (inputs[i] === undefined || !useful(edge)) return;
    give(grads, edge, fitted(inputs[i], edge, node.levels, node, i));
  });
  if (!retain) free(node);
}

// what a hook returns takes the place of what it got
function replace(grads, changed) {
  if (changed === undefined || changed === null) return;
  [...changed].forEach((g, i) => (grads[i] = g ?? undefined));
}

// the gradients by the inputs, of all edges or of the useful ones
export const applyRule = (node, got) => apply(node, got, (edge) => edge !== undefined);

function apply(node, got, useful) {
  if (node.rule === undefined) raiseFreed();
  const accessors = node.saved.map((_, i) => accessor(node, i));
  const answers = node.rule(node.many ? got : got[0], ...accessors);
  return node.edges.map((edge, i) => {
    if (!useful(edge)) return undefined;
    return typeof answers[i] === "function" ? answers[i]() : answers[i];
  });
}

function free(node) {
  if (node.inner !== undefined) free(node.inner); // of CopySlices
  if (node.saved.length === 0) return;
  node.saved = undefined;
  node.rule = undefined;
}

// add a gradient to what already came along other edges
function give(grads, edge, grad) {
  if (!grads.has(edge.node)) grads.set(edge.node, []);
  const slots = grads.get(edge.node);
  slots[edge.index] = slots[edge.index] === undefined ? grad : binary("add", slots[edge.index], grad);
}

/* The gradient in the form of the input. Levels that the operation's output has and its input does not were
   broadcast by the operation, so the gradient is summed over them. Levels that the output does not have came with
   the seed (many seeds at once), and stay. */
function fitted(g, edge, levels, node, i) {
  const broadcast = levels.filter((level) => !edge.levels.includes(level));
  let grad = broadcast.length === 0 ? g : sumLevels(g, broadcast);
  if (grad.dtype !== edge.dtype) grad = to(grad, edge.dtype);
  const sizes = logicalSizes(grad);
  if (same(sizes, edge.sizes)) return grad;
  if (!expands(edge.sizes, sizes)) {
    raise(
      "RuntimeError",
      `Function ${node.name} returned an invalid gradient at index ${i} - got ${listed(sizes)} but expected shape compatible with ${listed(edge.sizes)}`,
    );
  }
  return sumTo(grad, edge.sizes);
}

// whether something of these sizes broadcasts to those
function expands(sizes, to) {
  const missing = to.length - sizes.length;
  return missing >= 0 && sizes.every((n, d) => n === 1 || n === to[d + missing]);
}

function accumulate(node, g) {
  if (g === undefined) return;
  addToGrad(node.variable, g);
  for (const { work } of node.afterHooks) work(node.variable);
}

// Without create_graph PyTorch adds in place, so that whoever holds the grad sees the sum.
function addToGrad(x, g) {
  if (g === undefined) return;
  const old = x.grad;
  if (old === undefined) x.grad = fresh(g);
  else if (mode.on || g.levels.length > old.levels.length) x.grad = binary("add", old, g);
  else binaryInPlace("add", old, g);
}

const fresh = (g) => (mode.on ? clone(g) : clone(detach(g)));

function keepGrad(x, got) {
  const g = got[x.outputIndex];
  if (g !== undefined) x.grad = x.grad === undefined ? g : binary("add", x.grad, g);
}
