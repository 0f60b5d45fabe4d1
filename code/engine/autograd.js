/* What Python asks of the tape: backward, gradients, hooks, functions of its own. */
import { isFloat } from "./dtype.js";
import { listed, raise } from "./error.js";
import { onesLike } from "./making.js";
import { accumulator, nodeOf, record } from "./tape.js";
import { applyRule, walk } from "./walk.js";
import { logicalSizes, same } from "./tensor.js";

// ---- the flags of a tensor

export function require(x, on) {
  if (!on && nodeOf(x) !== undefined) {
    raise(
      "RuntimeError",
      "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach().",
    );
  }
  if (on && !isFloat(x.dtype)) {
    raise("RuntimeError", "only Tensors of floating point dtype can require gradients");
  }
  if (nodeOf(x) === undefined) x.wanted = Boolean(on);
  return x;
}

export const isLeaf = (x) => !x.requiresGrad || nodeOf(x) === undefined;
export const gradFn = (x) => nodeOf(x);
export const getGrad = (x) => x.grad;
export const setGrad = (x, grad) => void (x.grad = grad);

export function retainGrad(x) {
  if (!x.requiresGrad)
    raise("RuntimeError", "can't retain_grad on Tensor that has requires_grad=False");
  const node = nodeOf(x);
  if (node === undefined || x.retains) return;
  x.retains = true;
  node.retained = [...node.retained, x];
}

// ---- hooks

let lastHook = 0;

// work(grad) when the gradient by x is complete; what it returns takes the gradient's place
export function hook(x, work) {
  if (!x.requiresGrad) {
    raise("RuntimeError", "cannot register a hook on a tensor that doesn't require gradient");
  }
  const node = nodeOf(x);
  const id = ++lastHook;
  const place = node ?? accumulator(x);
  place.hooks = [...place.hooks, { id, index: node === undefined ? 0 : x.outputIndex, work }];
  return id;
}

// work(x) after its grad was added to, of a leaf
export function hookAfter(x, work) {
  const node = accumulator(x);
  const id = ++lastHook;
  node.afterHooks = [...node.afterHooks, { id, work }];
  return id;
}

// work(gradsOfInputs, gradsOfOutputs) after a node's rule; before(gradsOfOutputs) ahead of it
export function hookNode(node, work) {
  const id = ++lastHook;
  node.nodeHooks = [...node.nodeHooks, { id, work }];
  return id;
}
export function hookNodeBefore(node, work) {
  const id = ++lastHook;
  node.preHooks = [...node.preHooks, { id, work }];
  return id;
}

export function removeHook(x, id) {
  const others = (hooks) => hooks.filter((entry) => entry.id !== id);
  for (const node of [x.edges === undefined ? undefined : x, x.node, x.accumulator]) {
    if (node === undefined) continue;
    for (const kind of ["hooks", "nodeHooks", "preHooks", "afterHooks"])
      node[kind] = others(node[kind]);
  }
}

// ---- the walk

export function backward(x, seed, retain, create, ...inputs) {
  const roots = [rootOf(x, seed, 0)];
  const options = { retain: Boolean(retain ?? create), create: Boolean(create) };
  walk(roots, { ...options, into: inputs.length === 0 ? undefined : inputs });
}

// the same for several outputs: `count` outputs, then their seeds
export function backwardOf(count, retain, create, ...tensors) {
  const roots = tensors.slice(0, count).map((x, i) => rootOf(x, tensors[count + i], i));
  walk(roots, { retain: Boolean(retain ?? create), create: Boolean(create) });
}

function rootOf(x, seed, i) {
  if (!x.requiresGrad) {
    raise(
      "RuntimeError",
      `element ${i} of tensors does not require grad and does not have a grad_fn`,
    );
  }
  if (seed === undefined) {
    if (x.numel !== 1)
      raise("RuntimeError", "grad can be implicitly created only for scalar outputs");
    return { x, grad: onesLike(x) };
  }
  const [a, b] = [logicalSizes(seed), logicalSizes(x)];
  if (!same(a, b)) {
    raise(
      "RuntimeError",
      `Mismatch in shape: grad_output[${i}] has a shape of torch.Size(${listed(a)}) and output[${i}] has a shape of torch.Size(${listed(b)}).`,
    );
  }
  return { x, grad: seed };
}

/* The gradients of `count` outputs by the inputs that follow them and their seeds (undefined: 1).
 */
export function gradOf(count, retain, create, allowUnused, ...tensors) {
  const outputs = tensors.slice(0, count);
  const seeds = tensors.slice(count, 2 * count);
  const wanted = tensors.slice(2 * count);
  const roots = outputs.map((x, i) => rootOf(x, seeds[i], i));
  if (wanted.some((x) => !x.requiresGrad)) {
    raise("RuntimeError", "One of the differentiated Tensors does not require grad");
  }
  const grads = walk(roots, { retain: Boolean(retain ?? create), create: Boolean(create), wanted });
  if (!allowUnused && grads.includes(undefined)) {
    raise(
      "RuntimeError",
      `The differentiated Tensor at index ${grads.indexOf(undefined)} appears to not have been used in the graph. Set allow_unused=True if this is the desired behavior.`,
    );
  }
  return grads;
}

// The rule of one node, called by hand: the gradients by its inputs.
export function nodeCall(node, ...grads) {
  if (node.variable !== undefined)
    return raise("NotImplementedError", "calling AccumulateGrad is not in the page's engine");
  return applyRule(node, grads);
}

// whether every leaf from which x was computed is one of these
export function dependsOnly(x, ...leaves) {
  const allowed = new Set(leaves);
  const start = nodeOf(x);
  if (start === undefined) return !x.requiresGrad || allowed.has(x);
  const seen = new Set([start]);
  const stack = [start];
  while (stack.length > 0) {
    const node = stack.pop();
    if (node.variable !== undefined && !allowed.has(node.variable)) return false;
    for (const edge of node.edges) {
      if (edge === undefined || seen.has(edge.node)) continue;
      seen.add(edge.node);
      stack.push(edge.node);
    }
  }
  return true;
}

/* torch.autograd.Function: outputs that were computed off the tape, and a backward of one's own. It
   is called with a function that gives the i-th saved tensor, and the gradients of the outputs
   (undefined where none came). */
export function custom(name, work, outputCount, inputCount, ...tensors) {
  const outputs = tensors.slice(0, outputCount);
  const inputs = tensors.slice(outputCount, outputCount + inputCount);
  const saved = tensors.slice(outputCount + inputCount);
  const rule = (grads, ...accessors) => {
    const all = outputs.map((_, i) => grads[i]);
    return [...work((i) => accessors[i](), ...all)].map((g) => g ?? undefined);
  };
  record(outputs, name, inputs, rule, saved);
  return nodeOf(outputs[0]);
}
