"""Derivatives: the graph behind them,
checks of gradients, what they cost, curvature."""
