"""The server of `make present`: pages for browsers of this machine, and a socket to the kernels.

Code that reaches a kernel may do all that its user may. Each request, of a page or of the socket,
therefore has to come from this machine, name this server as its host, come from no page of another
origin, and bring the token that was printed at the start; all others are refused (403).
"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import signal
import socket
from contextlib import suppress
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerRequest
from tornado.web import Application, HTTPError, RequestHandler, StaticFileHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from .. import files
from ..book import Book, PressError
from ..chapter import Chapter
from ..kernel_settings import environment
from ..run.prefork import MODULES, Prefork, prefork
from ..slides.code_listing import highlighted
from .kernel import LiveKernel, Place
from .output import Outputs

__all__ = ["Presentation", "present"]

HOST = "127.0.0.1"
LIVE = "/live/"
"""The addresses of what is not part of the book: script, style and the socket."""
REFUSED = (
    "403: this server answers the browser that has opened the address that `make present` printed:"
    " open that address, with its token.\n"
)
ADDED = """\
<link rel="stylesheet" href="/live/live.css">
<script type="application/json" id="live-cells">{cells}</script>
<script src="/live/live.js"></script>
"""


def present(book: Book, port: int) -> None:
    """Serve the built book until interrupted, then end all kernels.

    Raises PressError if there is no built book, or `port` cannot be used.
    """
    if not (book.build / "html" / "index.html").exists():
        raise PressError("there is no built book: `make book` builds it")
    try:
        listening = socket.create_server((HOST, port))
    except OSError as error:
        raise PressError(
            f"port {port} cannot be used ({error.strerror}): end the program that uses it, or"
            " choose another port, as in `.venv/bin/python -m press present --port 8001`"
        ) from error
    for name in ("SIGTERM", "SIGHUP"):  # as Ctrl-C, when a terminal is closed
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    with suppress(KeyboardInterrupt), listening, prefork(MODULES, environment(book)) as warm:
        presentation = Presentation(book, port, warm)
        # Jupyter's sockets need this kind of loop, which Windows does not have by default.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(presentation.serve(listening))
    print("\nAll kernels have ended", flush=True)


class Presentation:
    """A built book that is shown, its kernels, and the token that a browser needs for them."""

    def __init__(self, book: Book, port: int, warm: Prefork | None = None) -> None:
        self.book, self.port, self._warm = book, port, warm
        self.token = secrets.token_urlsafe(24)
        self.kernels: dict[str, LiveKernel] = {}
        self.sockets: set[WebSocketHandler] = set()

    @property
    def cookie(self) -> str:
        """The name of the cookie; servers on other ports have others."""
        return f"present-{self.port}"

    @property
    def origin(self) -> str:
        """The address of the server, with which that of each page begins."""
        return f"http://{HOST}:{self.port}"

    async def serve(self, listening: socket.socket) -> None:
        """Answer requests until cancelled; end the kernels then."""
        server = HTTPServer(self.application())
        listening.setblocking(False)
        server.add_sockets([listening])
        print(f"\nOpen {self.origin}/?token={self.token}\nCtrl-C ends it.", flush=True)
        try:
            await asyncio.Event().wait()
        finally:
            server.stop()
            for page in self.sockets:  # before the kernels, so that pages say what has ended
                page.close()
            await asyncio.gather(*(kernel.end() for kernel in self.kernels.values()))

    def application(self) -> Application:
        """Return what answers requests."""
        site = {"path": str(self.book.build / "html")}
        given: dict[str, Any] = {"presentation": self}
        return Application(
            [
                (rf"{LIVE}kernels", _Kernels, given),
                (rf"{LIVE}(live\.(?:js|css))", _Files, given | {"path": str(files.ASSETS)}),
                (r"/((?:.*\.html)?)", _Page, given),
                (r"/(.*)", _Files, given | site),
            ],
            log_function=lambda handler: None,
        )

    def kernel(self, docname: str) -> LiveKernel:
        """Return the kernel of a chapter, which starts when it is needed."""
        if docname not in self.kernels:
            self.kernels[docname] = LiveKernel(self.book, self.chapter(docname), self._warm)
        return self.kernels[docname]

    def chapter(self, docname: str) -> Chapter:
        """Return the chapter with this Sphinx name; raise PressError if there is none."""
        return Chapter.read(self.book, self.book.page(docname))

    def cells(self, docname: str) -> list[dict[str, Any]]:
        """Return the code that a page may show, each with the index of its cell, in order."""
        if docname not in {page.docname for page in self.book.pages}:
            return []
        chapter = self.chapter(docname)
        found = []
        for index, cell in enumerate(chapter.notebook.cells):
            exercise = chapter.exercise(index)
            shown = [exercise.stub, exercise.solution] if exercise else [cell.source]
            if cell.cell_type == "code":
                found += [{"cell": f"{docname} {index}", "code": code} for code in shown]
        return found

    def admits(self, request: HTTPServerRequest, *, origin: str) -> bool:
        """Return whether a request may be answered; `origin` is assumed where it names none."""
        given = request.query_arguments.get("token", [])
        cookie = request.cookies.get(self.cookie)
        given += [cookie.value.encode()] if cookie else []
        return (
            request.headers.get("Host") == f"{HOST}:{self.port}"
            and request.headers.get("Origin", origin) == self.origin
            and any(hmac.compare_digest(token, self.token.encode()) for token in given)
        )


class _Guarded(RequestHandler):
    """A handler that answers only requests of a browser that has the token."""

    origin_is_needed = False

    def initialize(self, presentation: Presentation, **more: Any) -> None:
        self.presentation = presentation
        super().initialize(**more)

    def prepare(self) -> None:
        """Refuse the request (403) unless it may be answered."""
        origin = "" if self.origin_is_needed else self.presentation.origin
        if not self.presentation.admits(self.request, origin=origin):
            raise HTTPError(403)

    def set_default_headers(self) -> None:
        """Keep pages out of caches, out of frames of others, and out of others' logs."""
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Security-Policy", "frame-ancestors 'self'")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("X-Content-Type-Options", "nosniff")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say in one sentence what is wrong."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(REFUSED if status_code == 403 else f"{status_code}: {self._reason}")


