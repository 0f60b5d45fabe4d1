"""Assertions about arrays."""

import numpy as np


def assert_allclose(actual, desired, rtol=1e-07, atol=0, equal_nan=True, err_msg=""):
    actual, desired = np.asarray(actual), np.asarray(desired)
    if not np.allclose(actual, desired, rtol, atol, equal_nan):
        raise AssertionError(
            f"\nNot equal to tolerance rtol={rtol:g}, atol={atol:g}\n{err_msg}\n"
            f" ACTUAL: {actual!r}\n DESIRED: {desired!r}"
        )


def assert_array_equal(actual, desired, err_msg=""):
    actual, desired = np.asarray(actual), np.asarray(desired)
    if not np.array_equal(actual, desired):
        raise AssertionError(
            f"\nArrays are not equal\n{err_msg}\n ACTUAL: {actual!r}\n DESIRED: {desired!r}"
        )


assert_equal = assert_array_equal


def __getattr__(name):
    raise np._absent_error(f"testing.{name}")
