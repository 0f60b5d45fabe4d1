"""Special functions, by the names that PyTorch has here."""

from torch._elementwise import FUNCTIONS as _elementwise
from torch._elementwise import logit, polygamma, unary
from torch._errors import absent
from torch._reductions import log_softmax, logsumexp, softmax

__all__ = ["log_softmax", "logit", "logsumexp", "polygamma", "softmax"]

for _name in ("erf", "erfc", "erfinv", "exp2", "expm1", "log1p", "round", "sinc", "digamma",
              "xlogy"):  # fmt: skip
    globals()[_name] = _elementwise[_name]
for _name, _function in _elementwise.items():
    if _name.startswith("special_"):
        globals()[_name.removeprefix("special_")] = _function
expit, gammaln, psi = (_elementwise[n] for n in ("sigmoid", "lgamma", "digamma"))
i0 = unary("i0")


def multigammaln(a, p):
    """Return ln Γₚ(a): a product of p gamma functions."""
    import math

    if bool((a <= (p - 1) / 2).any()):
        raise RuntimeError("All elements must be greater than (p-1)/2")
    total = p * (p - 1) / 4 * math.log(math.pi)
    for j in range(p):
        total = total + gammaln(a - j / 2)
    return total


__path__ = []  # so that `from … import name` asks for a module, which says where it is


def __getattr__(name):
    raise AttributeError(absent(f"torch.special.{name}"))
