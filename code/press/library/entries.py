"""The pages of the library: `{library} diffprog.simulator.ball` shows what a module offers.

Sphinx's autodoc and napoleon make the entries from signatures and docstrings. Below each stands
where the book uses the name, as its cells say, and a link to its source if a repository is known.
"""

from __future__ import annotations

import inspect
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import Any

from docutils import nodes
from docutils.utils import new_document
from myst_parser.mocking import MockRSTParser
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from .. import edition
from .docstrings import as_rest
from .inventory import inventory
from .public import LIBRARY, Module, library
from .uses import uses

__all__ = ["setup"]

LOGGER = logging.getLogger(__name__)
LINE = '<span class="dp-parameter">'
_PARAMETERS = re.compile(r"<dl>\s*((?:<dd>.*?</dd>\s*)+)</dl>")
MOST = 8
"""The places of a chapter that an entry names; where more use it, the chapter alone is named."""
SETTINGS = {
    "add_module_names": False,
    "autodoc_typehints_format": "short",
    "autodoc_preserve_defaults": True,
    "maximum_signature_line_length": 68,
    "napoleon_numpy_docstring": False,
    "napoleon_use_ivar": True,
    "napoleon_use_param": False,
    "toc_object_entries_show_parents": "hide",
}


class used_in(nodes.General, nodes.Element):
    """The place of what says where the book uses `name`."""


class LibraryDirective(SphinxDirective):
    """`{library} diffprog.simulator.ball`: the module's docstring, and an entry for each name."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the entries, made by autodoc; the page depends on the module's file."""
        name = self.arguments[0]
        known = library(edition.current().book.code)
        if name not in known.modules:
            raise self.error(f"{name} is no public module: they are {', '.join(known.modules)}")
        module = known.modules[name]
        self.env.note_dependency(os.path.relpath(module.path, self.env.srcdir))
        shown = self.env.__dict__.setdefault("library_modules", {})
        shown[name] = self.env.docname
        text = "\n".join(self._lines(module))
        # The page is Markdown; autodoc writes reStructuredText, as in MyST's {eval-rst}.
        inner = new_document(str(module.path), self.state.document.settings)
        inner.reporter = self.state.document.reporter
        MockRSTParser().parse(text, inner)
        return list(inner.children)

    def _lines(self, module: Module) -> Iterator[str]:
        known = library(edition.current().book.code)
        yield from (f".. py:module:: {module.name}", "")
        documented = inspect.getdoc(import_module(module.name)) or ""
        yield from as_rest(documented.splitlines(), lambda name: meaning(module.name, name))
        elsewhere = []
        for own in module.offers:
            name = f"{module.name}.{own}"
            if (origin := known.canonical(name)) != name:
                elsewhere.append((own, origin))
                continue
            kind = _kind(module, own)
            yield from ("", f".. auto{kind}:: {name}")
            if kind == "class":
                yield "   :members:"
                if "Attributes:" not in (inspect.getdoc(_object(name)) or ""):
                    yield "   :undoc-members:"
                yield "   :member-order: bysource"
            elif kind == "data" and len(repr(_object(name))) > 60:
                yield "   :no-value:"
        if elsewhere:
            listed = ", ".join(f":py:obj:`{own} <{origin}>`" for own, origin in elsewhere)
            yield from ("", f"Also here, from elsewhere: {listed}.")


def _object(name: str) -> Any:
    module, _, own = name.rpartition(".")
    return getattr(import_module(module), own)


def _kind(module: Module, own: str) -> str:
    found = _object(f"{module.name}.{own}")
    if inspect.isclass(found):
        return "exception" if issubclass(found, Exception) else "class"
    return "function" if callable(found) else "data"


def meaning(module: str, name: str) -> str:
    """Return the canonical name of what a docstring in `module` calls `name`, or ''."""
    known = library(edition.current().book.code)
    here = known.modules.get(module)
    first, _, rest = name.partition(".")
    bound = dict(here.imported) if here else {}
    tries = [f"{module}.{name}", f"{bound.get(first, first)}.{rest}" if rest else ""]
    tries += [f"{LIBRARY}.{name}"] + [f"{folder}.{name}" for folder in _folders(module)]
    return next(filter(None, map(known.canonical, filter(None, tries))), "")


