/* The walk backwards.

   The nodes that can be reached from the loss are visited from the last one that was made to the
   first. Each node gets the sum of the gradients that came along its edges, calls its hooks, and
   hands the gradients of its inputs on. Only the way to what was asked for is walked. */
import { sumLevels } from "./batching.js";
import { binary } from "./elementwise.js";
import { listed, raise } from "./error.js";
import { binaryInPlace } from "./inplace.js";
import { clone, detach, to } from "./making.js";
import { sumTo } from "./reductions.js";
import { accessor, Edge, gradMode, raiseFreed, withGrad } from "./tape.js";
import { logicalSizes, NO_LEVELS, same } from "./tensor.js";

/* Walk backwards from `roots` ({x, grad} each). With `wanted` (tensors) the result is the list of
   their gradients, undefined where none arrived; without, the gradients are added to the leaves'
   grad, or with `into` to the grad of those tensors alone. */
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
  const useful = (edge) => edge !== undefined && (needed === undefined || needed.has(edge.node));
  const goesOn = node.edges.some(useful);
  const capture = () => {
    for (const { index, place } of captures?.get(node) ?? []) results[place] = got[index];
  };
  // In the midst of the way PyTorch takes what was asked for ahead of the hooks, at its end after them.
  if (goesOn) capture();
  callHooks(node, got);
  if (!goesOn) capture();
  if (node.variable !== undefined && captures === undefined) accumulate(node, got[0]);
  if (!goesOn) return;
  for (const { work } of node.preHooks) replace(got, work(got));
  const inputs = apply(node, got, useful);
  for (const { work } of node.nodeHooks) replace(inputs, work(inputs, got));
  node.edges.forEach((edge, i) => {
    if (inputs[i] === undefined || !useful(edge)) return;
    give(grads, edge, fitted(inputs[i], edge, node.levels, node, i));
  });
  if (!retain) free(node);
}

function callHooks(node, got) {
  for (const { index, work } of node.hooks) {
    if (got[index] !== undefined) got[index] = work(got[index]) ?? got[index];
  }
  for (const x of node.retained) keepGrad(x, got);
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
  slots[edge.index] =
    slots[edge.index] === undefined ? grad : binary("add", slots[edge.index], grad);
}

/* The gradient in the form of the input. Levels that the operation's output has and its input does
   not were broadcast by the operation, so the gradient is summed over them. Levels that the output
   does not have came with the seed (many seeds at once), and stay. */
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
  else if (gradMode() || g.levels.length > old.levels.length) x.grad = binary("add", old, g);
  else binaryInPlace("add", old, g);
}

function fresh(g) {
  if (!gradMode()) return clone(detach(g));
  const copy = clone(g);
  if (copy.node !== undefined) copy.node.name = "CopyBackwards"; // as PyTorch calls it here
  return copy;
}

function keepGrad(x, got) {
  const g = got[x.outputIndex];
  if (g !== undefined) x.grad = x.grad === undefined ? g : binary("add", x.grad, g);
}
