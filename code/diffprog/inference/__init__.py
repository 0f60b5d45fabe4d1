"""How sure a fit is: covariances, intervals, and simulated experiments."""
