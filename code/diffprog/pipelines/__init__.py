"""Networks around simulators, and what their data can tell."""

from diffprog import explain_old_names

explain_old_names(__name__)
