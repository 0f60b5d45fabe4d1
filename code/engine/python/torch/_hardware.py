"""Hardware that a page does not reach: questions about it have answers, and no more."""

from torch._errors import absent


class _Nothing:
    """A device that is not there."""

    def __init__(self, name):
        self._name = name

    def is_available(self):
        return False

    def device_count(self):
        return 0

    def __getattr__(self, name):
        raise AttributeError(absent(f"torch.{self._name}.{name}"))


cuda = _Nothing("cuda")
backends = _Nothing("backends")
