"""The distributions that the book draws from, each with its density and its quantiles."""

import math

from torch import _dtypes
from torch._creation import as_tensor
from torch._elementwise import FUNCTIONS as _elementwise
from torch._elementwise import where
from torch._tensor import Tensor
from torch._views import broadcast_tensors
from torch.autograd.grad_mode import no_grad
from torch.random import bernoulli, normal, poisson, rand, standard_gamma

_lgamma, _erf, _erfinv = (_elementwise[n] for n in ("lgamma", "erf", "erfinv"))
_xlogy, _log1p = _elementwise["xlogy"], _elementwise["log1p"]


class Distribution:
    """Subclasses have parameters of one shape, log_prob and rsample or sample."""

    has_rsample = False
    names = ()

    def _set(self, validate_args, **parameters):
        tensors = [
            x if isinstance(x, Tensor) else as_tensor(float(x), dtype=_dtypes.get_default_dtype())
            for x in parameters.values()
        ]
        given = [x for x in parameters.values() if isinstance(x, Tensor)]
        if given:
            tensors = [t if isinstance(x, Tensor) else t.to(given[0].dtype)
                       for t, x in zip(tensors, parameters.values(), strict=True)]  # fmt: skip
        for name, x in zip(parameters, broadcast_tensors(*tensors), strict=True):
            setattr(self, name, x)
        self.batch_shape = getattr(self, next(iter(parameters))).shape
        self.event_shape = _dtypes.Size()
        self.validate = validate_args is not False

    def _check(self, name, good, what):
        if not self.validate:
            return
        x = getattr(self, name)
        if not bool(good(x).all()):
            raise ValueError(
                f"Expected parameter {name} ({type(x).__name__} of shape {tuple(x.shape)}) of"
                f" distribution {self!r} to satisfy the constraint {what}, but found invalid"
                f" values:\n{x}"
            )

    def _extended(self, sample_shape):
        shape = sample_shape if isinstance(sample_shape, (tuple, list)) else (sample_shape,)
        return _dtypes.Size(shape) + self.batch_shape

    def sample(self, sample_shape=()):
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape=()):
        raise NotImplementedError

    def log_prob(self, value):
        raise NotImplementedError

    @property
    def stddev(self):
        return self.variance.sqrt()

    def __repr__(self):
        each = []
        for name in self.names:
            x = getattr(self, name)
            each.append(f"{name}: {x if x.numel() == 1 else x.shape}")
        return f"{type(self).__name__}({', '.join(each)})"


class Normal(Distribution):
    """exp(−(x − loc)²/2·scale²), normalised."""

    has_rsample = True
    names = ("loc", "scale")

    def __init__(self, loc, scale, validate_args=None):
        self._set(validate_args, loc=loc, scale=scale)
        self._check("scale", lambda s: s > 0, "GreaterThan(lower_bound=0.0)")

    mean = mode = property(lambda self: self.loc)
    variance = property(lambda self: self.scale**2)
    stddev = property(lambda self: self.scale)

    def sample(self, sample_shape=()):
        shape = self._extended(sample_shape)
        with no_grad():
            return normal(self.loc.expand(*shape), self.scale.expand(*shape))

    def rsample(self, sample_shape=()):
        shape = self._extended(sample_shape)
        noise = normal(self.loc.new_zeros(shape), self.scale.new_ones(shape))
        return self.loc + noise * self.scale

    def log_prob(self, value):
        variance = self.scale**2
        return (
            -((value - self.loc) ** 2) / (2 * variance)
            - self.scale.log()
            - math.log(math.sqrt(2 * math.pi))
        )

    def cdf(self, value):
        return 0.5 * (1 + _erf((value - self.loc) * self.scale.reciprocal() / math.sqrt(2)))

    def icdf(self, value):
        return self.loc + self.scale * _erfinv(2 * value - 1) * math.sqrt(2)

    def entropy(self):
        return 0.5 + 0.5 * math.log(2 * math.pi) + self.scale.log()


class LogNormal(Distribution):
    """The exponential of a normal number."""

    has_rsample = True
    names = ()

    def __init__(self, loc, scale, validate_args=None):
        self.base_dist = Normal(loc, scale, validate_args)
        self.loc, self.scale = self.base_dist.loc, self.base_dist.scale
        self.batch_shape, self.event_shape = self.base_dist.batch_shape, _dtypes.Size()

    mean = property(lambda self: (self.loc + self.scale**2 / 2).exp())

    @property
    def variance(self):
        return (self.scale**2).expm1() * (2 * self.loc + self.scale**2).exp()

    def rsample(self, sample_shape=()):
        return self.base_dist.rsample(sample_shape).exp()

    def log_prob(self, value):
        return self.base_dist.log_prob(value.log()) - value.log()


