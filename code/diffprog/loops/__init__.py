"""Loops that fit: gradient descent, Gauss–Newton, training, ensembles."""

from diffprog import explain_old_names

explain_old_names(__name__)
