"""Displaced planes read what rotation and shift say, and straight lines are found."""

import math

import pytest
import torch

from diffprog.simulator.telescope import ARM, beam, hits, planes, straight_tracks


def test_a_plane_at_rest_reads_the_straight_line():
    z = planes(3, 0.5)
    track = torch.tensor([[0.01, 0.02, 0.1, -0.1]]).double()
    wanted = torch.tensor([[[0.01, 0.02], [0.06, -0.03], [0.11, -0.08]]]).double()
    torch.testing.assert_close(hits(torch.zeros(3, 3).double(), track, z), wanted)


def test_a_plane_turned_by_a_right_angle_has_its_axes_exchanged():
    turn = math.pi / 2 * ARM * 1e6  # the way of a point at ARM, in µm
    a = torch.tensor([[0.0, 0.0, turn]]).double()
    got = hits(a, torch.tensor([0.03, 0.04, 0.0, 0.0]).double(), planes(1))
    torch.testing.assert_close(got, torch.tensor([[0.04, -0.03]]).double())


def test_a_shift_of_the_plane_is_a_shift_of_its_readings_the_other_way():
    a = torch.tensor([[100.0, -50.0, 0.0]]).double()
    got = hits(a, torch.zeros(4).double(), planes(1))
    torch.testing.assert_close(got, torch.tensor([[-1e-4, 5e-5]]).double())


def test_straight_tracks_are_those_that_made_the_hits():
    _, track, _ = beam(20, 3)
    z = planes()
    exact = hits(torch.zeros(6, 3).double(), track, z)
    torch.testing.assert_close(straight_tracks(exact, z), track, rtol=1e-9, atol=1e-12)


def test_the_errors_of_hits_have_the_width_asked_for():
    a, track, measured = beam(2000, 1, sigma=5e-6)
    errors = measured - hits(a, track, planes())
    # The standard error of a width from 24 000 numbers is 0.5 %.
    assert errors.std() == pytest.approx(5e-6, rel=0.02)


def test_slopes_have_the_width_asked_for():
    _, track, _ = beam(2000, 1, slopes=0.01)
    assert track[:, 2:].std() == pytest.approx(0.01, rel=0.05)  # three standard errors
    _, track, _ = beam(3, 1, slopes=0)
    assert (track[:, 2:] == 0).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: planes(0), "number: got 0"),
        (lambda: planes(3, -0.1), "spacing: got"),
        (lambda: beam(0, 0), "tracks: got 0"),
        (lambda: beam(3, 0, sigma=0.0), "sigma: got"),
        (lambda: beam(3, 0, slopes=-0.1), "slopes: got"),
        (lambda: hits(torch.zeros(3, 2), torch.zeros(4), torch.zeros(3)), "a: got shape"),
        (lambda: hits(torch.zeros(3, 3), torch.zeros(4), torch.zeros(4)), "z: got shape"),
        (lambda: straight_tracks(torch.zeros(5, 3, 2), torch.zeros(4)), "z: got shape"),
    ],
)
def test_bad_arguments_are_told(call, words):
    with pytest.raises(ValueError, match=words):
        call()
