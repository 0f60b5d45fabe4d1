"""Functions of functions: their gradients, Jacobians and Hessians, and many calls at once.

`grad` and its relatives differentiate by a copy of their argument that has a graph of its own,
and keep of the result's graph only what the caller's tensors have put into it. `vmap` gives a
tensor's axis to the engine as a level, which all operations carry along unseen.
"""

import functools

from torch._errors import JsException, absent, aloud, engine, raised
from torch._tensor import Tensor, wrap
from torch._transforms import Frame, frames
from torch._views import stack

__all__ = [
    "functional_call", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp",
    "linearize", "stack_module_state", "vjp", "vmap",
]  # fmt: skip

_set_mode, _enter, _grad_of = engine("setGradMode"), engine("enter"), engine("gradOf")
_depends_only, _detach, _clone = engine("dependsOnly"), engine("detach"), engine("clone")
_add_batch, _remove_batch = engine("addBatch"), engine("removeBatch")
_new_level, _end_level = engine("newLevel"), engine("endLevel")


JVP = "jvp(f, primals, tangents)"


# Trees: tensors in tuples, lists and dicts


def _leaves(tree):
    """Return what is in a tree, in order."""
    if isinstance(tree, dict):
        return [x for part in tree.values() for x in _leaves(part)]
    if isinstance(tree, (tuple, list)):
        return [x for part in tree for x in _leaves(part)]
    return [tree]


def _mapped(tree, f):
    """Return a tree of the same form with f of each entry."""
    if isinstance(tree, dict):
        return {key: _mapped(part, f) for key, part in tree.items()}
    if isinstance(tree, (tuple, list)):
        parts = [_mapped(part, f) for part in tree]
        if hasattr(tree, "_fields"):
            return type(tree)(*parts) if not hasattr(tree, "n_fields") else type(tree)(parts)
        return type(tree)(parts)
    return f(tree)


def _paired(tree, other, f):
    """Return f of each entry of a tree and the entry of the other tree at its place."""
    if isinstance(tree, dict):
        return {key: _paired(part, other[key], f) for key, part in tree.items()}
    if isinstance(tree, (tuple, list)):
        parts = [_paired(part, o, f) for part, o in zip(tree, other, strict=True)]
        return type(tree)(parts)
    return f(tree, other)


# Gradients


class _Recording:
    """Operations are recorded inside; copies of the inputs stand for them.

    Forward mode allows a function to write into its argument, so it gets a copy there.
    """

    __slots__ = ("before", "copied", "fresh", "inputs")

    def __init__(self, copied=False):
        self.copied = copied

    def __enter__(self):
        self.before, self.fresh, self.inputs = _set_mode(True), [], []
        return self

    def __exit__(self, *_):
        _set_mode(self.before)

    def input(self, x):
        """Return what the function gets in place of x; `inputs` has the tensor behind it."""
        entered = self.entered(x)
        self.inputs.append(entered)
        return wrap(_clone(entered._h)) if self.copied else entered

    def entered(self, x):
        """Return the tensor to differentiate by in place of x."""
        if not isinstance(x, Tensor):
            raise ValueError(f"Thing passed to transform API must be Tensor, got {type(x)}")
        if not x.is_floating_point():
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        try:
            h = _enter(x._h)
        except JsException as error:
            raise raised(error) from None
        if not x.requires_grad:
            self.fresh.append(h)
        return wrap(h)

    def out(self, x):
        """Return a result without the graph that only our copies have put into it."""
        if not isinstance(x, Tensor) or not x.requires_grad:
            return x
        if not self.before or _depends_only(x._h, *self.fresh):
            return wrap(_detach(x._h))
        return x


def _gradients(outputs, inputs, seeds):
    """Return the gradients by the inputs, with a graph; zeros where there is none."""
    from torch._creation import zeros_like

    pairs = [(y, s) for y, s in zip(outputs, seeds, strict=True) if y.requires_grad]
    found = [None] * len(inputs)
    if pairs:
        try:
            found = _grad_of(
                len(pairs), True, True, True, *[y._h for y, _ in pairs],
                *[None if s is None else s._h for _, s in pairs], *[x._h for x in inputs],
            )  # fmt: skip
        except JsException as error:
            raise raised(error) from None
        except BaseException:
            aloud()
            raise
    return [zeros_like(x) if g is None else wrap(g) for x, g in zip(inputs, found, strict=True)]