class Uniform(Distribution):
    """Alike from low to high."""

    has_rsample = True
    names = ("low", "high")

    def __init__(self, low, high, validate_args=None):
        self._set(validate_args, low=low, high=high)
        if self.validate and not bool((self.low < self.high).all()):
            raise ValueError("Uniform is not defined when low>= high")

    mean = property(lambda self: (self.high + self.low) / 2)
    variance = property(lambda self: (self.high - self.low) ** 2 / 12)

    def rsample(self, sample_shape=()):
        noise = rand(self._extended(sample_shape), dtype=self.low.dtype)
        return self.low + noise * (self.high - self.low)

    def log_prob(self, value):
        inside = (value >= self.low) & (value < self.high)
        return where(inside, 0.0, -math.inf) - (self.high - self.low).log()

    def cdf(self, value):
        return ((value - self.low) / (self.high - self.low)).clamp(0, 1)

    def icdf(self, value):
        return value * (self.high - self.low) + self.low

    def entropy(self):
        return (self.high - self.low).log()


class Exponential(Distribution):
    """rate·exp(−rate·x)."""

    has_rsample = True
    names = ("rate",)

    def __init__(self, rate, validate_args=None):
        self._set(validate_args, rate=rate)
        self._check("rate", lambda r: r > 0, "GreaterThan(lower_bound=0.0)")

    mean = property(lambda self: self.rate.reciprocal())
    variance = property(lambda self: self.rate**-2)

    def rsample(self, sample_shape=()):
        return self.rate.new_empty(self._extended(sample_shape)).exponential_() / self.rate

    def log_prob(self, value):
        return self.rate.log() - self.rate * value

    def cdf(self, value):
        return 1 - (-self.rate * value).exp()

    def icdf(self, value):
        return -_log1p(-value) / self.rate

    def entropy(self):
        return 1.0 - self.rate.log()


class Poisson(Distribution):
    """Counts of a mean, independent of each other."""

    names = ("rate",)

    def __init__(self, rate, validate_args=None):
        self._set(validate_args, rate=rate)
        self._check("rate", lambda r: r >= 0, "GreaterThanEq(lower_bound=0.0)")

    mean = variance = property(lambda self: self.rate)

    def sample(self, sample_shape=()):
        with no_grad():
            return poisson(self.rate.expand(*self._extended(sample_shape)))

    def log_prob(self, value):
        value = as_tensor(value)
        return _xlogy(value, self.rate) - self.rate - _lgamma(value + 1)


class Bernoulli(Distribution):
    """One with probability probs, else zero."""

    names = ("probs", "logits")

    def __init__(self, probs=None, logits=None, validate_args=None):
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        if probs is None:
            self._set(validate_args, logits=logits)
            self.probs = self.logits.sigmoid()
        else:
            self._set(validate_args, probs=probs)
            good = lambda p: (p >= 0) & (p <= 1)  # noqa: E731
            self._check("probs", good, "Interval(lower_bound=0.0, upper_bound=1.0)")
            eps = _dtypes.finfo(self.probs.dtype).eps
            self.logits = self.probs.clamp(eps, 1 - eps).logit()

    mean = property(lambda self: self.probs)
    variance = property(lambda self: self.probs * (1 - self.probs))

    def sample(self, sample_shape=()):
        with no_grad():
            return bernoulli(self.probs.expand(*self._extended(sample_shape)))

    def log_prob(self, value):
        from torch.nn.functional import binary_cross_entropy_with_logits as loss

        logits, value = broadcast_tensors(self.logits, as_tensor(value))
        return -loss(logits, value, reduction="none")


class Gamma(Distribution):
    """x^(concentration − 1)·exp(−rate·x), normalised; draws have no derivative here."""

    names = ("concentration", "rate")

    def __init__(self, concentration, rate, validate_args=None):
        self._set(validate_args, concentration=concentration, rate=rate)
        for name in self.names:
            self._check(name, lambda x: x > 0, "GreaterThan(lower_bound=0.0)")

    mean = property(lambda self: self.concentration / self.rate)
    variance = property(lambda self: self.concentration / self.rate**2)

    def sample(self, sample_shape=()):
        shape = self._extended(sample_shape)
        with no_grad():
            value = standard_gamma(self.concentration.expand(*shape)) / self.rate.expand(*shape)
            return value.clamp(min=_dtypes.finfo(value.dtype).tiny)

    def log_prob(self, value):
        a, b = self.concentration, self.rate
        return _xlogy(a, b) + _xlogy(a - 1, value) - b * value - _lgamma(a)


class Independent(Distribution):
    """The last axes of another distribution, taken as one event."""

    def __init__(self, base_distribution, reinterpreted_batch_ndims, validate_args=None):
        self.base_dist, self.count = base_distribution, reinterpreted_batch_ndims
        shape = base_distribution.batch_shape
        self.batch_shape = shape[: len(shape) - self.count]
        self.event_shape = shape[len(shape) - self.count :]
        self.has_rsample = base_distribution.has_rsample

    mean = property(lambda self: self.base_dist.mean)
    variance = property(lambda self: self.base_dist.variance)

    def sample(self, sample_shape=()):
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape=()):
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value):
        return self.base_dist.log_prob(value).sum(list(range(-self.count, 0)))
