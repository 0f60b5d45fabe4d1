"""What training 24 seeds at once costs over training one: python -m tests.bench.bench_pipelines.

Both run in turns in one process, so that what else the machine does hits both.
"""

from statistics import median

from tests.bench.turns import seconds
from torch import Tensor

from diffprog.loops.ensembles import seeded, train_together
from diffprog.loops.training import train
from diffprog.pipelines.pipeline import Pipeline, mean_squared_error
from diffprog.pipelines.pitching_networks import physics
from diffprog.simulator.pitching import day, drifts, pitch

__all__ = ["LIMITS", "run"]

LIMITS = {"24_seeds_over_one": 6.0}


def run(steps: int = 200, repeats: int = 7, seeds: int = 24) -> dict[str, float]:
    """Return the median milliseconds a step, of one seed and of all, and of their ratios."""
    t = day()
    x = pitch(drifts(t))

    def model(seed: int) -> Pipeline:
        return seeded(lambda: physics(t), seed)

    def loss(model: Pipeline) -> Tensor:
        return mean_squared_error(model(t), x)

    def one() -> float:
        alone = model(3)
        return seconds(lambda: train(alone, loss, steps=steps, progress=False))

    def all_of_them() -> float:
        models = [model(seed) for seed in range(seeds)]
        return seconds(lambda: train_together(models, loss, steps=steps, progress=False))

    one(), all_of_them()
    pairs = [(one(), all_of_them()) for _ in range(repeats)]
    alone, together = zip(*pairs, strict=True)
    return {
        "one_seed_ms": 1e3 * median(alone) / steps,
        "24_seeds_ms": 1e3 * median(together) / steps,
        "24_seeds_over_one": median(b / a for a, b in pairs),
    }


if __name__ == "__main__":
    result = run()
    print(
        f"24 seeds/one: {result['24_seeds_over_one']:.2f} "
        f"({result['24_seeds_ms']:.2f} and {result['one_seed_ms']:.2f} ms a step)"
    )
