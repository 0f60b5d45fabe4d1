"""The functions that modules apply: activations, losses, and the affine map."""

from torch import _dtypes
from torch._elementwise import FUNCTIONS as _elementwise
from torch._elementwise import clamp, where
from torch._errors import JsException, NotInPage, absent, engine, raised
from torch._reductions import log_softmax as _log_softmax
from torch._reductions import softmax as _softmax
from torch._tensor import Tensor, handle, wrap

_linear = engine("linear")


def linear(input, weight, bias=None):
    """Return x·Wᵀ + b."""
    try:
        return wrap(_linear(handle(input, "linear"), weight._h, None if bias is None else bias._h))
    except JsException as error:
        raise raised(error) from None


relu, sigmoid, tanh = (_elementwise[name] for name in ("relu", "sigmoid", "tanh"))
logsigmoid = _elementwise["log_sigmoid"]
_softplus = _elementwise["softplus"]


def softplus(input, beta=1.0, threshold=20.0):
    """Return ln(1 + exp(βx))/β, or x where βx is above the threshold."""
    if beta == 1.0 and threshold == 20.0:
        return _softplus(input)
    steep = input * beta
    return where(steep > threshold, input, (steep.clamp(max=threshold)).exp().log1p() / beta)


def _in_place(inplace, name):
    if inplace:
        raise NotInPage(absent(f"the argument 'inplace' of torch.nn.functional.{name}"))


_relu_function = relu


def relu(input, inplace=False):
    return input.relu_() if inplace else _relu_function(input)


def relu6(input, inplace=False):
    _in_place(inplace, "relu6")
    return clamp(input, 0, 6)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    _in_place(inplace, "leaky_relu")
    return where(input > 0, input, negative_slope * input)


def elu(input, alpha=1.0, inplace=False):
    _in_place(inplace, "elu")
    return where(input > 0, input, alpha * clamp(input, max=0).expm1())


def selu(input, inplace=False):
    _in_place(inplace, "selu")
    alpha, scale = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
    return scale * where(input > 0, input, alpha * clamp(input, max=0).expm1())


def silu(input, inplace=False):
    _in_place(inplace, "silu")
    return input * sigmoid(input)


def gelu(input, approximate="none"):
    if approximate == "none":
        return input * (0.5 * (1 + _elementwise["erf"](input * 0.7071067811865476)))
    if approximate != "tanh":
        raise RuntimeError("approximate argument must be either none or tanh.")
    inner = 0.7978845608028654 * (input + 0.044715 * input**3)
    return 0.5 * input * (1 + tanh(inner))


def softsign(input):
    return input / (1 + input.abs())


def tanhshrink(input):
    return input - tanh(input)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    _in_place(inplace, "hardtanh")
    return clamp(input, min_val, max_val)


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    return _softmax(input, _last(input, dim), dtype)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    return _log_softmax(input, _last(input, dim), dtype)


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    return _softmax(-input, _last(input, dim), dtype)


def _last(input, dim):
    if dim is not None:
        return dim
    return 0 if input.ndim in (0, 1, 3) else 1


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    if out is not None:
        raise NotInPage(absent("the argument 'out' of torch.nn.functional.normalize"))
    return input / input.norm(p, dim, True).clamp(min=eps).expand_as(input)


def dropout(input, p=0.5, training=True, inplace=False):
    _in_place(inplace, "dropout")
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not training or p == 0:
        return input
    if p == 1:
        return input * 0
    kept = input.detach().clone().bernoulli_(1 - p)
    return input * kept.div_(1 - p)


def one_hot(tensor, num_classes=-1):
    from torch._creation import arange

    if tensor.dtype is not _dtypes.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    n = int(tensor.max()) + 1 if num_classes == -1 else num_classes
    if tensor.numel() and (int(tensor.min()) < 0 or int(tensor.max()) >= n):
        raise RuntimeError("Class values must be smaller than num_classes.")
    return (tensor[..., None] == arange(n)).long()