def _chosen(args, argnums, recording):
    """Return the arguments with copies at argnums, and those copies as a tree."""
    places = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    if not places:
        raise RuntimeError("argnums must be non-empty")
    args = list(args)
    for i in places:
        if not -len(args) <= i < len(args):
            raise RuntimeError(f"Got argnum={i}, but only {len(args)} positional inputs")
        args[i] = _mapped(args[i], recording.input)
    chosen = tuple(args[i] for i in places)
    return args, chosen[0] if isinstance(argnums, int) else chosen


def grad_and_value(func, argnums=0, has_aux=False):
    """Return the function that gives the gradient of func, and its value."""

    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        with _Recording() as recording:
            args, chosen = _chosen(args, argnums, recording)
            output = func(*args, **kwargs)
            aux = None
            if has_aux:
                if not (isinstance(output, tuple) and len(output) == 2):
                    raise RuntimeError(
                        "grad_and_value(f)(*args): output of function f should be a tuple: (output,"
                        " aux) if has_aux is True"
                    )
                output, aux = output
            if not isinstance(output, Tensor):
                raise RuntimeError(
                    "grad_and_value(f)(*args): Expected f(*args) to return a Tensor, got"
                    f" {type(output)}"
                )
            if output.ndim:
                raise RuntimeError(
                    "grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got"
                    f" tensor with {output.ndim} dims. Maybe you wanted to use the vjp or jacrev"
                    " APIs instead?"
                )
            found = iter(_gradients([output], recording.inputs, [None]))
            slopes = _mapped(chosen, lambda _: next(found))
            slopes = _mapped(slopes, recording.out)
            value = recording.out(output)
            if has_aux:
                return slopes, (value, _mapped(aux, recording.out))
            return slopes, value

    return wrapper


def grad(func, argnums=0, has_aux=False):
    """Return the function that gives the gradient of func."""
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        slopes, value = both(*args, **kwargs)
        return (slopes, value[1]) if has_aux else slopes

    return wrapper


def _results(name, returned, has_aux):
    """Return the output, what comes beside it, and the tensors in the output."""
    if has_aux and not (isinstance(returned, tuple) and len(returned) == 2):
        raise RuntimeError(
            f"{name}: output of function f should be a tuple: (output, aux) if has_aux is True"
        )
    output, aux = returned if has_aux else (returned, None)
    outputs = _leaves(output)
    if not outputs or (len(outputs) == 1 and outputs[0] is None):
        raise RuntimeError(
            f"{name}: Expected f to be a function that has non-empty output (got output ="
            f" {outputs})"
        )
    for y in outputs:
        if not isinstance(y, Tensor):
            raise RuntimeError(
                f"{name}: expected f(*primals) to return only tensors, got unsupported type"
                f" {type(y)}"
            )
    return output, aux, outputs


def _only_tensors(what, tree):
    leaves = _leaves(tree)
    if not leaves:
        raise RuntimeError(f"{JVP}: Expected {what} to contain at least one Tensor.")
    for x in leaves:
        if not isinstance(x, Tensor):
            raise RuntimeError(f"{JVP}: Expected {what} to only contain Tensors, got {type(x)}")
    return leaves


def vjp(func, *primals, has_aux=False):
    """Return func(*primals), and the function that gives v·J."""
    with _Recording() as recording:
        fresh = _mapped(tuple(primals), recording.input)
        output, aux, outputs = _results("vjp(f, *primals)", func(*fresh), has_aux)
    inputs = recording.inputs

    def product(cotangents, retain_graph=True, create_graph=None):
        seeds = _leaves(cotangents)
        if len(seeds) != len(outputs):
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of"
                " outputs to the function."
            )
        before = _set_mode(True)
        try:
            found = iter(_gradients(outputs, inputs, seeds))
        finally:
            _set_mode(before)
        results = _mapped(fresh, lambda _: recording.out(next(found)))
        return results[0] if len(primals) == 1 else results

    value = _mapped(output, recording.out)
    return (value, product, _mapped(aux, recording.out)) if has_aux else (value, product)


