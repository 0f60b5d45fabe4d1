"""Names for annotations. They are never evaluated."""


class _Any:
    """Anything in square brackets is this again."""

    def __class_getitem__(cls, item):
        return cls

    def __or__(self, other):
        return self


class NDArray(_Any):
    """An array."""


class ArrayLike(_Any):
    """What an array is made of."""


class DTypeLike(_Any):
    """What names a type."""
