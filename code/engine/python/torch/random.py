"""Random numbers: PyTorch's generator, draw for draw, and what is drawn from it.

A `Generator` wraps the engine's. All functions take one by the keyword `generator`, and draw from
`default_generator` otherwise. Inside vmap a draw is made as its argument `randomness` says.
"""

from torch import _dtypes
from torch._creation import _options, _size, shape_of
from torch._errors import JsException, engine, raised, refuse
from torch._tensor import Tensor, handle, method, number, want, wrap
from torch._transforms import frames

__all__ = [
    "default_generator", "fork_rng", "get_rng_state", "initial_seed", "manual_seed", "seed",
    "set_rng_state",
]  # fmt: skip

_generator, _global = engine("generator"), engine("globalGenerator")
_manual_seed, _initial_seed, _seed = map(engine, ("manualSeed", "initialSeed", "seedRandom"))
_get_state, _set_state, _clone_state = map(engine, ("getState", "setState", "cloneState"))
_rand, _randn, _randint, _randperm = map(engine, ("rand", "randn", "randint", "randperm"))
_bernoulli, _poisson, _binomial = map(engine, ("bernoulli", "poisson", "binomial"))
_multinomial, _normal, _normals = map(engine, ("multinomial", "normal", "normalNumbers"))
_gamma, _add_batch = engine("standardGamma"), engine("addBatch")


class Generator:
    """A source of random numbers, with a state of its own."""

    __slots__ = ("__weakref__", "_g")
    device = _dtypes.CPU

    def __init__(self, device="cpu"):
        _dtypes.check_device(device)
        self._g = _generator()

    def manual_seed(self, seed):
        _manual_seed(self._g, _whole(seed))
        return self

    def seed(self):
        return _seed(self._g)

    def initial_seed(self):
        return _initial_seed(self._g)

    def get_state(self):
        return wrap(_get_state(self._g))

    def set_state(self, new_state):
        try:
            _set_state(self._g, handle(new_state, "set_state", "new_state"))
        except JsException as error:
            raise raised(error) from None
        return self

    def clone_state(self):
        new = Generator()
        new._g = _clone_state(self._g)
        return new

    def __repr__(self):
        return f"<torch._C.Generator object at {id(self):#x}>"

    def __deepcopy__(self, memo):
        return self.clone_state()


Generator.__module__ = "torch"
default_generator = Generator.__new__(Generator)
default_generator._g = _global


def _whole(seed):
    seed = seed.__index__() if hasattr(seed, "__index__") else int(seed)
    if not -(2**63) <= seed < 2**64:
        raise RuntimeError("Overflow when unpacking long long")
    return seed


def manual_seed(seed):
    return default_generator.manual_seed(seed)


def seed():
    return default_generator.seed()


def initial_seed():
    return default_generator.initial_seed()


def get_rng_state():
    return default_generator.get_state()


def set_rng_state(new_state):
    default_generator.set_state(new_state)


class fork_rng:
    """Leave the global state as it was before the block."""

    def __init__(self, devices=None, enabled=True, **rest):
        if rest and set(rest) - {"device_type"}:
            refuse("random.fork_rng", rest)
        self.enabled = enabled

    def __enter__(self):
        if self.enabled:
            self.state = get_rng_state()

    def __exit__(self, *_):
        if self.enabled:
            set_rng_state(self.state)


def _source(generator):
    """Return the engine's generator; None stands for the global one."""
    if generator is None:
        return None
    try:
        return generator._g
    except AttributeError:
        raise TypeError(
            f"argument 'generator' must be torch._C.Generator, not {type(generator).__name__}"
        ) from None


def _frame():
    """Return the vmap around, if draws differ from entry to entry; raise if none is allowed."""
    if not frames:
        return None
    frame = frames[-1]
    if frame.randomness == "error":
        raise RuntimeError(
            "vmap: called random operation while in randomness error mode. Please either use the"
            " 'same' or 'different' randomness flags on vmap or perform the randomness operation"
            " out of vmap"
        )
    return frame if frame.randomness == "different" else None