def jvp(func, primals, tangents, *, strict=False, has_aux=False):
    """Return func(*primals) and J·v: uᵀJ is linear in u, and its derivative by u is J."""
    if not isinstance(primals, tuple):
        raise RuntimeError(
            f"{JVP}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals)."
        )
    if not isinstance(tangents, tuple) or len(tangents) != len(primals):
        raise RuntimeError(
            f"{JVP}: Expected primals and tangents to have the same python structure."
        )
    points, directions = _only_tensors("primals", primals), _only_tensors("tangents", tangents)
    for x, v in zip(points, directions, strict=True):
        if x.shape != v.shape:
            raise RuntimeError(
                "Trying to set a forward gradient that has a different size than that of the"
                f" original Tensor, this is not supported. Tensor is of size {list(x.shape)} while"
                f" the given forward gradient is of size {list(v.shape)}."
            )
    with _Recording(copied=True) as recording:
        fresh = _mapped(primals, recording.input)
        output, aux, outputs = _results(JVP, func(*fresh), has_aux)
        inputs = recording.inputs
        products = iter(_forward(outputs, inputs, directions, recording))
        value, tangent = _mapped(output, recording.out), _mapped(output, lambda _: next(products))
        return (value, tangent, _mapped(aux, recording.out)) if has_aux else (value, tangent)


def _forward(outputs, inputs, tangents, recording):
    from torch._creation import zeros_like

    seeds = [recording.entered(zeros_like(y).detach()) for y in outputs]
    rows = _gradients(outputs, inputs, seeds)
    return [recording.out(p) for p in _gradients(rows, seeds, tangents)]


def linearize(func, *primals):
    """Return func(*primals), and the function that gives J·v."""
    value, _ = jvp(func, primals, _mapped(primals, lambda x: x * 0))
    return value, lambda *tangents: jvp(func, primals, tangents)[1]


def _basis(x):
    """Return the unit vectors of the shape of x, along a new axis in front."""
    from torch._creation import eye

    return eye(x.numel(), dtype=x.dtype).reshape(x.numel(), *x.shape)


def jacrev(func, argnums=0, *, has_aux=False, chunk_size=None, _preallocate_and_copy=False):
    """Return the function that gives the Jacobian, by one backward pass for all of its rows."""

    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        places = (argnums,) if isinstance(argnums, int) else tuple(argnums)

        def of_chosen(*chosen):
            given = list(args)
            for i, x in zip(places, chosen, strict=True):
                given[i] = x
            return func(*given, **kwargs)

        primals = tuple(args[i] for i in places)
        answer = vjp(of_chosen, *primals, has_aux=has_aux)
        value, product = answer[:2]
        outputs = _leaves(value)
        blocks = []
        for k, y in enumerate(outputs):

            def row(seed, k=k):
                from torch._creation import zeros_like

                seeds = [seed if i == k else zeros_like(z) for i, z in enumerate(outputs)]
                tree = iter(seeds)
                found = product(_mapped(value, lambda _: next(tree)))
                return (found,) if len(primals) == 1 else found

            rows = vmap(row, chunk_size=chunk_size, randomness="same")(_basis(y))
            rows = tuple(
                _paired(part, x, lambda r, p, y=y: r.reshape(tuple(y.shape) + tuple(p.shape)))
                for part, x in zip(rows, primals, strict=True)
            )
            blocks.append(rows[0] if isinstance(argnums, int) else rows)
        tree = iter(blocks)
        jacobian = _mapped(value, lambda _: next(tree))
        return (jacobian, answer[2]) if has_aux else jacobian

    return wrapper


