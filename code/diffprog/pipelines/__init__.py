"""Networks around simulators, and what can be learned from their data."""

from diffprog import explain_old_names

explain_old_names(__name__)
