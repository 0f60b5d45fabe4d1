"""Learning rates that change from step to step, by a formula."""

import math

from torch._errors import NotInPage, absent


class LRScheduler:
    """Subclasses define get_lr(), the rates of all groups at self.last_epoch."""

    def __init__(self, optimizer, last_epoch=-1):
        self.optimizer, self.last_epoch = optimizer, last_epoch
        for group in optimizer.param_groups:
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(
                    "param 'initial_lr' is not specified in param_groups[0] when resuming an"
                    " optimizer"
                )
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self._last_lr = [group["lr"] for group in optimizer.param_groups]
        self.step()

    def get_lr(self):
        raise NotImplementedError

    def get_last_lr(self):
        return self._last_lr

    def step(self, epoch=None):
        if epoch is not None:
            raise NotInPage(absent("the argument 'epoch' of a scheduler's step"))
        self.last_epoch += 1
        for group, rate in zip(self.optimizer.param_groups, self.get_lr(), strict=True):
            group["lr"] = rate
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def _scaled(self, factor):
        return [group["lr"] * factor for group in self.optimizer.param_groups]


class LambdaLR(LRScheduler):
    """The first rate, times a function of the number of steps."""

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        each = isinstance(lr_lambda, (list, tuple))
        self.lr_lambdas = list(lr_lambda) if each else [lr_lambda] * len(optimizer.param_groups)
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        return [
            base * f(self.last_epoch)
            for base, f in zip(self.base_lrs, self.lr_lambdas, strict=True)
        ]


class StepLR(LRScheduler):
    """Times gamma, every step_size steps."""

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        now = self.last_epoch and self.last_epoch % self.step_size == 0
        return self._scaled(self.gamma if now else 1)


class MultiStepLR(LRScheduler):
    """Times gamma, at each of the milestones."""

    def __init__(self, optimizer, milestones, gamma=0.1, last_epoch=-1):
        self.milestones, self.gamma = list(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        return self._scaled(self.gamma ** self.milestones.count(self.last_epoch))


class ExponentialLR(LRScheduler):
    """Times gamma, at every step."""

    def __init__(self, optimizer, gamma, last_epoch=-1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        return self._scaled(self.gamma if self.last_epoch else 1)


class CosineAnnealingLR(LRScheduler):
    """Along half a cosine, to eta_min after T_max steps."""

    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        n, period, low = self.last_epoch, self.T_max, self.eta_min
        groups = self.optimizer.param_groups
        if n == 0:
            return [group["lr"] for group in groups]
        if (n - 1 - period) % (2 * period) == 0:
            return [
                group["lr"] + (base - low) * (1 - math.cos(math.pi / period)) / 2
                for base, group in zip(self.base_lrs, groups, strict=True)
            ]
        return [
            (1 + math.cos(math.pi * n / period)) / (1 + math.cos(math.pi * (n - 1) / period))
            * (group["lr"] - low) + low
            for group in groups
        ]  # fmt: skip


class LinearLR(LRScheduler):
    """From start_factor to end_factor of the first rate, in total_iters steps."""

    def __init__(self, optimizer, start_factor=1.0 / 3, end_factor=1.0, total_iters=5,
                 last_epoch=-1):  # fmt: skip
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        n, total, a, b = self.last_epoch, self.total_iters, self.start_factor, self.end_factor
        if n == 0:
            return self._scaled(a)
        if n > total:
            return self._scaled(1)
        return self._scaled(1 + (b - a) / (total * a + (n - 1) * (b - a)))


__path__ = []  # so that `from … import name` asks for a module, which says where it is


def __getattr__(name):
    raise AttributeError(absent(f"torch.optim.lr_scheduler.{name}"))
