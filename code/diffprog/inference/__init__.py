"""Uncertainties of fits: covariances, intervals, simulated experiments."""
