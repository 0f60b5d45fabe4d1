"""The pages: what the press adds to Sphinx and its theme, and the site put in its place."""
