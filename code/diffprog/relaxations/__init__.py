"""Cuts hard and soft: counts, objectives,
and ways to a slope where there is none."""

from diffprog import explain_old_names

explain_old_names(__name__)