def jacfwd(func, argnums=0, has_aux=False, *, randomness="error"):
    """Return the function that gives the Jacobian, by products J·v with all unit vectors."""

    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        places = (argnums,) if isinstance(argnums, int) else tuple(argnums)
        with _Recording(copied=True) as recording:
            given = list(args)
            for x in _leaves([args[i] for i in places]):
                if isinstance(x, Tensor) and not x.is_floating_point():
                    raise ValueError(
                        f"Expected primal to be floating point or complex, but got: {x.dtype}"
                    )
            for i in places:
                given[i] = _mapped(args[i], recording.input)
            chosen = tuple(given[i] for i in places)
            output, aux, outputs = _results(JVP, func(*given, **kwargs), has_aux)
            inputs = recording.inputs
            columns = _columns(outputs, inputs, recording)
        tree = iter(columns)

        def block(y):
            parts = iter(next(tree))
            made = _mapped(chosen, lambda _: next(parts))
            return made[0] if isinstance(argnums, int) else made

        jacobian = _mapped(output, block)
        return (jacobian, _mapped(aux, recording.out)) if has_aux else jacobian

    return wrapper


def _columns(outputs, inputs, recording):
    """Return for each output its Jacobian by each input."""
    from torch._creation import zeros_like

    seeds = [recording.entered(zeros_like(y).detach()) for y in outputs]
    rows = _gradients(outputs, inputs, seeds)
    blocks = [[] for _ in outputs]
    for x, r in zip(inputs, rows, strict=True):

        def one(v, r=r):
            return tuple(_gradients([r], seeds, [v]))

        products = vmap(one, out_dims=-1, randomness="same")(_basis(x))
        for place, (y, p) in enumerate(zip(outputs, products, strict=True)):
            p = recording.out(p)
            blocks[place].append(p.reshape(tuple(y.shape) + tuple(x.shape)))
    return blocks


def hessian(func, argnums=0):
    """Return the function that gives the second derivatives: the Jacobian of the Jacobian."""
    return jacfwd(jacrev(func, argnums), argnums)


# Many calls at once


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """Return the function that maps func over an axis of its arguments."""
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(
            "Only allowed values for randomness are 'error', 'different', or 'same'. Got"
            f" {randomness}"
        )
    if chunk_size is not None and not chunk_size > 0:
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    @functools.wraps(func)
    def wrapped(*args, **kwargs):
        dims = _dims(in_dims, args, func)
        n = _batch_size(dims, args, func)
        if chunk_size is None or chunk_size >= n:
            return _all_at_once(func, dims, out_dims, randomness, n, args, kwargs)
        parts = []
        for start in range(0, n, chunk_size):
            size = min(chunk_size, n - start)
            piece = _piece(args, dims, start, size)
            parts.append(_all_at_once(func, dims, out_dims, randomness, size, piece, kwargs))
        return _joined(parts, out_dims)

    return wrapped


def _name(func):
    return getattr(func, "__name__", repr(func))