def _folders(module: str) -> Iterator[str]:
    """Yield the folders of the library, that of `module` first: docstrings say `cuts.cut`."""
    own = module.rpartition(".")[0]
    yield own
    known = library(edition.current().book.code)
    yield from sorted({name.rpartition(".")[0] for name in known.modules} - {own})


def _docstring(
    app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]
) -> None:
    """Make a docstring reStructuredText, before napoleon reads it, and add where it is used."""
    if not name.startswith(f"{LIBRARY}."):
        return
    known = library(edition.current().book.code)
    module = name.rpartition(".")[0]
    while module and module not in known.modules:
        module = module.rpartition(".")[0]
    if what == "data" and not isinstance(thing, type) and lines == _of_type(thing):
        lines.clear()  # the docstring of str, which says nothing about this value
    made = list(as_rest(lines, lambda inner: meaning(module, inner)))
    lines[:] = [*made, "", f".. library-used-in:: {name}", ""]


def _of_type(thing: Any) -> list[str]:
    documented = inspect.getdoc(type(thing)) or ""
    return [*documented.splitlines(), ""]


def _signature(
    app: Sphinx, what: str, name: str, thing: Any, options: Any, signature: str | None, gives: str
) -> tuple[str | None, str]:
    """Return a signature that Sphinx can read: a field that is made anew has no text for that."""
    return signature and signature.replace("<factory>", "..."), gives


class UsedInDirective(SphinxDirective):
    """`library-used-in`, which the docstrings get: where the cells of the book use a name."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the place, which is filled when all chapters are read."""
        return [used_in("", name=self.arguments[0])]


def _fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Say where names are used: the number of each chapter, and its sections if they are few."""
    for place in list(doctree.findall(used_in)):
        chapters = list(_chapters(app, place["name"]))
        if not chapters:
            entry = place["name"] in set(library(edition.current().book.code).entries())
            said = nodes.paragraph("", "No cell of the book uses it by name.", classes=["dp-used"])
            place.replace_self([said] if entry else [])
            continue
        said = nodes.paragraph("", "Used in ", classes=["dp-used"])
        for number, (page, sections) in enumerate(chapters):
            said += nodes.Text("; " if number else "")
            said += _links(app, docname, page, sections)
        place.replace_self(said)


def _chapters(app: Sphinx, name: str) -> Iterator[tuple[str, Counter[tuple[str, str]]]]:
    """Yield the pages that use a name, in reading order, with their sections in theirs.

    Who uses a member of an object uses its class.
    """
    found = uses(app.env)
    for execution in edition.current().executions:
        page = execution.page.docname
        sections = Counter((anchor, title) for used, anchor, title in found.get(page, ())
                           if used == name or used.startswith(f"{name}."))  # fmt: skip
        if sections:
            yield page, sections


def _links(
    app: Sphinx, docname: str, page: str, sections: Counter[tuple[str, str]]
) -> list[nodes.Node]:
    """Return the link to a chapter, at the first section that uses the name, and to the others."""
    chapter = edition.current().execution(page)
    assert chapter is not None
    shown = chapter.page.number
    uri = app.builder.get_relative_uri(docname, page)
    if not shown:
        sections = Counter({(next(iter(sections))[0], chapter.chapter.title): 1})
    elif len(sections) > MOST:
        first = f"{uri}#{next(iter(sections))[0]}"
        text = f", {len(sections)} sections"
        return [nodes.reference("", shown, refuri=first, internal=True), nodes.Text(text)]
    made: list[nodes.Node] = []
    for number, (anchor, section) in enumerate(sections):
        words = section if number else f"{shown} {section}".strip()
        made += [nodes.Text(", ")] if number else []
        made.append(nodes.reference("", words, refuri=f"{uri}#{anchor}", internal=True))
    return made


def _missing(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, shown: nodes.Node
) -> nodes.Node | None:
    """Link names of other packages in signatures; take those that have no page as they are."""
    if node.get("refdomain") != "py" or node.get("refdoc") not in _pages(env):
        return None
    target = str(node["reftarget"])
    known = inventory(edition.current().book)
    href = known.get(target) or known.get(f"torch.{target}", "")
    return nodes.reference("", "", shown, refuri=href) if href else shown


def _pages(env: BuildEnvironment) -> set[str]:
    return set(env.__dict__.get("library_modules", {}).values())


def _check(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of a public module that no page shows."""
    current = edition.current()
    shown = env.__dict__.get("library_modules", {})
    if current.alone or not shown:
        return
    for name in library(current.book.code).modules.keys() - shown.keys():
        LOGGER.warning(f"no page of the library has `{{library}} {name}`: add it to one")


