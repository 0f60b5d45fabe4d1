"""What Jupyter Book makes of `_config.yml`, and that one module alone asks it."""

import ast

import yaml

from press.jupyter_book_config import sphinx_settings

from ..conftest import ROOT

BY_ITSELF = {
    # It always says the same, whatever `_config.yml` says.
    "comments_config": {"hypothesis": False, "utterances": False},
    "external_toc_exclude_missing": True,  # from only_build_toc_files: true
    "html_baseurl": "",  # the press puts the book's address in its place
    "html_sourcelink_suffix": "",
    "html_theme": "sphinx_book_theme",
    "latex_engine": "pdflatex",
    "myst_url_schemes": ["mailto", "http", "https"],
    "nb_execution_allow_errors": False,
    "nb_execution_cache_path": "",
    "nb_execution_excludepatterns": [],
    "nb_execution_in_temp": False,
    "nb_execution_timeout": 30,
    "nb_output_stderr": "show",
    "numfig": True,
    "pygments_style": "sphinx",
    "suppress_warnings": ["myst.domains"],
}


def imports(path):
    """The packages that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_one_module_alone_imports_jupyter_book():
    paths = [path for folder in ("code", "tests") for path in (ROOT / folder).rglob("*.py")]
    importing = [path for path in paths if "jupyter_book" in imports(path)]
    assert importing == [ROOT / "code/press/jupyter_book_config.py"]


def test_the_settings_that_it_derives_are_these():
    """A replacement has to return the same; this is how."""
    book = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    own, html = book["sphinx"]["config"], book["html"]
    derived = {
        "author": book["author"],
        "bibtex_bibfiles": book["bibtex_bibfiles"],
        "copyright": book["copyright"],
        "exclude_patterns": sorted(
            {*book["exclude_patterns"], "**.ipynb_checkpoints", ".DS_Store", "Thumbs.db"}
        ),
        "extensions": [*own["extensions"], "sphinx_multitoc_numbering"],
        "external_toc_path": "elsewhere.yml",
        "html_favicon": html["favicon"],
        "html_logo": book["logo"],
        "html_title": book["title"],
        "myst_enable_extensions": book["parse"]["myst_enable_extensions"],
        "nb_execution_mode": book["execute"]["execute_notebooks"],
        "use_jupyterbook_latex": book["latex"]["use_jupyterbook_latex"],
        "use_multitoc_numbering": html["use_multitoc_numbering"],
    }
    settings = sphinx_settings(ROOT, external_toc_path="elsewhere.yml")
    settings["exclude_patterns"] = sorted(settings["exclude_patterns"])
    assert settings == own | BY_ITSELF | derived


def test_what_is_given_comes_before_what_the_file_says():
    assert sphinx_settings(ROOT, nitpicky=True)["nitpicky"] is True
    assert sphinx_settings(ROOT, language="de")["language"] == "de"
