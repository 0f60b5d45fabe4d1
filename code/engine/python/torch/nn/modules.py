"""The modules that networks are made of: layers, activations, losses and lists of modules."""

import math
from collections import OrderedDict

from torch._creation import empty, shape_of
from torch._errors import NotInPage, absent
from torch._tensor import named
from torch.nn import functional as F
from torch.nn import init
from torch.nn.module import Module
from torch.nn.parameter import Parameter


class Linear(Module):
    """x·Wᵀ + b."""

    def __init__(self, in_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = Parameter(empty(out_features, in_features, device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(empty(out_features, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in = self.weight.shape[1]
            bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input):
        own = self._parameters
        return F.linear(input, own["weight"], own["bias"])

    def extra_repr(self):
        return (
            f"in_features={self.in_features}, out_features={self.out_features},"
            f" bias={self.bias is not None}"
        )


class Bilinear(Module):
    """x₁·A·x₂ + b."""

    def __init__(self, in1_features, in2_features, out_features, bias=True, device=None,
                 dtype=None):  # fmt: skip
        super().__init__()
        self.in1_features, self.in2_features = in1_features, in2_features
        self.out_features = out_features
        self.weight = Parameter(empty(out_features, in1_features, in2_features, dtype=dtype))
        if bias:
            self.bias = Parameter(empty(out_features, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        bound = 1 / math.sqrt(in1_features)
        init.uniform_(self.weight, -bound, bound)
        if bias:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1, input2):
        from torch._products import einsum

        y = einsum("...i,oij,...j->...o", input1, self.weight, input2)
        return y if self.bias is None else y + self.bias

    def extra_repr(self):
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features},"
            f" out_features={self.out_features}, bias={self.bias is not None}"
        )


class Identity(Module):
    """x."""

    def __init__(self, *args, **kwargs):
        super().__init__()

    def forward(self, input):
        return input


class Flatten(Module):
    """All axes from start_dim to end_dim as one."""

    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input):
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """One axis as several."""

    def __init__(self, dim, unflattened_size):
        super().__init__()
        self.dim, self.unflattened_size = dim, unflattened_size

    def forward(self, input):
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self):
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"


def _activation(name, function, text=None, **defaults):
    """Make the module of a function; its parameters are attributes, and printed."""

    def __init__(self, *args, **kwargs):
        Module.__init__(self)
        values = dict(defaults)
        values.update(zip(defaults, args, strict=False))
        for key, value in kwargs.items():
            if key not in values:
                raise TypeError(f"{name}.__init__() got an unexpected keyword argument {key!r}")
            values[key] = value
        if len(args) > len(defaults):
            raise TypeError(f"{name}() takes {len(defaults)} arguments but {len(args)} were given")
        self.__dict__.update(values)

    def forward(self, input):
        own = self.__dict__
        return function(input, **{key: own[key] for key in defaults})

    def extra_repr(self):
        own = self.__dict__
        if text is not None:
            return text.format(**own)
        shown = [f"{k}={own[k]}" for k in defaults if k != "inplace"]
        return ", ".join(shown + (["inplace=True"] if own.get("inplace") else []))

    body = {"__init__": __init__, "forward": forward, "extra_repr": extra_repr,
            "__module__": "torch.nn.modules.activation"}  # fmt: skip
    globals()[name] = type(name, (Module,), body)


_activation("ReLU", F.relu, inplace=False)
_activation("ReLU6", F.relu6, "", inplace=False)
_activation("LeakyReLU", F.leaky_relu, negative_slope=0.01, inplace=False)
_activation("ELU", F.elu, alpha=1.0, inplace=False)
_activation("SELU", F.selu, inplace=False)
_activation("SiLU", F.silu, inplace=False)
_activation("GELU", F.gelu, "approximate={approximate!r}", approximate="none")
_activation("Sigmoid", F.sigmoid)
_activation("LogSigmoid", F.logsigmoid)
_activation("Tanh", F.tanh)
_activation("Tanhshrink", F.tanhshrink)
_activation("Softsign", F.softsign)
_activation("Softplus", F.softplus, beta=1.0, threshold=20.0)
_activation("Hardtanh", F.hardtanh, min_val=-1.0, max_val=1.0, inplace=False)
_activation("Softmax", F.softmax, dim=None)
_activation("LogSoftmax", F.log_softmax, "", dim=None)
_activation("Softmin", F.softmin, dim=None)


class Dropout(Module):
    """Set each number to zero with probability p, in training only."""

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p, self.inplace = p, inplace

    def forward(self, input):
        return F.dropout(input, self.p, self.training, self.inplace)

    def extra_repr(self):
        return f"p={self.p}, inplace={self.inplace}"


class LayerNorm(Module):
    """(x − mean)/spread over the last axes, times a weight, plus a bias."""

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, device=None,
                 dtype=None):  # fmt: skip
        super().__init__()
        from torch._creation import ones, zeros

        self.normalized_shape = tuple(shape_of((normalized_shape,)))
        self.eps, self.elementwise_affine = eps, elementwise_affine
        weight = Parameter(ones(self.normalized_shape, dtype=dtype)) if elementwise_affine else None
        self.register_parameter("weight", weight)
        offset = elementwise_affine and bias
        self.register_parameter(
            "bias", Parameter(zeros(self.normalized_shape, dtype=dtype)) if offset else None
        )

    def forward(self, input):
        dims = list(range(-len(self.normalized_shape), 0))
        centred = input - input.mean(dims, True)
        y = centred / (centred.square().mean(dims, True) + self.eps).sqrt()
        y = y if self.weight is None else y * self.weight
        y = y if self.bias is None else y + self.bias
        return named(y, "NativeLayerNormBackward0")

    def extra_repr(self):
        return (
            f"{self.normalized_shape}, eps={self.eps},"
            f" elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


def _loss(name, function, **defaults):
    """Make the module of a loss."""

    def __init__(self, *args, **kwargs):
        Module.__init__(self)
        values = {"reduction": "mean", **defaults}
        if args:
            raise NotInPage(absent(f"the old, unnamed arguments of torch.nn.{name}"))
        for key, value in kwargs.items():
            if key in ("size_average", "reduce"):
                raise NotInPage(absent(f"the old argument {key!r} of torch.nn.{name}"))
            if key not in values:
                raise TypeError(f"{name}.__init__() got an unexpected keyword argument {key!r}")
            values[key] = value
        self._options = values
        self.__dict__.update(values)

    def forward(self, input, target):
        return function(input, target, **self._options)

    body = {"__init__": __init__, "forward": forward, "__module__": "torch.nn.modules.loss"}
    globals()[name] = type(name, (Module,), body)


_loss("MSELoss", F.mse_loss)
_loss("L1Loss", F.l1_loss)
_loss("SmoothL1Loss", F.smooth_l1_loss, beta=1.0)
_loss("HuberLoss", F.huber_loss, delta=1.0)
_loss("BCELoss", F.binary_cross_entropy, weight=None)
_loss("BCEWithLogitsLoss", F.binary_cross_entropy_with_logits, weight=None, pos_weight=None)
_loss("CrossEntropyLoss", F.cross_entropy, weight=None, ignore_index=-100, label_smoothing=0.0)
_loss("NLLLoss", F.nll_loss, weight=None, ignore_index=-100)
_loss("KLDivLoss", F.kl_div, log_target=False)
_loss("PoissonNLLLoss", F.poisson_nll_loss, log_input=True, full=False, eps=1e-8)


class Sequential(Module):
    """One module after the other."""

    def __init__(self, *args):
        super().__init__()
        if len(args) == 1 and isinstance(args[0], dict):
            for name, module in args[0].items():
                self.add_module(name, module)
        else:
            for i, module in enumerate(args):
                self.add_module(str(i), module)

    def forward(self, input):
        for module in self._modules.values():
            input = module(input)
        return input

    def __getitem__(self, i):
        if isinstance(i, slice):
            return type(self)(dict(list(self._modules.items())[i]))
        return _at(list(self._modules.values()), i)

    def __setitem__(self, i, module):
        setattr(self, _at(list(self._modules), i), module)

    def __delitem__(self, i):
        names = list(self._modules)
        for name in names[i] if isinstance(i, slice) else [_at(names, i)]:
            delattr(self, name)
        self._modules = {str(k): m for k, m in enumerate(self._modules.values())}

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def append(self, module):
        self.add_module(str(len(self)), module)
        return self

    def extend(self, sequential):
        for module in sequential:
            self.append(module)
        return self

    def insert(self, index, module):
        modules = list(self._modules.values())
        modules.insert(index, module)
        self._modules = {str(k): m for k, m in enumerate(modules)}
        return self


def _at(items, i):
    i = i.__index__()
    if not -len(items) <= i < len(items):
        raise IndexError(f"index {i} is out of range")
    return items[i]


class ModuleList(Module):
    """A list whose modules are its children."""

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def __getitem__(self, i):
        if isinstance(i, slice):
            return type(self)(list(self._modules.values())[i])
        return _at(list(self._modules.values()), i)

    def __setitem__(self, i, module):
        setattr(self, _at(list(self._modules), i), module)

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def append(self, module):
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules):
        for module in modules:
            self.append(module)
        return self

    def insert(self, index, module):
        modules = list(self._modules.values())
        modules.insert(index, module)
        self._modules = {str(k): m for k, m in enumerate(modules)}

    def __repr__(self):
        """Write equal neighbours once, with their number."""
        groups = []
        for i, module in enumerate(self):
            text = repr(module)
            if groups and groups[-1][2] == text:
                groups[-1][1] = i
            else:
                groups.append([i, i, text])
        if not groups:
            return self._get_name() + "()"
        lines = []
        for first, last, text in groups:
            text = text.replace("\n", "\n  ")
            if first == last:
                lines.append(f"({first}): {text}")
            else:
                lines.append(f"({first}-{last}): {last - first + 1} x {text}")
        return self._get_name() + "(\n  " + "\n  ".join(lines) + "\n)"