def pad(input, pad, mode="constant", value=None):
    from torch._creation import full

    if mode != "constant":
        raise NotInPage(absent(f"the mode {mode!r} of torch.nn.functional.pad"))
    from torch._views import cat

    for i in range(len(pad) // 2):
        dim = input.ndim - 1 - i
        before, after = pad[2 * i], pad[2 * i + 1]
        parts = [input.narrow(dim, max(-before, 0),
                              input.shape[dim] - max(-before, 0) - max(-after, 0))]  # fmt: skip
        for n, front in ((before, True), (after, False)):
            if n > 0:
                shape = list(input.shape)
                shape[dim] = n
                block = full(shape, value or 0, dtype=input.dtype)
                parts.insert(0, block) if front else parts.append(block)
        input = cat(parts, dim) if len(parts) > 1 else parts[0]
    return input


# Losses


def _reduced(loss, reduction, size_average=None, reduce=None):
    if size_average is not None or reduce is not None:
        raise NotInPage(absent("the old argument 'reduce' of a loss"))
    if reduction == "none":
        return loss
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    raise ValueError(f"{reduction} is not a valid value for reduction")


def _same(input, target, warn):
    if input.shape != target.shape and warn:
        import warnings

        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size"
            f" ({input.shape}). This will likely lead to incorrect results due to broadcasting."
            " Please ensure they have the same size.",
            stacklevel=3,
        )


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    _same(input, target, True)
    loss = (input - target) ** 2
    if weight is not None:
        raise NotInPage(absent("the argument 'weight' of torch.nn.functional.mse_loss"))
    return _reduced(loss, reduction, size_average, reduce)


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    _same(input, target, True)
    if weight is not None:
        raise NotInPage(absent("the argument 'weight' of torch.nn.functional.l1_loss"))
    return _reduced((input - target).abs(), reduction, size_average, reduce)


def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    _same(input, target, True)
    if weight is not None:
        raise NotInPage(absent("the argument 'weight' of torch.nn.functional.huber_loss"))
    z = (input - target).abs()
    return _reduced(where(z <= delta, 0.5 * z * z, delta * (z - 0.5 * delta)), reduction)


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    _same(input, target, True)
    z = (input - target).abs()
    loss = z if beta == 0 else where(z < beta, 0.5 * z * z / beta, z - 0.5 * beta)
    return _reduced(loss, reduction, size_average, reduce)


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None,
                         reduction="mean"):  # fmt: skip
    if input.shape != target.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size"
            f" ({input.shape}) is deprecated. Please ensure they have the same size."
        )
    loss = -(target * input.log().clamp(min=-100) + (1 - target) * (-input).log1p().clamp(min=-100))
    return _reduced(loss if weight is None else loss * weight, reduction, size_average, reduce)


def binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None,
                                     reduction="mean", pos_weight=None):  # fmt: skip
    if input.shape != target.shape:
        raise ValueError(
            f"Target size ({target.shape}) must be the same as input size ({input.shape})"
        )
    factor = 1 if pos_weight is None else 1 + (pos_weight - 1) * target
    loss = (1 - target) * input - factor * logsigmoid(input)
    return _reduced(loss if weight is None else loss * weight, reduction, size_average, reduce)


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None,
             reduction="mean"):  # fmt: skip
    if weight is not None or ignore_index != -100:
        raise NotInPage(absent("weights and ignored classes of torch.nn.functional.nll_loss"))
    dim = 0 if input.ndim == 1 else 1
    loss = -input.gather(dim, target.unsqueeze(dim)).squeeze(dim)
    return _reduced(loss, reduction, size_average, reduce)


def cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None,
                  reduction="mean", label_smoothing=0.0):  # fmt: skip
    if label_smoothing:
        raise NotInPage(
            absent("the argument 'label_smoothing' of torch.nn.functional.cross_entropy")
        )
    logs = _log_softmax(input, 0 if input.ndim == 1 else 1)
    if target.is_floating_point():
        loss = -(logs * target).sum(0 if input.ndim == 1 else 1)
        return _reduced(loss, reduction, size_average, reduce)
    return nll_loss(logs, target, weight, size_average, ignore_index, reduce, reduction)


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    if log_target:
        loss = target.exp() * (target - input)
    else:
        loss = _elementwise["xlogy"](target, target) - target * input
    if reduction == "batchmean":
        return loss.sum() / input.shape[0]
    return _reduced(loss, reduction, size_average, reduce)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    if not isinstance(var, Tensor):
        var = var * (input * 0 + 1)
    if bool((var < 0).any()):
        raise ValueError("var has negative entry/entries")
    var = var + (var.detach().clamp(min=eps) - var.detach())
    loss = 0.5 * (var.log() + (input - target) ** 2 / var)
    if full:
        loss = loss + 0.9189385332046727
    return _reduced(loss, reduction)


def poisson_nll_loss(input, target, log_input=True, full=False, size_average=None, eps=1e-8,
                     reduce=None, reduction="mean"):  # fmt: skip
    loss = input.exp() - target * input if log_input else input - target * (input + eps).log()
    if full:
        stirling = target * target.log() - target + 0.5 * (6.283185307179586 * target).log()
        loss = loss + where(target > 1, stirling, 0.0)
    return _reduced(loss, reduction, size_average, reduce)


__path__ = []  # so that `from … import name` asks for a module, which says where it is


def __getattr__(name):
    raise AttributeError(absent(f"torch.nn.functional.{name}"))