def _drawn(draw, *size):
    """Return draw(*size), for each entry of a vmap around if it asks for it."""
    frame = _frame() if frames else None
    try:
        if frame is None:
            return draw(*size)
        return _add_batch(draw(frame.size, *size), 0, frame.level)
    except JsException as error:
        raise raised(error) from None


def _finished(h, requires_grad):
    return want(wrap(h)) if requires_grad else wrap(h)


def _uniform(name, export):
    def f(*size, generator=None, dtype=None, device=None, layout=None, pin_memory=False,
          requires_grad=False, **rest):  # fmt: skip
        size = _size(size, rest)
        kind = _options(name, dtype, device, layout, pin_memory, rest)
        kind = kind or _dtypes.get_default_dtype().name
        g = _source(generator)
        h = _drawn(lambda *s: export(g, kind, *s), *shape_of(size))
        return _finished(h, requires_grad)

    def like(input, *, dtype=None, device=None, layout=None, memory_format=None,
             requires_grad=False, generator=None, **rest):  # fmt: skip
        return f(*input.shape, generator=generator, dtype=dtype or input.dtype, device=device,
                 layout=layout, requires_grad=requires_grad, **rest)  # fmt: skip

    f.__name__, like.__name__ = name, name + "_like"
    return f, like


rand, rand_like = _uniform("rand", _rand)
randn, randn_like = _uniform("randn", _randn)


def randint(low, high=None, size=None, *, generator=None, dtype=None, device=None, layout=None,
            pin_memory=False, requires_grad=False, **rest):  # fmt: skip
    if size is None:
        if high is None or isinstance(high, int):
            raise TypeError("randint() received an invalid combination of arguments: give a size")
        low, high, size = 0, low, high
    elif high is None:
        low, high = 0, low
    kind = _options("randint", dtype, device, layout, pin_memory, rest) or "int64"
    g = _source(generator)
    h = _drawn(lambda *s: _randint(g, low, high, kind, *s), *shape_of((size,)))
    return _finished(h, requires_grad)


def randint_like(input, low, high=None, *, dtype=None, device=None, requires_grad=False, **rest):
    low, high = (0, low) if high is None else (low, high)
    return randint(low, high, tuple(input.shape), dtype=dtype or input.dtype, device=device,
                   requires_grad=requires_grad, **rest)  # fmt: skip


def randperm(n, *, generator=None, dtype=None, device=None, layout=None, pin_memory=False,
             requires_grad=False, **rest):  # fmt: skip
    kind = _options("randperm", dtype, device, layout, pin_memory, rest) or "int64"
    if frames:
        _frame()
    try:
        return _finished(_randperm(_source(generator), n, kind), requires_grad)
    except JsException as error:
        raise raised(error) from None


def normal(mean=0.0, std=1.0, size=None, *, generator=None, dtype=None, device=None, layout=None,
           pin_memory=False, requires_grad=False, **rest):  # fmt: skip
    kind = _options("normal", dtype, device, layout, pin_memory, rest)
    g = _source(generator)
    if size is not None:
        mean, std = float(mean), float(std)
        kind = kind or _dtypes.get_default_dtype().name
        h = _drawn(lambda *s: _normals(g, mean, std, kind, *s), *shape_of((size,)))
        return _finished(h, requires_grad)
    if frames:
        _frame()
    if not isinstance(mean, Tensor) and not isinstance(std, Tensor):
        raise TypeError("normal() received an invalid combination of arguments: give a size")
    parts = [x._h if isinstance(x, Tensor) else number(float(x)) for x in (mean, std)]
    try:
        return wrap(_normal(g, *parts))
    except JsException as error:
        raise raised(error) from None


