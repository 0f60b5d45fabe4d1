"""`Module`: a function with parameters, which may be made of modules."""

import itertools
from collections import OrderedDict

from torch._errors import NotInPage, absent
from torch._tensor import Tensor
from torch.nn.parameter import Buffer, Parameter

_float = float


class _IncompatibleKeys(tuple):
    """What a state lacked, and what it had too much."""

    __slots__ = ()

    def __new__(cls, missing_keys, unexpected_keys):
        return tuple.__new__(cls, (missing_keys, unexpected_keys))

    missing_keys = property(lambda self: self[0])
    unexpected_keys = property(lambda self: self[1])

    def __repr__(self):
        if not self[0] and not self[1]:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self[0]}, unexpected_keys={self[1]})"


def _typename(x):
    kind = type(x)
    if kind.__module__ in ("builtins", "__builtin__"):
        return kind.__name__
    if kind is Tensor:
        return x.type()
    return f"{kind.__module__}.{kind.__qualname__}"


_keys = itertools.count()


class Module:
    """Subclasses assign their parameters and modules to themselves, and define forward()."""

    training = True

    def __init__(self, *args, **kwargs):
        if args or kwargs:
            raise TypeError(
                f"{type(self).__name__}.__init__() got an unexpected keyword argument"
                f" {next(iter(kwargs), args and args[0])!r}"
            )
        own = self.__dict__
        own["training"] = True
        for name in ("_parameters", "_buffers", "_modules", "_forward_hooks", "_forward_pre_hooks"):
            own[name] = {}
        own["_non_persistent_buffers_set"] = set()

    def forward(self, *args):
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    def __call__(self, *args, **kwargs):
        own = self.__dict__
        if not own["_forward_hooks"] and not own["_forward_pre_hooks"]:
            return self.forward(*args, **kwargs)
        for hook, with_kwargs in list(own["_forward_pre_hooks"].values()):
            changed = hook(self, args, kwargs) if with_kwargs else hook(self, args)
            if changed is not None and with_kwargs:
                args, kwargs = changed
            elif changed is not None:
                args = changed if isinstance(changed, tuple) else (changed,)
        result = self.forward(*args, **kwargs)
        for hook, with_kwargs in list(own["_forward_hooks"].values()):
            changed = hook(self, args, kwargs, result) if with_kwargs else hook(self, args, result)
            result = result if changed is None else changed
        return result

    # What is assigned

    def __getattr__(self, name):
        own = self.__dict__
        for kind in ("_parameters", "_buffers", "_modules"):
            kept = own.get(kind)
            if kept is not None and name in kept:
                return kept[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name, value):
        own = self.__dict__
        parameters, modules = own.get("_parameters"), own.get("_modules")
        if isinstance(value, Parameter):
            if parameters is None:
                raise AttributeError("cannot assign parameters before Module.__init__() call")
            self._forget(name)
            self.register_parameter(name, value)
        elif parameters is not None and name in parameters:
            if value is not None:
                raise TypeError(
                    f"cannot assign '{_typename(value)}' as parameter '{name}'"
                    " (torch.nn.Parameter or None expected)"
                )
            parameters[name] = None
        elif isinstance(value, Module):
            if modules is None:
                raise AttributeError("cannot assign module before Module.__init__() call")
            self._forget(name, but="_modules")
            modules[name] = value
        elif modules is not None and name in modules:
            if value is not None:
                raise TypeError(
                    f"cannot assign '{_typename(value)}' as child module '{name}'"
                    " (torch.nn.Module or None expected)"
                )
            modules[name] = value
        elif isinstance(value, Buffer) or name in own.get("_buffers", ()):
            if value is not None and not isinstance(value, Tensor):
                raise TypeError(
                    f"cannot assign '{_typename(value)}' as buffer '{name}'"
                    " (torch.nn.Buffer, torch.Tensor or None expected)"
                )
            if isinstance(value, Buffer):
                self.register_buffer(name, value, value.persistent)
            else:
                own["_buffers"][name] = value
        else:
            object.__setattr__(self, name, value)

    def __delattr__(self, name):
        own = self.__dict__
        for kind in ("_parameters", "_buffers", "_modules"):
            if name in own[kind]:
                del own[kind][name]
                own["_non_persistent_buffers_set"].discard(name)
                return
        object.__delattr__(self, name)

    def _forget(self, name, but="_parameters"):
        own = self.__dict__
        own.pop(name, None)
        for kind in ("_parameters", "_buffers", "_modules"):
            if kind != but:
                own[kind].pop(name, None)
        own["_non_persistent_buffers_set"].discard(name)

    def _check_name(self, kind, name):
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {_typename(name)}")
        if "." in name:
            raise KeyError(f'{kind} name can\'t contain "."')
        if not name:
            raise KeyError(f'{kind} name can\'t be empty string ""')

    def register_parameter(self, name, param):
        if "_parameters" not in self.__dict__:
            raise AttributeError("cannot assign parameter before Module.__init__() call")
        self._check_name("parameter", name)
        if hasattr(self, name) and name not in self._parameters:
            raise KeyError(f"attribute '{name}' already exists")
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{_typename(param)}' object to parameter '{name}'"
                " (torch.nn.Parameter or None required)"
            )
        if param is not None and not param.is_leaf:
            raise ValueError(
                f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be"
                " created explicitly. To express '{0}' as a function of another Tensor, compute"
                " the value in the forward() method.".format(name)
            )
        self._parameters[name] = param

    def register_buffer(self, name, tensor, persistent=True):
        if "_buffers" not in self.__dict__:
            raise AttributeError("cannot assign buffer before Module.__init__() call")
        self._check_name("buffer", name)
        if hasattr(self, name) and name not in self._buffers:
            raise KeyError(f"attribute '{name}' already exists")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{_typename(tensor)}' object to buffer '{name}'"
                " (torch Tensor or None required)"
            )
        self._buffers[name] = tensor
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def add_module(self, name, module):
        if not isinstance(module, Module) and module is not None:
            raise TypeError(f"{_typename(module)} is not a Module subclass")
        if hasattr(self, name) and name not in self._modules:
            raise KeyError(f"attribute '{name}' already exists")
        self._check_name("module", name)
        self._modules[name] = module

    register_module = add_module

    def get_submodule(self, target):
        module = self
        for name in target.split(".") if target else ():
            if not hasattr(module, name):
                raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
            module = getattr(module, name)
            if not isinstance(module, Module):
                raise AttributeError(f"`{name}` is not an nn.Module")
        return module

    def get_parameter(self, target):
        path, _, name = target.rpartition(".")
        found = getattr(self.get_submodule(path), name)
        if not isinstance(found, Parameter):
            raise AttributeError(f"`{name}` is not an nn.Parameter")
        return found

    def get_buffer(self, target):
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if name not in module._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return module._buffers[name]

    # What it is made of

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                path = f"{prefix}.{name}" if prefix else name
                yield from module.named_modules(memo, path, remove_duplicate)

    def modules(self):
        for _, module in self.named_modules():
            yield module

    def named_children(self):
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self):
        for _, module in self.named_children():
            yield module

    def _named(self, kind, prefix, recurse, remove_duplicate):
        seen = set()
        modules = (
            self.named_modules(None, prefix, remove_duplicate) if recurse else [(prefix, self)]
        )
        for path, module in modules:
            for name, x in module.__dict__[kind].items():
                if x is None or id(x) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(x))
                yield (f"{path}.{name}" if path else name), x

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        yield from self._named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse=True):
        for _, p in self.named_parameters(recurse=recurse):
            yield p

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        yield from self._named("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse=True):
        for _, b in self.named_buffers(recurse=recurse):
            yield b

    # State

    def state_dict(self, *args, destination=None, prefix="", keep_vars=False):
        state = OrderedDict() if destination is None else destination
        for path, module in self.named_modules(prefix="", remove_duplicate=False):
            start = prefix + (path + "." if path else "")
            fixed = module._non_persistent_buffers_set
            for kept in (module._parameters, module._buffers):
                for name, x in kept.items():
                    if x is not None and not (kept is module._buffers and name in fixed):
                        state[start + name] = x if keep_vars else x.detach()
        return state

    def load_state_dict(self, state_dict, strict=True, assign=False):
        from collections.abc import Mapping

        from torch.autograd.grad_mode import no_grad

        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        if assign:
            raise NotInPage(absent("the argument 'assign' of Module.load_state_dict"))
        own = self.state_dict(keep_vars=True)
        missing = [name for name in own if name not in state_dict]
        unexpected = [name for name in state_dict if name not in own]
        errors = []
        if strict and unexpected:
            names = ", ".join(f'"{n}"' for n in unexpected)
            errors.append(f"Unexpected key(s) in state_dict: {names}. ")
        if strict and missing:
            names = ", ".join(f'"{n}"' for n in missing)
            errors.insert(1 if unexpected else 0, f"Missing key(s) in state_dict: {names}. ")
            errors.sort(key=lambda e: not e.startswith("Missing"))
        for name, x in own.items():
            if name not in state_dict:
                continue
            new = state_dict[name]
            if new.shape != x.shape:
                errors.append(
                    f"size mismatch for {name}: copying a param with shape {new.shape} from"
                    f" checkpoint, the shape in current model is {x.shape}."
                )
                continue
            with no_grad():
                x.copy_(new)
        if errors:
            raise RuntimeError(
                f"Error(s) in loading state_dict for {type(self).__name__}:\n\t"
                + "\n\t".join(errors)
            )
        return _IncompatibleKeys(missing, unexpected)

    # All at once

    def apply(self, fn):
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def _apply(self, fn, recurse=True):
        if recurse:
            for module in self.children():
                module._apply(fn)
        for p in self._parameters.values():
            if p is not None:
                new = fn(p.detach())
                grad = None if p.grad is None else fn(p.grad.detach())
                p.grad = None
                p.data = new
                if grad is not None:
                    p.grad = grad
        for name, b in self._buffers.items():
            if b is not None:
                self._buffers[name] = fn(b)
        return self

    def to(self, *args, **kwargs):
        from torch._creation import tensor

        target = tensor(0.0).to(*args, **kwargs).dtype
        given = [a for a in (*args, *kwargs.values()) if hasattr(a, "is_floating_point")]
        if not given:
            return self
        if not target.is_floating_point:
            raise TypeError(
                "nn.Module.to only accepts floating point or complex dtypes, but got desired"
                f" dtype={target}"
            )
        return self._apply(lambda x: x.to(target) if x.is_floating_point() else x)

    def float(self):
        from torch._dtypes import float32

        return self.to(float32)

    def double(self):
        from torch._dtypes import float64

        return self.to(float64)

    def type(self, dst_type):
        return self._apply(lambda x: x.to(dst_type))

    def half(self):
        raise NotInPage(absent("Module.half"))

    def bfloat16(self):
        raise NotInPage(absent("Module.bfloat16"))

    def cpu(self):
        return self

    def cuda(self, device=None):
        raise AssertionError("Torch not compiled with CUDA enabled")

    def train(self, mode=True):
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        for p in self.parameters():
            if p.grad is not None:
                if set_to_none:
                    p.grad = None
                else:
                    p.grad = p.grad.detach().zero_()

    # Hooks

    def _hook(self, kind, hook, with_kwargs, prepend):
        from torch.autograd.graph import Handle

        hooks, key = self.__dict__[kind], next(_keys)
        later = dict(hooks) if prepend else {}
        if prepend:
            hooks.clear()
        hooks[key] = hook, with_kwargs
        hooks.update(later)
        return Handle(lambda: hooks.pop(key, None))

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False, always_call=False):
        if always_call:
            raise NotInPage(absent("the argument 'always_call' of a hook"))
        return self._hook("_forward_hooks", hook, with_kwargs, prepend)

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        return self._hook("_forward_pre_hooks", hook, with_kwargs, prepend)

    def register_full_backward_hook(self, hook, prepend=False):
        raise NotInPage(absent("Module.register_full_backward_hook"))

    # Text

    def _get_name(self):
        return type(self).__name__

    def extra_repr(self):
        return ""

    def __repr__(self):
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        simple = len(lines) == 1 and not self._modules
        for name, module in self._modules.items():
            text = repr(module).split("\n")
            text = [text[0], *("  " + line if line.strip() else "" for line in text[1:])]
            lines.append(f"({name}): " + "\n".join(text))
        if not lines:
            return self._get_name() + "()"
        if simple:
            return f"{self._get_name()}({lines[0]})"
        return self._get_name() + "(\n  " + "\n  ".join(lines) + "\n)"

    def __dir__(self):
        own = self.__dict__
        names = {*dir(type(self)), *own, *self._parameters, *self._buffers, *self._modules}
        return sorted(name for name in names if name and not name[0].isdigit())

    def __setstate__(self, state):
        self.__dict__.update(state)
