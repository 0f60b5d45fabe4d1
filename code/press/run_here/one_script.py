"""Modules that import each other, written as one script, for places where there are no modules.

Each module becomes a generator function. What it imports are its variables. It first yields what it
exports, and what sets those variables, and then runs. So functions are there before any module has
run, and constants from then on, as with real modules, of which some import each other.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from ..book import PressError

__all__ = ["one_script"]

NAMES = r"(?:(?P<default>\w+)|\*(?: as (?P<all>\w+))?|\{(?P<names>[^}]*)\})"
FROM = re.compile(rf'^(?P<how>import|export) {NAMES} from "(?P<place>\.\.?/[\w./]+)";', re.M)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*? ?|const |class )(\w+))", re.M)
LISTED = re.compile(r"(?:^|(?<=;))export ?\{([^}]*)\};", re.M)
DEFAULT = re.compile(r"(?:^|(?<=\}))export default ", re.M)
LATER = re.compile(r'\bimport\("(\.\.?/[\w./]+)"\)')
REST = re.compile(r"^(?:import|export)\b.*", re.M)
PLACE = "https://book.invalid/"
"""Where a module says that it is. Nothing is asked from there."""

SCRIPT = """\
(() => {{
"use strict";
{functions}
const modules = [{names}].map(module => {{
  const body = module(), {{ gives, takes }} = body.next().value, all = {{}};
  for (const [name, get] of Object.entries(gives)) {{
    Object.defineProperty(all, name, {{ get, enumerable: true }});
  }}
  return {{ body, takes, all }};
}});

/* Gives what a module exports, as far as it is there, to those that import it. */
function hand(all, one) {{
  for (const {{ takes }} of modules) {{
    for (const [from, name, set] of takes) {{
      if (from !== one) continue;
      try {{
        set(name === "*" ? all : all[name]);
      }} catch (error) {{
        if (!(error instanceof ReferenceError)) throw error; /* it has not run */
      }}
    }}
  }}
}}
modules.forEach(({{ all }}, one) => hand(all, one));
modules.forEach(({{ body, all }}, one) => {{
  body.next();
  hand(all, one);
}});
return {{ {entries} }};
}})()"""


def one_script(modules: Mapping[str, str], entries: Sequence[str]) -> str:
    """Return an expression: an object with what each module of `entries` exports, by its name.

    `modules` has the texts by their places. Raises PressError where a text imports or exports in a
    way that is not read here.
    """
    order = list(_in_order(modules, entries))
    functions = [_function(i, name, modules, order) for i, name in enumerate(order)]
    return SCRIPT.format(
        functions="\n".join(functions),
        names=", ".join(f"m{i}" for i in range(len(order))),
        entries=", ".join(f"{json.dumps(e)}: modules[{order.index(e)}].all" for e in entries),
    )


def _in_order(modules: Mapping[str, str], entries: Sequence[str]) -> Iterator[str]:
    """Yield the modules as they run: each after those that it imports, unless they import it."""
    met: set[str] = set()

    def visit(name: str) -> Iterator[str]:
        if name in modules and name not in met:  # what is imported later may be absent
            met.add(name)
            places = [match["place"] for match in FROM.finditer(modules[name])]
            for place in (*places, *LATER.findall(modules[name])):
                yield from visit(_beside(name, place))
            yield name

    for entry in entries:
        yield from visit(entry)


def _beside(name: str, place: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), place))


def _pairs(names: str) -> Iterator[tuple[str, str]]:
    """Yield the two names of each `a as b`; both are the same where nothing is renamed."""
    for part in filter(None, (part.strip() for part in names.split(","))):
        name, _, other = part.partition(" as ")
        yield name, other or name


def _links(modules: Mapping[str, str], name: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield how a module takes a name ("import" or "export"), whence, and what both call it."""
    for match in FROM.finditer(modules[name]):
        how, source = match["how"], _beside(name, match["place"])
        if match["default"]:
            pairs = iter([("default", match["default"])])
        elif match["all"]:
            pairs = iter([("*", match["all"])])
        elif match["names"] is None:
            pairs = ((each, each) for each in _exports(modules, source))
        else:
            pairs = _pairs(match["names"])
        yield from ((how, source, theirs, ours) for theirs, ours in pairs)


def _own(text: str) -> dict[str, str]:
    """Return the names that a module exports of its own, and what it calls them itself."""
    listed = (pair for names in LISTED.findall(text) for pair in _pairs(names))
    default = {"default": "its_default"} if DEFAULT.search(text) else {}
    return (
        {name: name for name in EXPORT.findall(text)} | {new: own for own, new in listed} | default
    )


def _exports(modules: Mapping[str, str], name: str) -> list[str]:
    passed_on = (ours for how, _, _, ours in _links(modules, name) if how == "export")
    return [*_own(modules[name]), *passed_on]


def _function(i: int, name: str, modules: Mapping[str, str], order: Sequence[str]) -> str:
    """Return a module as a generator function."""
    gives = _own(modules[name])
    variables: list[str] = []
    takes: list[str] = []
    for how, source, theirs, ours in _links(modules, name):
        variable = ours
        if how == "export":
            variable = gives[ours] = f"passed_on_{len(variables)}"
        variables.append(variable)
        set_it = f"given => {{ {variable} = given; }}"
        takes.append(f"[{order.index(source)}, {json.dumps(theirs)}, {set_it}]")

    def later(match: re.Match[str]) -> str:
        place = _beside(name, match[1])
        return f"Promise.resolve(modules[{order.index(place)}].all)" if place in order else match[0]

    body = EXPORT.sub("", LISTED.sub("", FROM.sub("", modules[name])))
    body = LATER.sub(later, DEFAULT.sub("const its_default = ", body))
    if rest := REST.search(body):
        raise PressError(f"{name}: one_script.py does not know {rest[0]!r}")
    body = body.replace("import.meta.url", json.dumps(PLACE + name))
    given = ", ".join(f"{new}: () => {own}" for new, own in gives.items())
    declared = f"let {', '.join(variables)};\n" if variables else ""
    return (
        f"/* {name} */\nfunction* m{i}() {{\n{declared}"
        f"yield {{ gives: {{ {given} }}, takes: [{', '.join(takes)}] }};\n{body}\n}}\n"
    )
