"""Eliminating local parameters gives the step of the full system, and finds what is free."""

import pytest
import torch

from diffprog.loops.elimination import eliminate, step
from diffprog.simulator import telescope

ERROR = 10e-6  # m, of a hit


def beam(tracks):
    a, _, measured = telescope.beam(tracks, 0)
    z = telescope.planes()

    def residuals(a, track, y):
        return ((telescope.hits(a, track, z) - y) / ERROR).flatten()

    start = torch.zeros_like(a), telescope.straight_tracks(measured, z)
    return a, measured, residuals, start


def test_it_is_the_shortest_step_of_the_full_matrix():
    """Oracle: least squares on the matrix of all parameters, which has 18 + 4·12 columns."""
    _, measured, residuals, (a, track) = beam(12)
    found = step(residuals, a, track, measured)

    def everything(p):
        each = torch.func.vmap(residuals, (None, 0, 0))
        return each(p[:18].reshape(6, 3), p[18:].reshape(12, 4), measured).flatten()

    p = torch.cat([a.flatten(), track.flatten()])
    j, r = torch.func.jacfwd(everything)(p), everything(p)
    moved = torch.cat([found.shared.flatten(), found.local.flatten()])
    # The normal equations hold: what is left is at right angles to every column.
    scale = j.norm(dim=0) * r.norm()
    assert ((j.T @ (r + j @ moved)).abs() / scale).max() < 1e-9
    # The information about the shared parameters is the inverse of their block of the inverse.
    known = found.directions[:, found.free :]
    whole = torch.linalg.pinv(j.T @ j / (j.norm(dim=0)[:, None] * j.norm(dim=0)), rtol=1e-11)
    assert torch.linalg.matrix_rank(whole) == 18 + 48 - found.free
    left = j - j[:, 18:] @ torch.linalg.lstsq(j[:, 18:], j).solution
    n = left[:, :18].T @ left[:, :18]
    torch.testing.assert_close(found.information, n, rtol=1e-8, atol=1e-8 * n.abs().max().item())
    torch.testing.assert_close(
        known.T @ n @ known, found.eigenvalues[found.free :].diag(), rtol=1e-8, atol=1e-8
    )


def test_a_telescope_is_aligned_but_for_five_directions():
    """107 µm to the 8.14 µm that noise leaves of 10 in one step, and yet 225 µm from the truth.

    Free are two shifts, two shears and a turn of the whole: tracks follow them.
    """
    truth, measured, residuals, (a, track) = beam(300)
    z = telescope.planes()

    def rms(a, track):
        return 1e6 * ((telescope.hits(a, track, z) - measured) ** 2).mean().sqrt()

    assert 105 < rms(a, track) < 110
    found = step(residuals, a, track, measured)
    a, track = a + found.shared, track + found.local
    assert found.free == 5
    left = 10 * ((3600 - 1200 - 13) / 3600) ** 0.5
    # The spread of a χ² of 2387 numbers is 1.4 % of its root.
    assert abs(rms(a, track) - left) < 3 * left / (2 * 2387) ** 0.5
    free = found.directions[:, :5]
    error = (a - truth).flatten()
    assert 200 < (free.T @ error).norm() < 250
    assert (error - free @ (free.T @ error)).norm() / 13**0.5 < 1
    again = step(residuals, a, track, measured)
    assert again.shared.abs().max() < 0.1  # µm


def test_free_directions_change_no_residual():
    truth, measured, residuals, _ = beam(40)
    track = telescope.straight_tracks(measured, telescope.planes())
    found = step(residuals, truth, track, measured)
    each = torch.func.vmap(residuals, (None, 0, 0))
    for direction in found.directions[:, : found.free].T:
        other = truth + direction.reshape(6, 3)  # 1 µm along it
        follow = step(residuals, other, track, measured)
        before = each(truth, track + found.local, measured)
        after = each(other, track + follow.local, measured)
        # A turn is a rotation, and no displacement, at second order: 1e-5 rad squared on 0.1 m.
        torch.testing.assert_close(after, before, rtol=0, atol=1e-3)


def test_what_the_local_parameters_can_follow_is_taken_out():
    g = torch.Generator().manual_seed(1)
    a, b, r = (torch.randn(4, 9, *end, generator=g) for end in ((5,), (3,), ()))
    pa, pr = eliminate(a, b, r)
    torch.testing.assert_close(b.mT @ pa, torch.zeros(4, 3, 5), rtol=0, atol=1e-5)
    left = torch.linalg.lstsq(b, r[..., None]).solution
    torch.testing.assert_close(pr, r - (b @ left)[..., 0], rtol=0, atol=1e-5)


def test_shapes_are_told():
    with pytest.raises(ValueError, match="b: got shape"):
        eliminate(torch.ones(4, 9, 5), torch.ones(3, 9, 3), torch.ones(4, 9))
    with pytest.raises(ValueError, match="relative: got"):
        step(lambda g, own, y: g + own + y, torch.ones(1), torch.ones(2, 1), torch.ones(2, 1), 0.0)
