"""Stochastic gradient descent, with momentum if asked for."""

from torch.optim.optimizer import Optimizer, checked, plain, scalar


class SGD(Optimizer):
    """b ← μ·b + g, θ ← θ − η·b."""

    def __init__(self, params, lr=0.001, momentum=0, dampening=0, weight_decay=0, nesterov=False,
                 *, maximize=False, foreach=None, differentiable=False, fused=None):  # fmt: skip
        plain("SGD", differentiable=differentiable)
        checked(lr, momentum=momentum)
        checked(lr, weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(params, {
            "lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay,
            "nesterov": nesterov, "maximize": maximize, "foreach": foreach,
            "differentiable": differentiable, "fused": fused,
        })  # fmt: skip

    def update(self, group):
        lr, momentum = scalar(group["lr"]), group["momentum"]
        for p, g in self.graded(group):
            if group["weight_decay"]:
                g = g.add(p, alpha=group["weight_decay"])
            if momentum:
                state = self.state[p]
                b = state.get("momentum_buffer")
                if b is None:
                    b = state["momentum_buffer"] = g.detach().clone()
                else:
                    b.mul_(momentum).add_(g, alpha=1 - group["dampening"])
                g = g.add(b, alpha=momentum) if group["nesterov"] else b
            p.add_(g, alpha=-lr)
