"""The chapters run: those that changed, in kernels, with a cache of what they gave."""
