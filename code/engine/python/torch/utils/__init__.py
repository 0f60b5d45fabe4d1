"""The few names of torch.utils that the library imports."""


def __getattr__(name):
    from torch._errors import absent

    raise AttributeError(absent(f"torch.utils.{name}"))
