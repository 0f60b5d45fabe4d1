"""Adam: steps of about the learning rate, whatever the size of the gradient."""

from torch._creation import scalar_tensor, zeros_like
from torch._errors import JsException, engine, raised
from torch.optim.optimizer import Optimizer, checked, plain, scalar

_step, _get_grad = engine("adamStep"), engine("getGrad")


class Adam(Optimizer):
    """m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − η·m̂/(√v̂ + ε)."""

    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0,
                 amsgrad=False, *, foreach=None, maximize=False, capturable=False,
                 differentiable=False, fused=None, decoupled_weight_decay=False):  # fmt: skip
        name = type(self).__name__
        plain(name, capturable=capturable, differentiable=differentiable)
        checked(lr, weight_decay, eps, betas)
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad,
            "maximize": maximize, "foreach": foreach, "capturable": capturable,
            "differentiable": differentiable, "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        })  # fmt: skip

    def update(self, group):
        lr, (beta1, beta2) = scalar(group["lr"]), map(scalar, group["betas"])
        eps, decay, amsgrad = group["eps"], group["weight_decay"], group["amsgrad"]
        decoupled, maximize = group["decoupled_weight_decay"], group["maximize"]
        if amsgrad:
            self._slowly(group, lr, beta1, beta2)
            return
        try:
            for p in group["params"]:
                g = _get_grad(p._h)
                if g is None:
                    continue
                state = self.state[p]
                if not state:
                    state["step"] = scalar_tensor(0.0)
                    state["exp_avg"], state["exp_avg_sq"] = _zeros(p), _zeros(p)
                _step(
                    p._h, g, state["exp_avg"]._h, state["exp_avg_sq"]._h, state["step"]._h, lr,
                    beta1, beta2, eps, decay, decoupled, maximize,
                )  # fmt: skip
        except JsException as error:
            raise raised(error) from None

    def _slowly(self, group, lr, beta1, beta2):
        """Update with the largest v so far, by operations of torch."""
        for p, g in self.graded(group):
            state = self.state[p]
            if not state:
                state["step"] = scalar_tensor(0.0)
                for name in ("exp_avg", "exp_avg_sq", "max_exp_avg_sq"):
                    state[name] = _zeros(p)
            state["step"] += 1
            n = state["step"].item()
            if group["weight_decay"]:
                if group["decoupled_weight_decay"]:
                    p.mul_(1 - lr * group["weight_decay"])
                else:
                    g = g.add(p, alpha=group["weight_decay"])
            m, v, largest = state["exp_avg"], state["exp_avg_sq"], state["max_exp_avg_sq"]
            m.lerp_(g, 1 - beta1)
            v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
            largest.copy_(largest.maximum(v))
            denominator = (largest.sqrt() / (1 - beta2**n) ** 0.5).add_(group["eps"])
            p.addcdiv_(m, denominator, value=-lr / (1 - beta1**n))


def _zeros(p):
    return zeros_like(p).detach()


class AdamW(Adam):
    """Adam, with a decay of the weights that does not pass through its averages."""

    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0.01,
                 amsgrad=False, *, maximize=False, foreach=None, capturable=False,
                 differentiable=False, fused=None):  # fmt: skip
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, foreach=foreach,
                         maximize=maximize, capturable=capturable, differentiable=differentiable,
                         fused=fused, decoupled_weight_decay=True)  # fmt: skip