class _Dictionary(Module):
    """A module that is read as the dictionary in which it keeps its parts, called `_kept`."""

    @property
    def _entries(self):
        return getattr(self, self._kept)

    def __getitem__(self, key):
        return self._entries[key]

    def __delitem__(self, key):
        del self._entries[key]

    def __len__(self):
        return len(self._entries)

    def __iter__(self):
        return iter(self._entries)

    def __contains__(self, key):
        return key in self._entries

    def keys(self):
        return self._entries.keys()

    def items(self):
        return self._entries.items()

    def values(self):
        return self._entries.values()


class ModuleDict(_Dictionary):
    """A dict whose modules are its children."""

    _kept = "_modules"

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __setitem__(self, key, module):
        self.add_module(key, module)

    def update(self, modules):
        for key, module in dict(modules).items():
            self[key] = module

    def pop(self, key):
        return self._modules.pop(key)

    def clear(self):
        self._modules.clear()


def _line(key, p, kind):
    return f"  ({key}): Parameter containing: [{kind} of size {'x'.join(map(str, p.shape))}]"


class ParameterList(Module):
    """A list whose parameters are its own."""

    def __init__(self, values=None):
        super().__init__()
        for value in values or ():
            self.append(value)

    def append(self, value):
        value = value if isinstance(value, Parameter) else Parameter(value)
        self.register_parameter(str(len(self)), value)
        return self

    def extend(self, values):
        for value in values:
            self.append(value)
        return self

    def __getitem__(self, i):
        return _at(list(self._parameters.values()), i)

    def __setitem__(self, i, value):
        self._parameters[_at(list(self._parameters), i)] = Parameter(value)

    def __len__(self):
        return len(self._parameters)

    def __iter__(self):
        return iter(self._parameters.values())

    def extra_repr(self):
        return "\n".join(_line(i, p, p.dtype) for i, p in enumerate(self))


class ParameterDict(_Dictionary):
    """A dict whose parameters are its own."""

    _kept = "_parameters"

    def __init__(self, parameters=None):
        super().__init__()
        entries = dict(parameters or {})
        if isinstance(parameters, dict) and not isinstance(parameters, OrderedDict):
            entries = dict(sorted(entries.items()))  # as PyTorch does
        for key, value in entries.items():
            self[key] = value

    def __setitem__(self, key, value):
        self._parameters[key] = value if isinstance(value, Parameter) else Parameter(value)

    def extra_repr(self):
        return "\n".join(_line(key, p, p.type()) for key, p in self.items())


for _each in list(globals().values()):
    if isinstance(_each, type) and issubclass(_each, Module) and _each is not Module:
        _each.__module__ = "torch.nn.modules"
