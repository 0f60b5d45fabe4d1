"""Relatives of Adam, in operations of torch: they are here to be compared with."""

from torch._creation import full_like, scalar_tensor, zeros_like
from torch.optim.optimizer import Optimizer, checked, plain, scalar


class _Averaging(Optimizer):
    """An optimizer with running averages; `names` are the tensors that it keeps."""

    names = ()

    def kept(self, p):
        """Return the state of a parameter, with its step counted up."""
        state = self.state[p]
        if not state:
            state["step"] = scalar_tensor(0.0)
            for name in self.names:
                state[name] = zeros_like(p).detach()
        state["step"] += 1
        return state, state["step"].item()


class RMSprop(_Averaging):
    """v ← αv + (1−α)g², θ ← θ − η·g/(√v + ε)."""

    names = ("square_avg",)

    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-08, weight_decay=0, momentum=0,
                 centered=False, capturable=False, foreach=None, maximize=False,
                 differentiable=False):  # fmt: skip
        plain("RMSprop", capturable=capturable, differentiable=differentiable)
        checked(lr, 0, eps, momentum=momentum)
        checked(lr, weight_decay, alpha=alpha)
        super().__init__(params, {
            "lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps, "centered": centered,
            "weight_decay": weight_decay, "capturable": capturable, "foreach": foreach,
            "maximize": maximize, "differentiable": differentiable,
        })  # fmt: skip

    def update(self, group):
        lr, alpha = scalar(group["lr"]), group["alpha"]
        for p, g in self.graded(group):
            state, _ = self.kept(p)
            if group["weight_decay"]:
                g = g.add(p, alpha=group["weight_decay"])
            v = state["square_avg"]
            v.mul_(alpha).addcmul_(g, g, value=1 - alpha)
            if group["centered"]:
                m = state.setdefault("grad_avg", zeros_like(p).detach())
                m.lerp_(g, 1 - alpha)
                spread = v.addcmul(m, m, value=-1).sqrt_()
            else:
                spread = v.sqrt()
            spread.add_(group["eps"])
            if group["momentum"]:
                b = state.setdefault("momentum_buffer", zeros_like(p).detach())
                b.mul_(group["momentum"]).addcdiv_(g, spread)
                p.add_(b, alpha=-lr)
            else:
                p.addcdiv_(g, spread, value=-lr)


class Adagrad(Optimizer):
    """s ← s + g², θ ← θ − η·g/(√s + ε)."""

    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0,
                 eps=1e-10, foreach=None, *, maximize=False, differentiable=False,
                 fused=None):  # fmt: skip
        plain("Adagrad", differentiable=differentiable)
        checked(lr, lr_decay=lr_decay)
        checked(lr, weight_decay, eps, initial_accumulator_value=initial_accumulator_value)
        super().__init__(params, {
            "lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value, "foreach": foreach,
            "maximize": maximize, "differentiable": differentiable, "fused": fused,
        })  # fmt: skip
        for group in self.param_groups:
            for p in group["params"]:
                start = full_like(p, group["initial_accumulator_value"]).detach()
                self.state[p] = {"step": scalar_tensor(0.0), "sum": start}

    def update(self, group):
        for p, g in self.graded(group):
            state = self.state[p]
            state["step"] += 1
            if group["weight_decay"]:
                g = g.add(p, alpha=group["weight_decay"])
            rate = scalar(group["lr"]) / (1 + (state["step"].item() - 1) * group["lr_decay"])
            state["sum"].addcmul_(g, g, value=1)
            p.addcdiv_(g, state["sum"].sqrt().add_(group["eps"]), value=-rate)


def _defaults(lr, betas, eps, weight_decay, maximize, foreach, capturable, differentiable, **more):
    return {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
            "maximize": maximize, "foreach": foreach, "capturable": capturable,
            "differentiable": differentiable, **more}  # fmt: skip


