"""Derivatives: their graph, checks, costs, and the curvature."""
