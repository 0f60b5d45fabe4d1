"""A cut fitted by several processes is that of one, and memory holds a few blocks at most."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import numpy as np
import pytest
import torch
import torch.distributed as dist

from diffprog.autodiff.memory import Kept
from diffprog.loops.reduction import in_turns
from diffprog.relaxations.cut_of_parts import count_by_blocks, fit_part, mapped
from diffprog.relaxations.cuts import count, soft_count
from diffprog.relaxations.significance import significance
from diffprog.simulator.masses import one_mass

SIGNAL, BACKGROUND = (m.double() for m in one_mass(3))
C = torch.tensor(1000.0, dtype=torch.float64)


def alone(x):
    return x.clone()


def by_gloo(processes, program):
    """Run program(r, all_reduce) in as many threads, which add up by the backend Gloo."""
    store = dist.HashStore()  # type: ignore[attr-defined]

    def one(rank):
        group = dist.ProcessGroupGloo(store, rank, processes, timedelta(seconds=60))

        def all_reduce(x):
            x = x.detach().clone()
            group.allreduce([x]).wait()  # type: ignore[attr-defined]
            return x

        return program(rank, all_reduce)

    with ThreadPoolExecutor(processes) as pool:
        return list(pool.map(one, range(processes)))


@pytest.mark.parametrize("processes", [1, 2, 3, 4])
def test_processes_find_the_cut_of_one_to_twelve_digits(processes):
    whole = fit_part(SIGNAL, BACKGROUND, 900.0, 0.05, 50, alone).last["c"].item()

    def program(rank, all_reduce):
        s, b = (m.tensor_split(processes)[rank] for m in (SIGNAL, BACKGROUND))
        return fit_part(s, b, 900.0, 0.05, 50, all_reduce)

    found = by_gloo(processes, program)
    for run in found:
        assert run.last["c"].item() == pytest.approx(whole, rel=1e-12, abs=0)
        assert torch.equal(run.loss, found[0].loss)  # else the copies of c would part


def dealt(n, x):
    return [x[i::n] for i in range(n)]


# The cuts of chapter 5.5: the best mean of s/√b over n shards, event i going to shard i modulo n.
@pytest.mark.parametrize(
    ("n", "best", "worth"),
    [(1, 1014.7, 12.556), (10, 1015.0, 12.565), (100, 1016.3, 12.547), (250, 1027.1, 12.641),
     (500, 1124.4, 5.291)],
)  # fmt: skip
def test_the_mean_over_shards_has_its_maximum_elsewhere(n, best, worth):
    c = torch.linspace(best - 2, best + 2, 41, dtype=torch.float64)
    s, b = (
        torch.stack([soft_count(m, c, 0.05) for m in dealt(n, x)]) for x in (SIGNAL, BACKGROUND)
    )
    at = c[significance(s, b).mean(0).argmax()]
    assert abs(at - best) < 0.11  # one step of this grid
    hard = significance(count(SIGNAL, at), count(BACKGROUND, at)).item()
    assert hard == pytest.approx(worth, abs=0.06)  # one signal event more or less


@pytest.mark.slow
def test_the_cut_of_a_million_events():
    """The value of chapter 5.5's plan: 1.05·10⁶ events, k = 0.05/GeV, 50 steps of 5 GeV."""
    g = torch.Generator().manual_seed(3)

    def draw(n, mean, width):
        ones = torch.ones(n, dtype=torch.float64)
        return 1000 * torch.normal(mean * ones, width * ones, generator=g) + 500

    run = fit_part(draw(50_000, 0.6, 0.05), draw(10**6, 0.2, 0.3), 900.0, 0.05, 50, alone)
    assert run.last["c"].item() == pytest.approx(1007.704150960192, rel=1e-12, abs=0)


@pytest.mark.parametrize("block", [1, 999, 10_000, 20_000])
def test_blocks_add_up_to_the_count_and_its_slope(block):
    c = C.clone().requires_grad_()
    m = BACKGROUND[:40] if block == 1 else BACKGROUND
    whole, parts = soft_count(m, c, 0.05), count_by_blocks(m, c, 0.05, block)
    torch.testing.assert_close(parts, whole, rtol=1e-13, atol=0)
    slopes = [torch.autograd.grad(x, c)[0] for x in (whole, parts)]
    torch.testing.assert_close(*slopes, rtol=1e-12, atol=0)


def test_the_graph_keeps_one_block_at_a_time():
    c = C.clone().requires_grad_()
    with Kept() as whole:
        torch.autograd.grad(soft_count(BACKGROUND, c, 0.05), c)
    with Kept() as blocks:
        torch.autograd.grad(count_by_blocks(BACKGROUND, c, 0.05, 1000), c)
    assert whole.most >= len(BACKGROUND)
    assert 1000 <= blocks.most < 1100


def test_a_file_is_mapped_and_left_as_it_is(tmp_path, recwarn):
    np.save(tmp_path / "m.npy", BACKGROUND.float().numpy())
    m = mapped(tmp_path / "m.npy")
    assert torch.equal(m, BACKGROUND.float())
    m[0] = 0
    assert mapped(tmp_path / "m.npy")[0] == BACKGROUND[0].float()
    assert count_by_blocks(mapped(tmp_path / "m.npy"), C, 0.05).dtype == torch.float64
    assert not recwarn.list


def test_the_program_runs_in_turns_too():
    parts = list(zip(dealt(3, SIGNAL), dealt(3, BACKGROUND), strict=True))
    whole = fit_part(SIGNAL, BACKGROUND, 1000.0, 0.05, 3, alone)
    for run in in_turns(lambda x, wire: fit_part(x[0], x[1], 1000.0, 0.05, 3, wire), parts):
        torch.testing.assert_close(run.last["c"], whole.last["c"], rtol=1e-12, atol=0)
