"""The terms of schema.org that the book uses: which type has them, and what they take."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

KNOWN = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
KINDS: dict[str, list[str]] = KNOWN["kinds"]
TERMS: dict[str, dict[str, list[str]]] = KNOWN["terms"]
ELEMENT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.S)
LITERALS = {
    "Text": lambda value: isinstance(value, str),
    "URL": lambda value: isinstance(value, str) and value.startswith("https://"),
    "Number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "Integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Boolean": lambda value: isinstance(value, bool),
    "Duration": lambda value: bool(re.fullmatch(r"PT\d+M(\d+S)?", str(value))),
    "BookFormatType": lambda value: value == "https://schema.org/EBook",
}


def described(html: str) -> list[dict[str, Any]]:
    """What a page says of itself to machines."""
    return [json.loads(text) for text in ELEMENT.findall(html)]


def faults(data: Any, where: str = "") -> Iterator[str]:
    """Yield what schema.org does not know, or does not allow there."""
    if not where and data.pop("@context", None) != "https://schema.org":
        yield "no context"
    kinds = data.get("@type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if not kinds or not set(kinds) <= KINDS.keys():
        yield f"{where}: no such type: {kinds}"
    for name, value in data.items():
        if name == "@id" and not LITERALS["URL"](value):
            yield f"{where}: {value} is no address"
        if name.startswith("@"):
            continue
        if not set(kinds) & set(TERMS.get(name, {}).get("of", ())):
            yield f"{where}: {kinds} has no {name}"
            continue
        for one in value if isinstance(value, list) else [value]:
            yield from _wrong(one, TERMS[name]["takes"], f"{where}.{name}")


def _wrong(value: Any, takes: list[str], where: str) -> Iterator[str]:
    if isinstance(value, dict):
        types = value.get("@type", [])
        types = types if isinstance(types, list) else [types]
        if not {kind for one in types for kind in (one, *KINDS.get(one, ()))} & set(takes):
            yield f"{where}: {types} is none of {takes}"
        yield from faults(value, where)
    elif not any(LITERALS[kind](value) for kind in takes if kind in LITERALS):
        yield f"{where}: {value!r} is none of {takes}"
