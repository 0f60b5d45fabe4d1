"""Forward models: a ball, a pitching machine, masses."""

from diffprog import explain_old_names

explain_old_names(__name__)
