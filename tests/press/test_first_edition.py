"""One build is enough in a folder in which the first edition was built; nothing is cleaned."""

import hashlib
import json
from pathlib import Path

import pytest

from .small import Small

pytestmark = pytest.mark.slow

GONE = b"c_press.state\nState\n."
"""A pickle of a class in a module that no longer exists."""


def make_old(root: Path) -> None:
    """Write what the first edition left: its caches, its manifest, and folders that git emptied."""
    build = root / "_build"
    for path in (build / "executed").iterdir():
        kept = json.loads(path.read_text())
        del kept["digest"], kept["inputs"]["settings"]  # not used then
        text = json.dumps(kept, ensure_ascii=False, sort_keys=True)
        kept["digest"] = hashlib.sha256(text.encode()).hexdigest()
        path.unlink()
        old = path.with_stem(f"{path.stem.rpartition('-')[0]}-{'0' * 20}")
        old.write_text(json.dumps(kept, ensure_ascii=False, sort_keys=True))
    (build / "outputs/ex-gone.json").write_text('{"name": "ex-gone", "kind": "exercise"}')
    (build / "outputs/n-one.json").write_text('{"name": "n-one", "turn": 1}')
    (build / "html/book/gone.html").write_text("A page of before.")
    manifest = json.loads((build / "manifest.json").read_text())
    for folder in ("doctrees", ".doctrees"):  # one of them is today's folder
        environment = f"sphinx/{folder}/environment.pickle"
        (build / environment).parent.mkdir(exist_ok=True)
        (build / environment).write_bytes(GONE)
        # The old build succeeded, so that its manifest has the digests of these files.
        manifest["reading"][environment] = hashlib.sha256(GONE).hexdigest()
    manifest["sources"] |= {"book/_press/cli.py": "0", "code/press/commands/cli.py": "0"}
    (build / "manifest.json").write_text(json.dumps(manifest))
    for stale in ("book/_press", "code/toylib", "code/toylib/gone"):
        path = root / stale / "__pycache__/gone.cpython-311.pyc"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"compiled long ago")
    (root / "book/_press/notebooks").mkdir()


def test_it_comes_right_with_one_build(tmp_path):
    small = Small(tmp_path / "small")
    small.create()
    small.good_build()
    make_old(small.root)
    result = small.build()
    assert result.code == 0, result.output + result.errors
    assert result.errors == ""
    assert result.executed == dict.fromkeys(("one", "two", "three"), "settings changed")
    assert not list((small.root / "_build/executed").glob(f"*-{'0' * 20}.json"))
    small.assert_clean(tmp_path, executed=True)
