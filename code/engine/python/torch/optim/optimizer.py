"""What all optimizers share: groups of parameters, options, and a state for each parameter."""

from torch._errors import NotInPage, absent
from torch._tensor import Tensor
from torch.autograd.grad_mode import enable_grad, no_grad

OPTIONS = ("foreach", "fused", "capturable", "differentiable")


def checked(lr, weight_decay=0, eps=0, betas=(), **others):
    """Raise ValueError for an option that no optimizer takes."""
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")
    if not lr >= 0.0:
        raise ValueError(f"Invalid learning rate: {lr}")
    if not eps >= 0.0:
        raise ValueError(f"Invalid epsilon value: {eps}")
    for i, beta in enumerate(betas):
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta parameter at index {i}: {beta}")
    if not weight_decay >= 0.0:
        raise ValueError(f"Invalid weight_decay value: {weight_decay}")
    for name, value in others.items():
        if not value >= 0.0:
            raise ValueError(f"Invalid {name} value: {value}")


def plain(optimizer, **options):
    """Refuse the options that choose another way of computing the same, or more."""
    for name, value in options.items():
        if value and name in ("capturable", "differentiable"):
            raise NotInPage(absent(f"the argument {name!r} of torch.optim.{optimizer}"))


def scalar(x):
    return x.item() if isinstance(x, Tensor) else x


class _State(dict):
    """A dict of dicts, of which each is there when it is asked for."""

    def __missing__(self, key):
        self[key] = made = {}
        return made


class Optimizer:
    """Subclasses define update(), which changes the parameters of one group."""

    def __init__(self, params, defaults):
        self.defaults, self.state, self.param_groups = defaults, _State(), []
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts,"
                f" but got {params.type()}"
            )
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(dict(group))

    def add_param_group(self, param_group):
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, Tensor):
            params = [params]
        elif isinstance(params, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering"
                " of tensors in sets will change between runs. Please use a list instead."
            )
        params = list(params)
        if params and isinstance(params[0], tuple):  # named parameters
            param_group["param_names"] = [name for name, _ in params]
            params = [p for _, p in params]
        param_group["params"] = params
        for p in params:
            if not isinstance(p, Tensor):
                from torch.nn.module import _typename

                raise TypeError(
                    "optimizer can only optimize Tensors, but one of the params is " + _typename(p)
                )
            if not p.is_leaf:
                raise ValueError("can't optimize a non-leaf Tensor")
        for name, default in self.defaults.items():
            param_group.setdefault(name, default)
        own = {id(p) for p in params}
        if len(own) < len(params):
            import warnings

            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this"
                " will cause an error; see github.com/pytorch/pytorch/issues/40967 for more"
                " information",
                stacklevel=3,
            )
        if any(id(p) in own for group in self.param_groups for p in group["params"]):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(param_group)

    def zero_grad(self, set_to_none=True):
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p.grad = None
                else:
                    g = p.grad
                    if g is not None:
                        if g.requires_grad:
                            p.grad = g = g.detach()
                        g.zero_()

    def step(self, closure=None):
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        with no_grad():
            for group in self.param_groups:
                self.update(group)
        return loss

    def update(self, group):
        raise NotImplementedError

    def graded(self, group):
        """Return the parameters of a group that have a gradient, with it."""
        sign = -1 if group.get("maximize") else 1
        for p in group["params"]:
            g = p.grad
            if g is not None:
                yield p, (g if sign == 1 else -g)

    def state_dict(self):
        places, groups = {}, []
        for group in self.param_groups:
            packed = {key: value for key, value in group.items() if key != "params"}
            for p in group["params"]:
                places.setdefault(id(p), len(places))
            packed["params"] = [places[id(p)] for p in group["params"]]
            groups.append(packed)
        state = {places[id(p)]: value for p, value in self.state.items()}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict):
        import copy

        groups, saved = self.param_groups, state_dict["param_groups"]
        if len(groups) != len(saved):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(g["params"]) != len(s["params"]) for g, s in zip(groups, saved, strict=True)):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of"
                " optimizer's group"
            )
        self.state = _State()
        for group, new in zip(groups, saved, strict=True):
            for key, value in new.items():
                if key != "params":
                    group[key] = value
            for p, place in zip(group["params"], new["params"], strict=True):
                if place in state_dict["state"]:
                    self.state[p] = copy.deepcopy(state_dict["state"][place])

    def __repr__(self):
        lines = [type(self).__name__ + " ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {key}: {group[key]}" for key in sorted(group) if key != "params"]
        return "\n".join([*lines, ")"])