def _forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Drop what a page said that is read again, or is gone."""
    uses(env).pop(docname, None)
    shown = env.__dict__.get("library_modules", {})
    for name in [name for name, page in shown.items() if page == docname]:
        del shown[name]


def _take_over(
    app: Sphinx, env: BuildEnvironment, docnames: Iterable[str], other: BuildEnvironment
) -> None:
    """Take what another process has read."""
    for docname in docnames:
        if docname in uses(other):
            uses(env)[docname] = uses(other)[docname]
    shown = env.__dict__.setdefault("library_modules", {})
    shown |= {n: page for n, page in other.__dict__.get("library_modules", {}).items()
              if page in docnames}  # fmt: skip


def _write_again(app: Sphinx, env: BuildEnvironment) -> Sequence[str]:
    """Return the pages of the library, which say where chapters use names: these may be new."""
    return sorted(_pages(env))


def _source(domain: str, info: dict[str, str]) -> str | None:
    """Return where the repository shows the source of a name, or None if none is known."""
    repository = edition.current().repository
    name = f"{info.get('module')}.{info.get('fullname')}"
    if domain != "py" or repository is None or not name.startswith(f"{LIBRARY}."):
        return None
    try:
        thing: Any = import_module(info["module"])
        for part in info["fullname"].split("."):
            thing = getattr(thing, part)
        if isinstance(thing, property):
            thing = thing.fget
        thing = inspect.unwrap(thing)
        lines, first = inspect.getsourcelines(thing)
        path = inspect.getsourcefile(thing)
    except (AttributeError, OSError, TypeError):  # a value, which has no source of its own
        return None
    root = edition.current().book.root
    place = os.path.relpath(path or "", root).replace(os.sep, "/")
    return repository.source(place, first, first + len(lines) - 1)


def _page_context(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Write the parameters of a signature as lines: to Sphinx they are a list without terms."""
    if pagename in _pages(app.env) and "body" in context:
        context["body"] = _PARAMETERS.sub(
            lambda listed: listed[1].replace("<dd>", LINE).replace("</dd>", "</span>"),
            context["body"],
        )


def _configure(app: Sphinx, config: Config) -> None:
    for name, value in SETTINGS.items():
        config[name] = value
    config["linkcode_resolve"] = _source


def setup(app: Sphinx) -> None:
    """Connect to Sphinx, and register the directives."""
    for extension in ("autodoc", "napoleon", "linkcode"):
        app.setup_extension(f"sphinx.ext.{extension}")
    app.add_node(used_in)
    app.add_directive("library", LibraryDirective)
    app.add_directive("library-used-in", UsedInDirective)
    app.connect("config-inited", _configure)
    app.connect("autodoc-process-docstring", _docstring, priority=100)
    app.connect("autodoc-process-signature", _signature)
    app.connect("missing-reference", _missing)
    app.connect("html-page-context", _page_context)
    app.connect("env-purge-doc", _forget)
    app.connect("env-merge-info", _take_over)
    app.connect("env-updated", _write_again)
    app.connect("env-check-consistency", _check)
    app.connect("doctree-resolved", _fill)
