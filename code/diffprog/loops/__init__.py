"""Loops that fit: gradient descent,
Gauss–Newton, training, and many runs at once."""

from diffprog import explain_old_names

explain_old_names(__name__)
