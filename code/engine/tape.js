/* Reverse mode: what was computed is written down, and walked backwards.

   Each operation on a tensor whose gradient is wanted makes a node: the operation's name, an edge
   to the node of every input, and a rule, which gets the gradient of the loss by the output and
   gives the gradients by the inputs. The nodes are numbered as they are made, so a walk from the
   highest number to the lowest meets every node after all that used its output. Where several paths
   meet, gradients add up. A leaf has a node, too, which adds to its `grad`.

   Rules are written in the engine's own operations. With create_graph these operations are
   recorded, so a gradient can be differentiated again.

       record(output, name, inputs, rule, saved)

   `rule(g, ...accessors)` returns one entry for each input: a gradient, or a function that gives it
   (called only if that gradient is needed), or undefined. What the rule needs from the forward pass
   is in `saved`, and the rule reads it by an accessor: `record(out, "MulBackward0", [x, y], (g, x,
   y) => [() => mul(g, y()), () => mul(g, x())], [x, y])`. Reading raises an error if the tensor was
   changed in place since. After a backward pass what was saved is freed, unless the graph is
   retained. With an array of outputs the rule gets an array of gradients, undefined where none
   came. A gradient is summed over the axes along which its input was broadcast, and takes the
   input's type, so rules need not care. */
import { isFloat, TITLES } from "./dtype.js";
import { listed, raise } from "./error.js";
import { logicalSizes, NO_LEVELS } from "./tensor.js";

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
export class Edge {
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
  const node = new Node(name, inputs, rule, NOTHING, outputs[0].levels);
  node.many = Array.isArray(output);
  node.outputs = outputs.length;
  outputs.forEach((x, i) => isFloat(x.dtype) && setNode(x, node, i));
  if (saved.length > 0) node.saved = saved.map(pack); // outputs have their node by now
  for (const entry of node.saved) if (outputs.includes(entry.x)) entry.maker = node;
  return output;
}

// the name that PyTorch gives to what is computed here in another way
export function rename(x, name) {
  if (x.node !== undefined) x.node.name = name;
  return x;
}

export function setNode(x, node, index) {
  x.node = node;
  x.outputIndex = index;
  x.nodeVersion = x.storage.version;
}

// The node that made a tensor; of a view whose base was changed in place since, the node is made
// anew.
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

// torch.autograd.graph.saved_tensors_hooks: pack(x) when a tensor is saved, unpack(packed) when it
// is read
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

export function accessor(node, i) {
  return () => {
    if (node.saved === undefined) raiseFreed();
    const { x, version, packed, unpack, maker } = node.saved[i];
    if (unpack !== undefined) return unpack(packed);
    if (x !== undefined && x.storage.version !== version) raiseChanged(x, version, maker ?? x.node);
    return x;
  };
}

export function raiseFreed() {
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
export const short = (name) =>
  (name.startsWith("Copy") && !name.endsWith("0") ? `torch::autograd::${name}` : name).replace(
    /Backward(\d*)$/,
    (_, n) => (n === "0" ? "" : n),
  );
