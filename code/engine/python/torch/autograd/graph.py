"""The nodes of the graph, as Python sees them, and what may be hung on it."""

from weakref import WeakValueDictionary

from torch._errors import JsException, aloud, called_back, engine, raised
from torch._tensor import Tensor, leaf, wrap

_call, _set_hooks = engine("nodeCall"), engine("setSavedHooks")
_hook_node, _hook_before = engine("hookNode"), engine("hookNodeBefore")
_hook_after = engine("hookAfter")
_hook, _remove, _retain = engine("hook"), engine("removeHook"), engine("retainGrad")


# The inputs of operations with a number beside them, which is no input in PyTorch.
INPUTS = {
    "PowBackward0": (0,), "PowBackward2": (1,), "XlogyBackward2": (0,), "XlogyBackward1": (1,),
    "RsubBackward1": (0,),
    "ClampBackward1": (0,), "RemainderBackward0": (0,), "FmodBackward0": (0,),
    "MaskedFillBackward0": (1,), "LerpBackward0": (0, 1),
}  # fmt: skip
# Nodes that PyTorch has written by hand, in a namespace of its own.
BY_HAND = ("AccumulateGrad", "CopyBackwards", "CopySlices", "Error")


class Node:
    """An operation of the forward pass. Called with ȳ it returns the ȳ·∂y/∂x of its inputs."""

    __slots__ = ("__weakref__", "_node")

    def name(self):
        name = self._node.name
        return "torch::autograd::" + name if name in BY_HAND else name

    @property
    def next_functions(self):
        nodes, places = self._node.nextFunctions, self._node.nextIndices
        pairs = [(None if n is None else made(n), i) for n, i in zip(nodes, places, strict=True)]
        return self._inputs(pairs)

    def _inputs(self, parts):
        """Return what stands for the inputs that PyTorch counts."""
        counted = INPUTS.get(self._node.name)
        return tuple(parts if counted is None else [parts[i] for i in counted])

    @property
    def _input_metadata(self):
        return [None] * (self._node.outputs or 1)

    @property
    def metadata(self):
        return {}

    def __getattr__(self, name):
        if name == "variable" and self._node.name == "AccumulateGrad":
            return leaf(self._node.variable)
        raise AttributeError(f"{self.name()!r} object has no attribute {name!r}")

    def __call__(self, *gradients):
        try:
            results = _call(self._node, *[None if g is None else g._h for g in gradients])
        except JsException as error:
            raise raised(error) from None
        except BaseException:
            aloud()
            raise
        parts = self._inputs([None if r is None else wrap(r) for r in results])
        return parts[0] if len(parts) == 1 else parts

    def __repr__(self):
        return f"<{self._node.name} object at {id(self):#x}>"

    def register_hook(self, fn):
        """Call fn(gradients by the inputs, gradients by the outputs) after the node's rule."""

        def work(inputs, outputs):
            return _changed(fn(_tensors(inputs), _tensors(outputs)))

        return self._hooked(_hook_node, work)

    def register_prehook(self, fn):
        """Call fn(gradients by the outputs) before the node's rule."""
        return self._hooked(_hook_before, lambda outputs: _changed(fn(_tensors(outputs))))

    def _hooked(self, export, work):
        node = self._node
        key = export(node, called_back(work))
        return Handle(lambda: _remove(node, key))


def _tensors(handles):
    return tuple(None if h is None else wrap(h) for h in handles)


def _changed(gradients):
    """Return what a hook gives back for the engine: nothing, or a list of handles."""
    if gradients is None:
        return None
    from pyodide.ffi import to_js

    parts = gradients if isinstance(gradients, (tuple, list)) else (gradients,)
    return to_js([None if g is None else g._h for g in parts])


_classes, _nodes = {}, WeakValueDictionary()


def made(node):
    """Return the node of Python of a node of the engine; its class has the node's name."""
    key = node.js_id
    known = _nodes.get(key)
    if known is not None:
        return known
    name = node.name
    cls = _classes.get(name)
    if cls is None:
        cls = _classes[name] = type(name, (Node,), {"__slots__": ()})
        cls.__module__ = "torch.autograd"
    new = object.__new__(cls)
    new._node = node
    _nodes[key] = new
    return new


class Handle:
    """What removes a hook again."""

    __slots__ = ("_remove",)

    def __init__(self, remove):
        self._remove = remove

    def remove(self):
        if self._remove is not None:
            self._remove()
        self._remove = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


def _register_hook(self, hook):
    if not self.requires_grad:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")

    def work(g, *_):
        result = hook(wrap(g))
        return None if result is None else result._h

    key = _hook(self._h, called_back(work))
    h = self._h
    return Handle(lambda: _remove(h, key))


def _retain_grad(self):
    if not self.requires_grad:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    _retain(self._h)


def _register_after(self, hook):
    if not self.requires_grad:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    if not self.is_leaf:
        raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
    key = _hook_after(self._h, called_back(lambda h, *_: hook(leaf(h)) and None))
    h = self._h
    return Handle(lambda: _remove(h, key))


Tensor.register_post_accumulate_grad_hook = _register_after
Tensor.register_hook, Tensor.retain_grad = _register_hook, _retain_grad


class saved_tensors_hooks:
    """pack(x) keeps what the backward pass needs, unpack gives it back."""

    stack = []

    def __init__(self, pack_hook, unpack_hook):
        self.pair = pack_hook, unpack_hook

    def __enter__(self):
        self.stack.append(self.pair)
        self._set()

    def __exit__(self, *_):
        self.stack.pop()
        self._set()

    def _set(self):
        if not self.stack:
            _set_hooks(None, None)
            return
        pack, unpack = self.stack[-1]
        kept = {}

        def packs(h):
            kept[len(kept)] = pack(wrap(h))
            return len(kept) - 1

        _set_hooks(called_back(packs), called_back(lambda key: unpack(kept[key])._h))


class save_on_cpu(saved_tensors_hooks):
    """Keep as it is: all is on the CPU."""

    def __init__(self, pin_memory=False, device_type="cpu"):
        super().__init__(lambda x: x, lambda x: x)
