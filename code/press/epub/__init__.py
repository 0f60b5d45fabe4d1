"""The book as an EPUB, for reading apps: Sphinx's own builder, and what such apps need besides."""
