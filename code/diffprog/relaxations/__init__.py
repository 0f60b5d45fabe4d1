"""Cuts, hard and soft: counts, objectives, and estimates of slopes."""

from diffprog import explain_old_names

explain_old_names(__name__)
