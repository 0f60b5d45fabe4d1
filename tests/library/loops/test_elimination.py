"""Eliminating local parameters gives the step of the full system, and finds what is free."""

import pytest
import torch

from diffprog.loops.elimination import eliminate, linearise, step
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


def motions(z):
    """Two shifts, two shears and a turn of the whole, in rows, (5, 3·P)."""
    one, none = torch.ones_like(z), torch.zeros_like(z)
    columns = [
        (one, none, none),
        (none, one, none),
        (z, none, none),
        (none, z, none),
        (none, none, one),
    ]
    moved = torch.stack([torch.stack(c, 1).flatten() for c in columns])
    return moved / moved.norm(dim=1, keepdim=True)


def test_the_free_directions_are_shifts_shears_and_a_turn():
    _, measured, residuals, (a, track) = beam(40)
    found = step(residuals, a, track, measured)
    span = found.directions[:, : found.free]
    within = (motions(telescope.planes()) @ span).norm(dim=1)
    torch.testing.assert_close(within, torch.ones(5).double(), rtol=1e-9, atol=0)


def test_planes_that_are_off_along_the_beam_have_seven_free_directions():
    """A shift and a stretch along the beam are new: a straight line in z each."""
    _, measured, _, (_, track) = beam(40)
    z = telescope.planes()

    def residuals(a, track, y):
        at = z + telescope.MICRO * a[:, 3]
        return ((telescope.hits(a[:, :3], track, at) - y) / ERROR).flatten()

    assert step(residuals, torch.zeros(6, 4).double(), track, measured).free == 7


def spectrum(slopes):
    """The eigenvalues, and by turns: how much of the slowest error a round leaves."""
    _, _, residuals, (a, _) = beam(300)
    _, track, _ = telescope.beam(300, 0, slopes=slopes)
    exact = telescope.hits(a, track, telescope.planes())
    j = linearise(residuals, a, track, exact)[0].flatten(0, 1)
    found = step(residuals, a, track, exact)
    half = torch.linalg.inv(torch.linalg.cholesky(j.T @ j))
    share = torch.linalg.eigvalsh(half @ found.information @ half.T)
    return found.eigenvalues, 1 - share[5]


def test_the_sixth_eigenvalue_falls_with_the_square_of_the_slopes():
    """And below the information of the mounting, (100 µm)⁻², at slopes of a ten-thousandth."""
    wide, narrow = (spectrum(slopes)[0] for slopes in (1e-3, 1e-4))
    assert narrow[5] / wide[5] == pytest.approx(1e-2, rel=1e-2)  # the next order: slopes²
    assert narrow[4].abs() < 1e-12 < narrow[5] < 1e-4


def test_turns_of_planes_and_tracks_converge_as_the_two_matrices_say():
    _, measured, residuals, (a, track) = beam(300)
    rounds = []
    for _ in range(26):
        j, _, r = linearise(residuals, a, track, measured)
        a = a + torch.linalg.lstsq(j.flatten(0, 1), -r.reshape(-1, 1)).solution.reshape(6, 3)
        _, j, r = linearise(residuals, a, track, measured)
        track = track + torch.linalg.lstsq(j, -r[..., None]).solution[..., 0]
        rounds.append(linearise(residuals, a, track, measured)[2].square().sum())
    least = step(residuals, a, track, measured)
    end = linearise(residuals, a + least.shared, track + least.local, measured)[2].square().sum()
    rate = ((rounds[25] - end) / (rounds[5] - end)).item() ** (1 / 40)
    # The tracks of the fit have slopes that differ by 1e-3 from those that are drawn, of 0.1.
    assert rate == pytest.approx(spectrum(0.1)[1].item(), abs=0.01)


def test_tracks_that_are_nearly_parallel_make_the_telescope_worse():
    """The twist is seen, to over a millimetre; with what the mounting knows it does no harm."""
    truth, _, measured = telescope.beam(300, 0, slopes=1e-4)
    _, _, residuals, (a, _) = beam(1)
    track = telescope.straight_tracks(measured, telescope.planes())
    found = step(residuals, a, track, measured)
    j, own, r = linearise(residuals, a, track, measured)
    left, left_r = eliminate(j, own, r)
    prior = found.information + torch.eye(18) / 100**2
    slope = torch.einsum("nij,ni->j", left, left_r)
    cautious = -torch.linalg.solve(prior, slope).reshape(6, 3)
    before, after, with_prior = (
        (x - truth).square().mean().sqrt() for x in (a, found.shared, cautious)
    )
    assert found.free == 5
    assert found.eigenvalues[5] ** -0.5 > 1000
    assert after > 2 * before
    bars = torch.linalg.inv(prior).diagonal().mean().sqrt()
    # The error has five or six parts that count: its length scatters by a third.
    assert abs(with_prior / bars - 1) < 1


def test_a_survey_of_two_planes_reaches_as_a_straight_line_does():
    _, measured, residuals, (a, track) = beam(300)
    z = telescope.planes()
    extra = torch.zeros(6, 3).double()
    extra[[0, 2]] = 1 / 20**2
    f = step(residuals, a, track, measured).information + torch.diag(extra.flatten())
    errors = f.inverse().diagonal().sqrt().reshape(6, 3)[:, 0]
    line = 20 * ((z[2] - z) ** 2 + (z - z[0]) ** 2).sqrt() / (z[2] - z[0])
    # What the tracks know is known to 2 µm at worst, which adds in squares to 14 µm.
    torch.testing.assert_close(errors, line, rtol=0.01, atol=0)


def test_what_the_local_parameters_can_follow_is_taken_out():
    g = torch.Generator().manual_seed(1)
    a, b, r = (torch.randn(4, 9, *end, generator=g) for end in ((5,), (3,), ()))
    pa, pr = eliminate(a, b, r)
    torch.testing.assert_close(b.mT @ pa, torch.zeros(4, 3, 5), rtol=0, atol=1e-5)
    left = torch.linalg.lstsq(b, r[..., None]).solution
    torch.testing.assert_close(pr, r - (b @ left)[..., 0], rtol=0, atol=1e-5)


def test_shapes_are_told():
    with pytest.raises(ValueError, match="j_ν: got shape"):
        eliminate(torch.ones(4, 9, 5), torch.ones(3, 9, 3), torch.ones(4, 9))
    with pytest.raises(ValueError, match="relative: got"):
        step(lambda g, own, y: g + own + y, torch.ones(1), torch.ones(2, 1), torch.ones(2, 1), 0.0)
