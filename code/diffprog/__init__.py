"""Differentiable programming with PyTorch: the library that the chapters of the book run."""
