"""What the page's Python has of the press: the kernel of its cells."""
