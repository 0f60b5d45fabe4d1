"""Cells that run in the page: which may, what they need, and the runtime that runs them."""
