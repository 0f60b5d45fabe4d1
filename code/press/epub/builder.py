"""Sphinx's builder of EPUBs, with what it leaves out and without what reading apps do not run."""

from __future__ import annotations

import shutil
from html import escape
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sphinx.application import Sphinx
from sphinx.builders.epub3 import Epub3Builder

from .. import edition, files
from ..pages.assets import BIBLIOGRAPHY
from . import content, cover, package

__all__ = ["BookEpub", "setup"]

STYLE, COVER = "_static/epub.css", package.COVER


class BookEpub(Epub3Builder):
    """Pages without scripts, with one style sheet, in a package that says what it is."""

    def init(self) -> None:
        """State the language of each page."""
        super().init()
        language = escape(self.config.epub_language)
        self.html_tag = f'{Epub3Builder.html_tag[:-1]} lang="{language}" xml:lang="{language}">'

    def init_css_files(self) -> None:
        """Load our style sheet only."""
        self._css_files = []
        self.add_css_file(Path(STYLE).name)

    def prepare_writing(self, docnames: set[str]) -> None:
        """Leave out the styles and the scripts that extensions have added."""
        super().prepare_writing(docnames)
        self._css_files[:] = [css for css in self._css_files if str(css.filename) == STYLE]
        self._orig_css_files = list(self._css_files)
        self._js_files.clear()
        self._orig_js_files = []

    def handle_page(
        self,
        pagename: str,
        addctx: dict[str, Any],
        templatename: str = "page.html",
        outfilename: str | None = None,
        event_arg: Any = None,
    ) -> None:
        """Write a page with roles that are not deprecated."""
        if "body" in addctx:
            addctx["body"] = addctx["body"].replace(*BIBLIOGRAPHY)
        super().handle_page(pagename, addctx, templatename, outfilename, event_arg)

    def get_toc(self) -> None:
        """Collect the titles of pages, with their numbers."""
        super().get_toc()
        for entry in self.refnodes:
            docname = entry["refuri"].removesuffix(self.out_suffix)
            number = ".".join(map(str, self.env.titles[docname].get("secnumber") or ()))
            entry["text"] = f"{number} {entry['text']}".strip()

    def copy_static_files(self) -> None:
        """Write the style sheet and the cover."""
        files.write(Path(self.outdir) / STYLE, (files.ASSETS / "epub.css").read_bytes())
        figure = str(self.env.metadata[self.config.root_doc].get("card", ""))
        files.write(Path(self.outdir) / COVER, cover.draw(edition.current(), figure))

    def content_metadata(self) -> dict[str, Any]:
        """State the date of the edition, and how the first page describes the book."""
        about = self.env.metadata[self.config.root_doc].get("description", "")
        return {**super().content_metadata(), "description": escape(str(about)), "date": self._date}

    @property
    def _date(self) -> str:
        now = package.moment(edition.current().book.root)
        return f"{now.tm_year}-{now.tm_mon:02}-{now.tm_mday:02}T00:00:00Z"

    def build_content(self) -> None:
        """Write the package document, without the files of extensions."""
        for path in list((Path(self.outdir) / "_static").iterdir()):
            if path.name not in (Path(STYLE).name, Path(COVER).name):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        super().build_content()
        package.complete(Path(self.outdir), edition.current().book.address)

    def toc_metadata(self, level: int, navpoints: list[Any]) -> dict[str, Any]:
        """Name the book as the package document does."""
        made = super().toc_metadata(level, navpoints)
        return {**made, "uid": escape(self.config.epub_identifier)}

    def build_epub(self) -> None:
        """Pack the files, each with the date of the edition."""
        folder, date = Path(self.outdir), package.moment(edition.current().book.root)
        first = ("mimetype", "META-INF/container.xml", "content.opf", "toc.ncx")
        with ZipFile(folder / f"{self.config.epub_basename}.epub", "w") as packed:
            for name in (*first, *self.files):
                entry = ZipInfo(name, date[:6])
                entry.compress_type = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                packed.writestr(entry, (folder / name).read_bytes())


def setup(app: Sphinx) -> None:
    """Replace Sphinx's builder of this name."""
    app.add_builder(BookEpub, override=True)
    content.setup(app)
