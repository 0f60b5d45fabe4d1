"""SciPy is not in the page; importing it says so."""

raise ImportError("SciPy is not in the page: run this in JupyterLab")