def _dims(in_dims, args, func):
    """Return for each entry of args its axis, as a tree of the same form."""
    if not isinstance(in_dims, (int, tuple)):
        raise ValueError(
            f"vmap({_name(func)}, in_dims={in_dims}, ...)(<inputs>): expected `in_dims` to be int"
            " or a (potentially nested) tuple matching the structure of inputs, got:"
            f" {type(in_dims)}."
        )
    if not args:
        raise ValueError(
            f"vmap({_name(func)})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you"
            " are trying to vmap over a function with no inputs. The latter is unsupported."
        )
    if isinstance(in_dims, tuple) and len(in_dims) != len(args):
        raise ValueError(
            f"vmap({_name(func)}, in_dims={in_dims}, ...)(<inputs>): in_dims is not compatible with"
            f" the structure of inputs. in_dims has structure {in_dims} but inputs has structure"
            f" of {len(args)} entries."
        )

    def spread(tree, dim):
        if isinstance(tree, dict):
            return {
                k: spread(part, dim[k] if isinstance(dim, dict) else dim)
                for k, part in tree.items()
            }
        if isinstance(tree, (tuple, list)):
            each = dim if isinstance(dim, (tuple, list)) else [dim] * len(tree)
            return type(tree)([spread(part, d) for part, d in zip(tree, each, strict=True)])
        if not isinstance(tree, Tensor):
            if dim is not None and isinstance(in_dims, tuple) and not _is_number(tree):
                raise ValueError(
                    f"vmap({_name(func)}, in_dims={in_dims}, ...)(<inputs>): Got in_dim={dim}"
                    f" for an input but the input is of type {type(tree)}. We cannot vmap over"
                    " non-Tensor arguments, please use None as the respective in_dim"
                )
            if dim is not None:
                raise ValueError(
                    f"vmap({_name(func)}, in_dims={in_dims}, ...)(<inputs>): Got in_dim={dim}"
                    f" for an input but the input is of type {type(tree)}. We cannot vmap over"
                    " non-Tensor arguments, please use None as the respective in_dim"
                )
            return None
        if dim is not None and not -tree.ndim <= dim < tree.ndim:
            raise ValueError(
                f"vmap({_name(func)}, in_dims={in_dims}, ...)(<inputs>): Got in_dim={dim} for some"
                f" input, but that input is a Tensor of dimensionality {tree.ndim} so expected"
                f" in_dim to satisfy -{tree.ndim} <= in_dim < {tree.ndim}."
            )
        return dim if dim is None else dim % tree.ndim

    each = in_dims if isinstance(in_dims, tuple) else (in_dims,) * len(args)
    return tuple(spread(x, d) for x, d in zip(args, each, strict=True))


def _is_number(x):
    return isinstance(x, (int, float))


def _batch_size(dims, args, func):
    found = []
    _paired(args, dims, lambda x, d: found.append(x.shape[d]) if d is not None else None)
    if not found:
        raise ValueError(
            f"vmap({_name(func)}, in_dims={dims}, ...)(<inputs>): at least one input must be mapped"
            " over (all in_dims are None)."
        )
    if len(set(found)) > 1:
        raise ValueError(
            "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes"
            f" {found} for the mapped dimension"
        )
    return found[0]


def _all_at_once(func, dims, out_dims, randomness, n, args, kwargs):
    level = _new_level()
    frames.append(Frame(level, n, randomness))
    try:
        try:
            batched = _paired(
                args, dims, lambda x, d: x if d is None else wrap(_add_batch(x._h, d, level))
            )
        except JsException as error:
            raise raised(error) from None
        result = func(*batched, **kwargs)
        return _unbatched(result, out_dims, level, n, func)
    finally:
        frames.pop()
        _end_level()


def _unbatched(result, out_dims, level, n, func):
    def one(x, dim):
        if not isinstance(x, Tensor):
            raise ValueError(
                f"vmap({_name(func)}, ...): `{_name(func)}` must only return Tensors, got type"
                f" {type(x)}. Did you mean to set out_dims= to None for output?"
            )
        try:
            return wrap(_remove_batch(x._h, dim, level, n))
        except JsException as error:
            raise raised(error) from None

    def spread(tree, dim):
        if isinstance(tree, dict):
            return {k: spread(p, dim[k] if isinstance(dim, dict) else dim) for k, p in tree.items()}
        if isinstance(tree, (tuple, list)):
            each = dim if isinstance(dim, (tuple, list)) else [dim] * len(tree)
            if len(each) != len(tree):
                raise ValueError(
                    f"vmap({_name(func)}, ..., out_dims={out_dims}): out_dims is not compatible"
                    f" with the structure of `outputs`. out_dims has structure {out_dims} but"
                    f" outputs has {len(tree)} entries."
                )
            parts = [spread(p, d) for p, d in zip(tree, each, strict=True)]
            return type(tree)(parts)
        if dim is None:
            return tree
        return one(tree, dim[0] if isinstance(dim, tuple) else dim)

    return spread(result, out_dims)


def _piece(args, dims, start, size):
    return _paired(args, dims, lambda x, d: x if d is None else x.narrow(d, start, size))


