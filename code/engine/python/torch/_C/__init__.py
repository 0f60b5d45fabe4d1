"""What the library asks of PyTorch's compiled part."""

from torch._C import _functorch

__all__ = ["_functorch"]
