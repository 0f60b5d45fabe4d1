"""The package document of the EPUB: what its pages contain, for whom they are, and their date."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from lxml import etree

from ..colophon import CC_BY

__all__ = ["COVER", "complete", "moment"]

COVER = "_static/cover.png"

OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"

ACCESS = (
    ("accessMode", "textual"),
    ("accessMode", "visual"),
    ("accessModeSufficient", "textual"),
    ("accessModeSufficient", "textual,visual"),
    ("accessibilityFeature", "alternativeText"),
    ("accessibilityFeature", "MathML"),
    ("accessibilityFeature", "readingOrder"),
    ("accessibilityFeature", "structuralNavigation"),
    ("accessibilityFeature", "tableOfContents"),
    ("accessibilityHazard", "none"),
    (
        "accessibilitySummary",
        "Formulas are MathML, each figure has an alternative text that says what it shows, and"
        " code is text.",
    ),
)
"""What schema.org's vocabulary says of the book: each page is of text, formulas and pictures."""


def moment(root: Path) -> time.struct_time:
    """Return the date of the edition, which makes two runs the same.

    It is SOURCE_DATE_EPOCH, or that of the last commit; without either, it is now.
    """
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not seconds:
        asked = ["git", "-C", str(root), "show", "--no-patch", "--format=%ct", "HEAD"]
        try:
            done = subprocess.run(asked, capture_output=True, text=True, check=False)
            seconds = done.stdout.strip()
        except OSError:  # there is no git
            seconds = ""
    return time.gmtime(int(seconds or time.time()))


def complete(folder: Path, address: str) -> None:
    """Add to the package document in this folder what Sphinx leaves out.

    `address` is that of the published site, if it is known.
    """
    path = folder / "content.opf"
    # Else, lxml would write a prefix before the name of each element that is added.
    text = path.read_bytes().replace(b' xmlns:opf="http://www.idpf.org/2007/opf"', b"")
    package = etree.fromstring(text, etree.XMLParser(remove_blank_text=True))
    about, manifest = package.find(f"{OPF}metadata"), package.find(f"{OPF}manifest")
    assert about is not None
    assert manifest is not None
    del package.attrib["prefix"]
    for element in list(about):
        unknown = element.tag in (f"{DC}contributor", f"{DC}publisher")
        if unknown or (element.get("property") or "").startswith("ibooks:"):
            about.remove(element)
    date = about.find(f"{DC}date")
    assert date is not None
    date.text = (date.text or "")[:10]
    if address:
        etree.SubElement(about, f"{DC}source").text = address
    for name, value in (("dcterms:license", CC_BY), *((f"schema:{k}", v) for k, v in ACCESS)):
        etree.SubElement(about, f"{OPF}meta", property=name).text = value
    for item in manifest:
        if found := " ".join(_properties(folder, item.get("href") or "")):
            item.set("properties", found)
    etree.indent(package)
    path.write_bytes(etree.tostring(package, encoding="utf-8", xml_declaration=True))


def _properties(folder: Path, name: str) -> list[str]:
    """Return what a reading app has to know of a file before it opens the file."""
    if name == COVER:
        return ["cover-image"]
    if name == "nav.xhtml":
        return ["nav"]
    if not name.endswith(".xhtml"):
        return []
    page = (folder / name).read_text(encoding="utf-8")
    return [found for found, tag in (("mathml", "<math"), ("svg", "<svg")) if tag in page]
