"""The environment of the book: what `make setup` does, with the standard library alone."""