class NAdam(_Averaging):
    """Adam, with Nesterov's momentum."""

    names = ("exp_avg", "exp_avg_sq")

    def __init__(self, params, lr=0.002, betas=(0.9, 0.999), eps=1e-08, weight_decay=0,
                 momentum_decay=0.004, decoupled_weight_decay=False, *, foreach=None,
                 maximize=False, capturable=False, differentiable=False):  # fmt: skip
        plain("NAdam", capturable=capturable, differentiable=differentiable)
        checked(lr, weight_decay, eps, betas, momentum_decay=momentum_decay)
        super().__init__(params, _defaults(
            lr, betas, eps, weight_decay, maximize, foreach, capturable, differentiable,
            momentum_decay=momentum_decay, decoupled_weight_decay=decoupled_weight_decay,
        ))  # fmt: skip

    def update(self, group):
        lr, (beta1, beta2), psi = scalar(group["lr"]), group["betas"], group["momentum_decay"]
        for p, g in self.graded(group):
            state, n = self.kept(p)
            product = state.setdefault("mu_product", scalar_tensor(1.0))
            if group["weight_decay"]:
                if group["decoupled_weight_decay"]:
                    p.mul_(1 - lr * group["weight_decay"])
                else:
                    g = g.add(p, alpha=group["weight_decay"])
            mu = beta1 * (1.0 - 0.5 * (0.96 ** (n * psi)))
            mu_next = beta1 * (1.0 - 0.5 * (0.96 ** ((n + 1) * psi)))
            product *= mu
            m, v = state["exp_avg"], state["exp_avg_sq"]
            m.lerp_(g, 1 - beta1)
            v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
            denominator = v.div(1 - beta2**n).sqrt().add_(group["eps"])
            so_far = product.item()
            p.addcdiv_(g, denominator, value=-lr * (1.0 - mu) / (1.0 - so_far))
            p.addcdiv_(m, denominator, value=(-lr * mu_next) / (1.0 - so_far * mu_next))


class RAdam(_Averaging):
    """Adam, which waits until v is known well enough."""

    names = ("exp_avg", "exp_avg_sq")

    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0,
                 decoupled_weight_decay=False, *, foreach=None, maximize=False, capturable=False,
                 differentiable=False):  # fmt: skip
        plain("RAdam", capturable=capturable, differentiable=differentiable)
        checked(lr, weight_decay, eps, betas)
        super().__init__(params, _defaults(
            lr, betas, eps, weight_decay, maximize, foreach, capturable, differentiable,
            decoupled_weight_decay=decoupled_weight_decay,
        ))  # fmt: skip

    def update(self, group):
        lr, (beta1, beta2) = scalar(group["lr"]), group["betas"]
        longest = 2 / (1 - beta2) - 1
        for p, g in self.graded(group):
            state, n = self.kept(p)
            if group["weight_decay"]:
                if group["decoupled_weight_decay"]:
                    p.mul_(1 - lr * group["weight_decay"])
                else:
                    g = g.add(p, alpha=group["weight_decay"])
            m, v = state["exp_avg"], state["exp_avg_sq"]
            m.lerp_(g, 1 - beta1)
            v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
            corrected, left = m / (1 - beta1**n), 1 - beta2**n
            length = longest - 2 * n * beta2**n / left
            if length > 5.0:
                ratio = (length - 4) * (length - 2) * longest
                rectified = (ratio / ((longest - 4) * (longest - 2) * length)) ** 0.5
                adaptive = left**0.5 / v.sqrt().add_(group["eps"])
                p.add_(corrected * lr * adaptive * rectified, alpha=-1.0)
            else:
                p.add_(corrected * lr, alpha=-1.0)


class Adamax(_Averaging):
    """Adam, with the largest gradient so far in place of √v."""

    names = ("exp_avg", "exp_inf")

    def __init__(self, params, lr=0.002, betas=(0.9, 0.999), eps=1e-08, weight_decay=0,
                 foreach=None, *, maximize=False, differentiable=False,
                 capturable=False):  # fmt: skip
        plain("Adamax", capturable=capturable, differentiable=differentiable)
        checked(lr, weight_decay, eps, betas)
        super().__init__(params, _defaults(
            lr, betas, eps, weight_decay, maximize, foreach, capturable, differentiable
        ))  # fmt: skip

    def update(self, group):
        lr, (beta1, beta2) = scalar(group["lr"]), group["betas"]
        for p, g in self.graded(group):
            state, n = self.kept(p)
            if group["weight_decay"]:
                g = g.add(p, alpha=group["weight_decay"])
            m, largest = state["exp_avg"], state["exp_inf"]
            m.lerp_(g, 1 - beta1)
            largest.copy_(largest.mul_(beta2).maximum(g.abs().add_(group["eps"])))
            p.addcdiv_(m, largest, value=-lr / (1 - beta1**n))
