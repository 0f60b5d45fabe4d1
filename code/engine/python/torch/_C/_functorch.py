"""Questions about tensors inside vmap."""


def is_batchedtensor(x):
    return x._h.levels.length > 0


is_functorch_wrapped_tensor = is_batchedtensor


def get_unwrapped(x):
    """Return a batched tensor with the axis of its innermost vmap in front."""
    from torch.func import unwrapped

    return unwrapped(x)


def maybe_get_level(x):
    levels = x._h.levels
    return levels[levels.length - 1] if levels.length else -1
