"""The book on paper: all its pages as one, which a browser prints to a PDF."""
