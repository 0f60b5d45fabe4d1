"""L-BFGS: a step along H⁻¹·g, with H⁻¹ guessed from the last steps and changes of the gradient."""

from torch._views import cat
from torch.autograd.grad_mode import enable_grad, no_grad
from torch.optim.optimizer import Optimizer, checked, scalar


class LBFGS(Optimizer):
    """One step() makes up to max_iter iterations, and computes the loss in each."""

    def __init__(self, params, lr=1, max_iter=20, max_eval=None, tolerance_grad=1e-07,
                 tolerance_change=1e-09, history_size=100, line_search_fn=None):  # fmt: skip
        checked(lr)
        max_eval = max_iter * 5 // 4 if max_eval is None else max_eval
        super().__init__(params, {
            "lr": lr, "max_iter": max_iter, "max_eval": max_eval,
            "tolerance_grad": tolerance_grad, "tolerance_change": tolerance_change,
            "history_size": history_size, "line_search_fn": line_search_fn,
        })  # fmt: skip
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")
        self._params = self.param_groups[0]["params"]

    # Parameters and gradients as one vector

    def _slope(self):
        return cat([
            p.new_zeros(p.numel()) if p.grad is None else p.grad.reshape(-1) for p in self._params
        ])  # fmt: skip

    def _move(self, size, direction):
        at = 0
        for p in self._params:
            n = p.numel()
            p.add_(direction[at : at + n].view_as(p), alpha=scalar(size))
            at += n

    def _tried(self, closure, start, size, direction):
        """Return the loss and its gradient a step away; the parameters stay where they are."""
        self._move(size, direction)
        loss, slope = float(closure()), self._slope()
        for p, x in zip(self._params, start, strict=True):
            p.copy_(x)
        return loss, slope

    def step(self, closure):
        closure = enable_grad(closure)
        with no_grad():
            return self._step(closure)

    def _step(self, closure):
        group = self.param_groups[0]
        lr, change = scalar(group["lr"]), group["tolerance_change"]
        search = group["line_search_fn"]
        if search not in (None, "strong_wolfe"):
            raise RuntimeError("only 'strong_wolfe' is supported")
        state = self.state[self._params[0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        first = closure()
        loss, evaluations = float(first), 1
        state["func_evals"] += 1
        slope = self._slope()
        if slope.abs().max() <= group["tolerance_grad"]:
            return first
        d, t, before = state.get("d"), state.get("t"), state.get("prev_flat_grad")
        memory = state.setdefault("memory", _Memory(group["history_size"]))
        iterations = 0
        while iterations < group["max_iter"]:
            iterations += 1
            state["n_iter"] += 1
            if state["n_iter"] == 1:
                d = slope.neg()
                memory.forget()
            else:
                memory.note(slope.sub(before), d.mul(t))
                d = memory.direction(slope)
            before, last = slope.clone(), loss
            t = min(1.0, 1.0 / slope.abs().sum()) * lr if state["n_iter"] == 1 else lr
            along = slope.dot(d)
            if along > -change:
                break
            tried = 0
            if search is not None:
                start = [p.clone() for p in self._params]

                def at(size, start=start, d=d):
                    return self._tried(closure, start, size, d)

                loss, slope, t, tried = strong_wolfe(
                    at, t, d, loss, slope, along, most=group["max_eval"] - evaluations
                )
                self._move(t, d)
            else:
                self._move(t, d)
                if iterations != group["max_iter"]:
                    loss, tried = float(closure()), 1
                    slope = self._slope()
            flat = slope.abs().max() <= group["tolerance_grad"]
            evaluations += tried
            state["func_evals"] += tried
            if iterations == group["max_iter"] or evaluations >= group["max_eval"] or flat:
                break
            if d.mul(t).abs().max() <= change or abs(loss - last) < change:
                break
        state.update(d=d, t=t, prev_flat_grad=before, prev_loss=last)
        return first


class _Memory:
    """The last steps s and changes y of the gradient, and what they say of H⁻¹."""

    def __init__(self, size):
        self.size = size
        self.forget()

    def forget(self):
        self.pairs, self.scale = [], 1

    def note(self, y, s):
        ys = y.dot(s)
        if ys > 1e-10:
            if len(self.pairs) == self.size:
                self.pairs.pop(0)
            self.pairs.append((y, s, 1.0 / ys))
            self.scale = ys / y.dot(y)

    def direction(self, slope):
        """Return −H⁻¹·g, by two loops over the pairs."""
        q, weights = slope.neg(), []
        for y, s, rho in reversed(self.pairs):
            weights.append(s.dot(q) * rho)
            q.add_(y, alpha=-weights[-1].item())
        r = q * self.scale
        for (y, s, rho), weight in zip(self.pairs, reversed(weights), strict=True):
            r.add_(s, alpha=(weight - y.dot(r) * rho).item())
        return r


def cubic(x1, f1, g1, x2, f2, g2, bounds=None):
    """Return where the cubic through two values with two slopes is least, inside the bounds."""
    low, high = bounds if bounds is not None else (x1, x2) if x1 <= x2 else (x2, x1)
    d1 = g1 + g2 - 3 * (f1 - f2) / (x1 - x2)
    square = d1**2 - g1 * g2
    if square >= 0:
        d2 = square.sqrt()
        if x1 <= x2:
            least = x2 - (x2 - x1) * ((g2 + d2 - d1) / (g2 - g1 + 2 * d2))
        else:
            least = x1 - (x1 - x2) * ((g1 + d2 - d1) / (g1 - g2 + 2 * d2))
        return min(max(least, low), high)
    return (low + high) / 2.0


def strong_wolfe(at, t, d, f, g, along, c1=1e-4, c2=0.9, change=1e-9, most=25):
    """Return a step that lowers the loss and flattens its slope enough: (f, g, t, evaluations).

    Steps grow until two of them have such a one between them; then the bracket shrinks.
    """
    size = d.abs().max()
    start = (0, f, g.clone(), along)
    f_new, g_new = at(t)
    evaluations, slope, tries = 1, g_new.dot(d), 0
    last, done, bracket = start, False, None
    while tries < most:
        here = (t, f_new, g_new.clone(), slope)
        if f_new > f + c1 * t * along or (tries > 1 and f_new >= last[1]):
            bracket = [last, here]
            break
        if abs(slope) <= -c2 * along:
            bracket, done = [here], True
            break
        if slope >= 0:
            bracket = [last, here]
            break
        grown = cubic(last[0], last[1], last[3], t, f_new, slope,
                      (t + 0.01 * (t - last[0]), t * 10))  # fmt: skip
        last, t = here, grown
        f_new, g_new = at(t)
        evaluations += 1
        slope, tries = g_new.dot(d), tries + 1
    if tries == most:
        bracket = [start, (t, f_new, g_new, slope)]
    stuck = False
    low, high = (0, 1) if bracket[0][1] <= bracket[-1][1] else (1, 0)
    while not done and tries < most:
        if abs(bracket[1][0] - bracket[0][0]) * size < change:
            break
        t = cubic(*_point(bracket[0]), *_point(bracket[1]))
        left, right = sorted((bracket[0][0], bracket[1][0]))
        margin = 0.1 * (right - left)
        if min(right - t, t - left) < margin:
            # Close to an end twice, or at it: a tenth of the bracket away from it instead.
            if stuck or t >= right or t <= left:
                t = right - margin if abs(t - right) < abs(t - left) else left + margin
                stuck = False
            else:
                stuck = True
        else:
            stuck = False
        f_new, g_new = at(t)
        evaluations += 1
        slope, tries = g_new.dot(d), tries + 1
        here = (t, f_new, g_new.clone(), slope)
        if f_new > f + c1 * t * along or f_new >= bracket[low][1]:
            bracket[high] = here
            low, high = (0, 1) if bracket[0][1] <= bracket[1][1] else (1, 0)
        else:
            if abs(slope) <= -c2 * along:
                done = True
            elif slope * (bracket[high][0] - bracket[low][0]) >= 0:
                bracket[high] = bracket[low]
            bracket[low] = here
    t, f_new, g_new, _ = bracket[low]
    return f_new, g_new, t, evaluations


def _point(entry):
    t, f, _, slope = entry
    return t, f, slope
