"""The library in the book: its pages, links to them from code, and the general index."""