class _Page(_Guarded):
    """A page or a deck, with the script that makes its code cells run."""

    def get(self, name: str) -> None:
        """Send the page; if its address has the token, keep it in a cookie, and show it no more."""
        if self.get_query_argument("token", None) is not None:
            cookie = self.presentation.cookie, self.presentation.token
            self.set_cookie(*cookie, httponly=True, samesite="Lax")
            self.redirect(self.request.path)
            return
        site = (self.presentation.book.build / "html").resolve()
        path = (site / (name or "index.html")).resolve()
        if not path.is_relative_to(site) or not path.is_file():
            raise HTTPError(404)
        cells = json.dumps(self.presentation.cells(name.removesuffix(".html")))
        live = ADDED.format(cells=cells.replace("<", r"\u003c"))
        self.finish(path.read_text(encoding="utf-8").replace("</body>", f"{live}</body>"))


class _Files(_Guarded, StaticFileHandler):  # type: ignore[misc]  # of two `initialize`
    """Any other file of the site."""


class _Kernels(_Guarded, WebSocketHandler):
    """The socket of a page: it asks for code to be run, and hears what the code gives."""

    origin_is_needed = True

    def open(self, *args: str, **kwargs: str) -> None:
        """Begin."""
        self._tasks: set[asyncio.Task[None]] = set()
        self.presentation.sockets.add(self)

    def on_close(self) -> None:
        """Forget the page; what it runs goes on."""
        self.presentation.sockets.discard(self)

    def on_message(self, message: str | bytes) -> None:
        """Answer beside other messages, so that an interrupt arrives while code runs."""
        task = asyncio.create_task(self._answer(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, message: str | bytes) -> None:
        try:
            await self._do(json.loads(message))
        except (ValueError, LookupError, TypeError, PressError):
            self.close(reason="this is nothing that the server knows")

    async def _do(self, asked: dict[str, Any]) -> None:
        match asked:
            case {"do": "run", "id": int(number), "cell": str(cell), "code": str(code)}:
                await self._run(number, cell, code, on_slide=bool(asked.get("slide")))
            case {"do": "colour", "id": int(number), "code": str(code)}:
                self._tell(number, {"coloured": coloured(code)})
            case {"do": "interrupt", "chapter": str(docname)}:
                await self.presentation.kernel(docname).interrupt()
            case {"do": "restart", "chapter": str(docname)}:
                await self.presentation.kernel(docname).end()

    async def _run(self, number: int, where: str, code: str, *, on_slide: bool) -> None:
        docname, *numbers = where.split(" ")
        kernel, place = self.presentation.kernel(docname), Place(*map(int, numbers))
        cell, alt = kernel.whole(place, code), kernel.alt(place, code)
        above = place.first if cell != code else 0
        outputs = Outputs(cell, alt, on_slide=on_slide, above=above)

        def tell(said: dict[str, Any]) -> None:
            message = said if "state" in said else outputs.message(said)
            if message:
                self._tell(number, message)

        await kernel.run(place, code, tell)

    def _tell(self, number: int, message: dict[str, Any]) -> None:
        with suppress(WebSocketClosedError):  # the page was left, now or while this is sent
            sent = self.write_message({"id": number} | message)
            sent.add_done_callback(lambda sent: sent.exception())


def coloured(code: str) -> str:
    """Return the HTML of code, with the empty lines at both ends, which Pygments drops."""
    inner = code.strip("\n")
    first = len(code) - len(code.lstrip("\n"))
    last = len(code) - first - len(inner)
    return "\n" * first + (highlighted(inner) if inner else "") + "\n" * last
