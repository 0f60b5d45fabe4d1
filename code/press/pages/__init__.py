"""The pages: additions to Sphinx and its theme, and the publication of a new site."""
