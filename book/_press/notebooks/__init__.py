"""Notebooks derived from the chapters: one with stubs for students, one solved."""

KINDS = ("student", "solved")