def bernoulli(input, p=None, *, generator=None, **rest):
    if rest:
        refuse("bernoulli", rest)
    if p is not None:
        return input.clone().bernoulli_(p, generator=generator)
    if frames:
        _frame()
    try:
        return wrap(_bernoulli(_source(generator), handle(input, "bernoulli")))
    except JsException as error:
        raise raised(error) from None


def poisson(input, generator=None):
    if frames:
        _frame()
    try:
        return wrap(_poisson(_source(generator), handle(input, "poisson")))
    except JsException as error:
        raise raised(error) from None


def binomial(count, prob, generator=None):
    if frames:
        _frame()
    try:
        return wrap(_binomial(_source(generator), handle(count, "binomial", "count"),
                              handle(prob, "binomial", "prob", 2)))  # fmt: skip
    except JsException as error:
        raise raised(error) from None


def multinomial(input, num_samples, replacement=False, *, generator=None, **rest):
    if rest:
        refuse("multinomial", rest)
    if frames:
        _frame()
    try:
        return wrap(_multinomial(_source(generator), handle(input, "multinomial"), num_samples,
                                 replacement))  # fmt: skip
    except JsException as error:
        raise raised(error) from None


def standard_gamma(alpha, generator=None):
    if frames:
        _frame()
    try:
        return wrap(_gamma(_source(generator), handle(alpha, "_standard_gamma")))
    except JsException as error:
        raise raised(error) from None


def _filling(name, export, *defaults):
    """Make a method that fills a tensor with draws of two parameters, or of one."""
    into = engine(export)

    def fill(self, *given, generator=None, **named):
        values = list(given) + list(defaults[len(given) :])
        for key, value in named.items():
            if key not in names:
                refuse(name, named)
            values[names.index(key)] = value
        if frames:
            _frame()
        try:
            into(_source(generator), self._h,
                 *[x._h if isinstance(x, Tensor) else x for x in values])  # fmt: skip
        except JsException as error:
            raise raised(error) from None
        return self

    names = PARAMETERS[name]
    fill.__name__ = name
    setattr(Tensor, name, fill)


PARAMETERS = {
    "uniform_": ("from", "to"), "normal_": ("mean", "std"), "exponential_": ("lambd",),
    "bernoulli_": ("p",), "cauchy_": ("median", "sigma"), "log_normal_": ("mean", "std"),
    "geometric_": ("p",),
}  # fmt: skip
_filling("uniform_", "uniformInPlace", 0.0, 1.0)
_filling("normal_", "normalInPlace", 0.0, 1.0)
_filling("exponential_", "exponentialInPlace", 1.0)
_filling("bernoulli_", "bernoulliInPlace", 0.5)
_filling("cauchy_", "cauchyInPlace", 0.0, 1.0)
_filling("log_normal_", "logNormalInPlace", 1.0, 2.0)
_filling("geometric_", "geometricInPlace")
_randint_into = engine("randintInPlace")


@method("random_")
def _random(self, from_=None, to=None, *, generator=None, **rest):
    from_ = rest.pop("from", from_)
    if rest:
        refuse("random_", rest)
    if to is None:
        from_, to = 0, from_
    if to is None:
        to = (
            2**24
            if self._h.dtype == "float32"
            else 2**53
            if self._h.dtype in ("float64", "int64")
            else None
        )
        if to is None:
            to = _dtypes.iinfo(self.dtype).max + 1
    if frames:
        _frame()
    try:
        _randint_into(_source(generator), self._h, from_, to)
    except JsException as error:
        raise raised(error) from None
    return self


Tensor.bernoulli, Tensor.multinomial = bernoulli, multinomial

FUNCTIONS = {
    f.__name__: f
    for f in (
        rand, rand_like, randn, randn_like, randint, randint_like, randperm, normal, bernoulli,
        poisson, binomial, multinomial, manual_seed, seed, initial_seed, get_rng_state,
        set_rng_state,
    )
} | {"_standard_gamma": standard_gamma}  # fmt: skip