def _joined(parts, out_dims):
    from torch._views import cat

    def spread(trees, dim):
        first = trees[0]
        if isinstance(first, dict):
            return {k: spread([t[k] for t in trees], dim) for k in first}
        if isinstance(first, (tuple, list)):
            each = dim if isinstance(dim, (tuple, list)) else [dim] * len(first)
            return type(first)([spread([t[i] for t in trees], each[i]) for i in range(len(first))])
        return cat(trees, dim[0] if isinstance(dim, tuple) else dim)

    return spread(parts, out_dims)


def unwrapped(x):
    """Return a batched tensor with the axis of its innermost vmap in front, seen from outside."""
    levels = list(x._h.levels)
    level = levels[-1]
    size = next(f.size for f in frames if f.level == level)
    return wrap(_remove_batch(x._h, 0, level, size))


# Modules as functions of their parameters


def functional_call(module, parameter_and_buffer_dicts, args=None, kwargs=None, *,
                    tie_weights=True, strict=False):  # fmt: skip
    """Return module(*args) as it is with other parameters and buffers, by name."""
    given = parameter_and_buffer_dicts
    if not isinstance(given, dict):
        merged = {}
        for part in given:
            for key, x in part.items():
                if key in merged:
                    raise ValueError(
                        f"{key} appears in multiple dictionaries; behavior of functional call is"
                        " ambiguous"
                    )
                merged[key] = x
        given = merged
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    slots = _slots(module, given, tie_weights, strict)
    before = [(kept, own, kept[own]) for kept, own, _ in slots]
    try:
        for kept, own, x in slots:
            kept[own] = x
        return module(*args, **(kwargs or {}))
    finally:
        for kept, own, x in before:
            kept[own] = x


def _slots(module, given, tie_weights, strict):
    """Return where each tensor of a module is kept, with what goes there."""
    named, by_tensor = {}, {}
    for prefix, m in module.named_modules():
        for kept in (m._parameters, m._buffers):
            for own, w in kept.items():
                if w is not None:
                    name = f"{prefix}.{own}" if prefix else own
                    named[name] = kept, own
                    by_tensor.setdefault(id(w), []).append(name)
    unknown = [name for name in given if name not in named]
    missing = [name for name in named if name not in given]
    if strict and (unknown or missing):
        words = []
        if unknown:
            words.append("Unexpected key(s): " + ", ".join(unknown) + ".")
        if missing:
            words.append("Missing key(s): " + ", ".join(missing) + ".")
        raise RuntimeError(
            f"Error(s) in reparametrizing for {type(module).__name__}:\n\t" + "\n\t".join(words)
        )
    if unknown:
        raise AttributeError(f"{type(module).__name__} object has no attribute {unknown[0]!r}")
    slots = [(*named[name], x) for name, x in given.items()]
    if tie_weights:
        for names in by_tensor.values():
            chosen = [n for n in names if n in given]
            if chosen and len(names) > 1:
                slots += [(*named[n], given[chosen[0]]) for n in names if n not in given]
    return slots


def stack_module_state(models):
    """Return the parameters and the buffers of models alike, stacked, each as a dict by name."""
    models = list(models)
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if not (all(m.training for m in models) or not any(m.training for m in models)):
        raise RuntimeError(
            "stack_module_state: Expected all models to have the same training/eval mode."
        )
    if len({type(m) for m in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    all_parameters = [dict(m.named_parameters()) for m in models]
    all_buffers = [dict(m.named_buffers()) for m in models]
    parameters = {key: _stacked([p[key] for p in all_parameters]) for key in all_parameters[0]}
    buffers = {key: _stacked([b[key] for b in all_buffers]) for key in all_buffers[0]}
    return parameters, buffers


def _stacked(tensors):
    if not all(x.requires_grad == tensors[0].requires_grad for x in tensors):
        raise RuntimeError("Expected tensors from each model to have the same .requires_grad")
    if all(x.is_leaf for x in tensors):
        return stack([x.detach() for x in tensors]).requires_grad_(tensors[0].requires_grad)
    return stack(tensors)


__path__ = []  # so that `from … import name` asks for a module, which says where it is


def __getattr__(name):
    raise AttributeError(absent(f"torch.func.{name}"))
