"""Execution of chapters: a kernel for each one that changed, a cache for all others."""
