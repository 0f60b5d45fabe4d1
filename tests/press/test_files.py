"""Files are written whole or not at all, and only if they change."""

import os

import pytest

from press import files


def test_a_file_is_written_with_the_folders_above_it(tmp_path):
    path = tmp_path / "a/b/c.txt"
    files.write(path, "größe\n")
    assert path.read_text(encoding="utf-8") == "größe\n"
    files.write(path, b"\x00")
    assert path.read_bytes() == b"\x00"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_has_its_content_is_not_touched(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    files.write(path, "same")
    monkeypatch.setattr(os, "replace", None)
    files.write(path, "same")
    with pytest.raises(TypeError):
        files.write(path, "other")


def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch):
    def full(*_):
        raise OSError

    path = tmp_path / "a.txt"
    files.write(path, "old")
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match=r"^$"):
        files.write(path, "new")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.txt", "old")]


def test_files_are_listed_in_order_without_what_tools_leave(tmp_path):
    for name in ("b.txt", "a.txt", ".hidden", "d/e.txt", "c/f.txt", "c/__pycache__/g.pyc"):
        files.write(tmp_path / name, "")
    files.write(tmp_path / ".ipynb_checkpoints/b.txt", "")
    found = [path.relative_to(tmp_path).as_posix() for path in files.files(tmp_path)]
    assert found == ["a.txt", "b.txt", "c/f.txt", "d/e.txt"]
    assert list(files.files(tmp_path / "a.txt")) == [tmp_path / "a.txt"]
    assert list(files.files(tmp_path / "none")) == []


def test_a_digest_is_that_of_the_content():
    assert files.digest(b"") == ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    assert files.digest(b"a") != files.digest(b"b")
