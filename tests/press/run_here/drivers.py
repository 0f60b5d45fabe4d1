"""Firefox and WebKit for tests, driven by what they come with: WebDriver, old and new.

Firefox listens itself to WebDriver BiDi; WebKitGTK has a program for the older WebDriver. Both take
the same actions of keys and pointer. Playwright drives neither of them as a distribution has it.
"""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import websocket

__all__ = ["DRIVERS", "Driver", "Firefox", "WebKit"]

KEYS = {
    "Enter": "\ue007",
    "Tab": "\ue004",
    "Escape": "\ue00c",
    "Control": "\ue009",
    "Backspace": "\ue003",
}
LONG = 180  # seconds that a browser or Python may take to start on a loaded machine


class Driver(ABC):
    """A tab in a browser with an empty profile."""

    complaints: list[str]
    """Errors that the page has logged, as far as the protocol tells them."""

    @staticmethod
    @abstractmethod
    def missing() -> str:
        """The name of a program that is needed and not there, or ''."""

    @abstractmethod
    def open(self, address: str) -> None:
        """Load a page."""

    @abstractmethod
    def _evaluate(self, script: str) -> str:
        """Return the text that an expression, or its promise, gives."""

    @abstractmethod
    def _act(self, actions: list[dict[str, Any]]) -> None:
        """Perform actions of keys or pointer."""

    @abstractmethod
    def close(self) -> None:
        """End the browser."""

    def value(self, expression: str) -> Any:
        """Return what an expression gives in the page, if JSON can write it."""
        text = self._evaluate(f"(async () => JSON.stringify({{ is: await ({expression}) }}))()")
        return json.loads(text).get("is")

    def wait(self, condition: str, seconds: float = LONG) -> None:
        """Wait until a condition holds in the page."""
        end = time.monotonic() + seconds
        while not self.value(condition):
            assert time.monotonic() < end, f"not in {seconds} s: {condition}"
            time.sleep(0.1)

    def click(self, selector: str) -> None:
        """Click the middle of the first element that matches."""
        found = f"document.querySelector({json.dumps(selector)})"
        x, y = self.value(f"""(() => {{
            {found}.scrollIntoView({{ block: "center", behavior: "instant" }});
            const box = {found}.getBoundingClientRect();
            return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
        }})()""")
        steps = [{"type": "pointerMove", "x": x, "y": y}, {"type": "pointerDown", "button": 0},
                 {"type": "pointerUp", "button": 0}]  # fmt: skip
        self._act([{"type": "pointer", "id": "mouse", "actions": steps}])

    def press(self, *keys: str) -> None:
        """Press keys one after the other; "Control+Enter" holds the first of both."""
        steps = []
        for key in keys:
            held = [KEYS.get(part, part) for part in key.split("+")] if len(key) > 1 else [key]
            steps += [{"type": "keyDown", "value": each} for each in held]
            steps += [{"type": "keyUp", "value": each} for each in reversed(held)]
        self._act([{"type": "key", "id": "keys", "actions": steps}])


class Firefox(Driver):
    """Firefox by WebDriver BiDi, on a socket."""

    PROGRAMS = (os.environ.get("FIREFOX", ""), "firefox-esr", "firefox")

    def __init__(self, folder: Path) -> None:
        self.complaints, self.count = [], 0
        program = self._program()
        command = [program, "--headless", "--profile", str(folder), "--remote-debugging-port", "0"]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=os.environ | {"HOME": str(folder)},
        )  # fmt: skip
        told = folder / "WebDriverBiDiServer.json"
        _until(lambda: told.exists() and told.read_text().endswith("}"), self.process)
        port = json.loads(told.read_text())["ws_port"]
        self.socket = websocket.create_connection(
            f"ws://127.0.0.1:{port}/session", suppress_origin=True, timeout=LONG
        )
        self._ask("session.new", capabilities={})
        self._ask("session.subscribe", events=["log.entryAdded"])
        self.tab = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    @classmethod
    def _program(cls) -> str:
        found = filter(None, map(shutil.which, cls.PROGRAMS))
        return next((path for path in found if not _of_snap(path)), "")

    @staticmethod
    def missing() -> str:
        return "" if Firefox._program() else "Firefox"

    def _ask(self, method: str, **params: Any) -> Any:
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": params}))
        while True:
            told = json.loads(self.socket.recv())
            if told.get("method") == "log.entryAdded" and told["params"]["level"] == "error":
                self.complaints.append(told["params"]["text"])
            if told.get("id") == self.count:
                assert told["type"] == "success", told
                return told["result"]

    def open(self, address: str) -> None:
        self._ask("browsingContext.navigate", context=self.tab, url=address, wait="complete")

    def _evaluate(self, script: str) -> str:
        target = {"context": self.tab}
        told = self._ask("script.evaluate", expression=script, target=target, awaitPromise=True)
        assert told["type"] == "success", told
        return str(told["result"]["value"])

    def _act(self, actions: list[dict[str, Any]]) -> None:
        self._ask("input.performActions", context=self.tab, actions=actions)

    def close(self) -> None:
        self.socket.close()
        _end(self.process)


class WebKit(Driver):
    """WebKitGTK's small browser by its WebDriver, over HTTP, on a screen that nobody sees."""

    PROGRAMS = ("WebKitWebDriver", "Xvfb")

    def __init__(self, folder: Path) -> None:
        self.complaints = []
        number = str(50 + os.getpid() % 1000)
        self.screen = subprocess.Popen(
            ["Xvfb", f":{number}", "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        homes = ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")
        self.process = subprocess.Popen(
            ["WebKitWebDriver", f"--port={port}", "--host=127.0.0.1"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=os.environ | {"DISPLAY": f":{number}"} | dict.fromkeys(homes, str(folder)),
        )  # fmt: skip
        self.address = f"http://127.0.0.1:{port}/session"
        _until(lambda: _listens(port), self.process)
        self.address += f"/{self._ask('', {'capabilities': {}})['sessionId']}"
        self._ask("/timeouts", {"script": LONG * 1000, "pageLoad": LONG * 1000})

    @staticmethod
    def missing() -> str:
        return next((name for name in WebKit.PROGRAMS if not shutil.which(name)), "")

    def _ask(self, path: str, data: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            self.address + path, json.dumps(data).encode(), {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=LONG) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from error

    def open(self, address: str) -> None:
        self._ask("/url", {"url": address})

    def _evaluate(self, script: str) -> str:
        code = f"const done = arguments[0]; ({script}).then(done, error => done(String(error)))"
        return str(self._ask("/execute/async", {"script": code, "args": []}))

    def _act(self, actions: list[dict[str, Any]]) -> None:
        self._ask("/actions", {"actions": actions})

    def close(self) -> None:
        _end(self.process)
        _end(self.screen)


DRIVERS = (Firefox, WebKit)


def _of_snap(path: str) -> bool:
    """Return whether a program starts one from a snap, which cannot read a profile of a test."""
    with open(path, "rb") as file:
        return "/snap/" in path or b"/snap/" in file.read(4096)


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def _until(ready: Any, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + LONG
    while not ready():
        assert process.poll() is None, "the browser has ended"
        assert time.monotonic() < end, "the browser did not start"
        time.sleep(0.1)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
