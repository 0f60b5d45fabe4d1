"""Who is answered by the server, and with what: no kernel runs here."""

import asyncio
import json
import socket
import threading
from http.client import HTTPConnection

import pytest
from tornado.httpserver import HTTPServer

from press.book import PressError
from press.commands import cli
from press.present import server as serving
from press.present.server import HOST, Presentation, coloured, present

from ..conftest import ADD

PAGE = "<!doctype html><html><body><pre>1 + 1</pre></body></html>"
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture
def shown(book, write):
    """A built book that is served, with one page and one other file."""
    write("part1/one", "1 + 1", "</script>")
    html = book.build / "html"
    for name in ("index.html", "book/part1/one.html", "slides/deck.html"):
        path = html / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE)
    (html / "style.css").write_text("p {}")
    (book.build / "secret.html").write_text("a secret")
    listening = socket.create_server((HOST, 0))
    listening.setblocking(False)
    presentation = Presentation(book, listening.getsockname()[1])
    started, loop = threading.Event(), asyncio.SelectorEventLoop()

    async def serve():
        server = HTTPServer(presentation.application())
        server.add_sockets([listening])
        started.set()
        stop = loop.create_future()
        vars(presentation)["stop"] = lambda: stop.set_result(None)
        await stop
        server.stop()
        await server.close_all_connections()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    started.wait()
    yield presentation
    loop.call_soon_threadsafe(vars(presentation)["stop"])
    thread.join()
    loop.close()


def answer(presentation, path, **headers):
    """Return status, headers and text of the answer."""
    connection = HTTPConnection(HOST, presentation.port)
    given = {name.replace("_", "-"): value for name, value in headers.items() if value}
    connection.request("GET", path, headers=given)
    found = connection.getresponse()
    body = "" if found.status == 101 else found.read().decode()
    connection.close()
    return found.status, dict(found.getheaders()), body


def right(presentation):
    """What a browser sends that has opened the printed address."""
    return {
        "Host": f"{HOST}:{presentation.port}",
        "Cookie": f"{presentation.cookie}={presentation.token}",
    }


def test_the_printed_address_leads_in_and_hides_the_token(shown):
    status, headers, _ = answer(shown, f"/book/part1/one.html?token={shown.token}")
    assert (status, headers["Location"]) == (302, "/book/part1/one.html")
    cookie = headers["Set-Cookie"]
    assert f"{shown.cookie}={shown.token}" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("path", ["/", "/book/part1/one.html", "/style.css", "/live/live.js"])
def test_pages_are_for_the_browser_with_the_token(shown, path):
    assert answer(shown, path, **right(shown))[0] == 200
    assert answer(shown, path, **right(shown), Origin=shown.origin)[0] == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"Cookie": ""},
        {"Cookie": "present-{port}=wrong"},
        {"Cookie": "present-1={token}"},
        {"Host": "localhost:{port}"},
        {"Host": "127.0.0.1"},
        {"Host": "evil.example:{port}"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "null"},
    ],
    ids=str,
)
def test_all_others_are_refused(shown, wrong):
    """By HTTP, and when they want the socket."""
    given = {n: v.format(port=shown.port, token=shown.token) for n, v in wrong.items()}
    headers = right(shown) | {"Origin": shown.origin} | given
    for path in ("/", "/style.css", "/live/live.js", "/none"):
        status, _, text = answer(shown, path, **headers)
        assert status == 403
        assert "open that address, with its token" in text
        assert shown.token not in text
    assert answer(shown, "/live/kernels", **UPGRADE, **headers)[0] == 403


def test_the_socket_wants_an_origin(shown):
    headers = right(shown) | UPGRADE
    assert answer(shown, "/live/kernels", **headers, Origin=shown.origin)[0] == 101
    assert answer(shown, "/live/kernels", **headers)[0] == 403


def test_pages_get_the_script_as_they_are_sent_only(shown):
    _, _, text = answer(shown, "/book/part1/one.html", **right(shown))
    before, cells, after = text.partition('<script type="application/json" id="live-cells">')
    assert before.startswith("<!doctype html><html><body><pre>1 + 1</pre>")
    cells, _, after = after.partition("</script>")
    where = [cell["cell"].split()[0] for cell in json.loads(cells)]
    assert where == ["book/part1/one"] * 2
    assert [cell["code"] for cell in json.loads(cells)] == ["1 + 1", "</script>"]
    assert after.strip().startswith('<script src="/live/live.js">')
    assert (shown.book.build / "html/book/part1/one.html").read_text() == PAGE
    assert '"live-cells">[]</script>' in answer(shown, "/slides/deck.html", **right(shown))[2]


def test_an_exercise_has_its_stub_and_its_solution(book):
    (book.root / "book/part1/two.md").write_text(ADD)
    stub, solution = (cell["code"] for cell in Presentation(book, 1).cells("book/part1/two"))
    assert "raise NotImplementedError" in stub
    assert "return a + b" in solution
    assert "BEGIN SOLUTION" not in solution


@pytest.mark.parametrize("path", ["/../secret.html", "/%2e%2e/secret.html", "/none.html", "/none"])
def test_what_is_not_in_the_site_is_not_there(shown, path):
    status, _, text = answer(shown, path, **right(shown))
    assert status in (403, 404)
    assert "a secret" not in text


@pytest.mark.parametrize("code", ["\n\nx = 1\n\n", "x", "", "\n", "\nif x:\n\n    y"])
def test_coloured_code_has_all_lines(code):
    html = coloured(code)
    assert html.count("\n") == code.count("\n")


def test_the_port_may_be_taken_and_the_book_not_built(book):
    with pytest.raises(PressError, match="there is no built book"):
        present(book, 1)
    (book.build / "html").mkdir(parents=True)
    (book.build / "html/index.html").write_text(PAGE)
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PressError, match=f"port {port} cannot be used .+ present --port"):
            present(book, port)


def test_the_command_presents_on_a_port(book, monkeypatch):
    ports = []
    monkeypatch.setattr(serving, "present", lambda book, port: ports.append(port))
    monkeypatch.chdir(book.root)
    for arguments in ([], ["--port", "8001"]):
        monkeypatch.setattr("sys.argv", ["press", "present", *arguments])
        assert cli.main() == 0
    assert ports == [8000, 8001]
