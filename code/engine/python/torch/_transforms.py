"""The transforms that a computation is inside of: one frame for each vmap around it."""

frames = []


class Frame:
    """One vmap: the engine's level of its axis, how many entries, and what random draws do."""

    __slots__ = ("level", "randomness", "size")

    def __init__(self, level, size, randomness):
        self.level, self.size, self.randomness = level, size, randomness
