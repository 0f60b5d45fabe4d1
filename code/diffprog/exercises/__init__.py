"""The checks that a learner runs, one module a chapter."""
