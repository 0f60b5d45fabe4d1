"""The press: turns the chapters and the code they run into pages, slides and notebooks."""
