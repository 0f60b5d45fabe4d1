"""Settings of the book that another version of Sphinx would read in another way."""

import pytest
import yaml
from sphinx.util.matching import Matcher

from .small import ROOT

EXCLUDED = Matcher(yaml.safe_load((ROOT / "_config.yml").read_text())["exclude_patterns"])


@pytest.mark.parametrize(
    "path", [".venv/lib/README.md", ".pytest_cache/README.md", ".hidden.md", "_build"]
)
def test_no_page_is_looked_for_in_hidden_folders(path):
    assert EXCLUDED(path)


@pytest.mark.parametrize("path", ["../assets/book.css", "../../themes/x/static/theme.js"])
def test_files_above_the_folder_of_a_page_are_not_hidden(path):
    """Sphinx 9 matches static files of a theme against these patterns, and drops them silently."""
    assert not EXCLUDED(path)
