"""What pages and decks may load, as a Content-Security-Policy that each of them has in itself.

Scripts come from the files of the site. There is one line of script in the pages, `THEME`, whose
digest the policy states. Nothing else that stands in a page can run, also if it comes from an
output, and nothing is asked of other hosts. Styles may stand in elements, because KaTeX and
Matplotlib place each part of a formula or a figure by a `style` attribute.
"""

from __future__ import annotations

import base64
import hashlib

__all__ = ["IN_FOLDER", "META", "POLICY", "THEME", "THEME_SOURCE", "stated"]

THEME = (
    "(function(r){var m;try{m=localStorage.getItem('mode')}catch(e){}"
    "r.dataset.mode=m=m||'auto';r.dataset.theme=m!=='auto'?m:"
    "matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light'})(document.documentElement)"
)
"""The line of script that sets the theme before the first paint."""
THEME_SOURCE = f"'sha256-{base64.b64encode(hashlib.sha256(THEME.encode()).digest()).decode()}'"
"""The line as a policy names it."""

_SOURCES = {
    "default-src": "'none'",
    "script-src": f"'self' {THEME_SOURCE}",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",  # a figure becomes a PNG by way of an image
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "frame-src": "'self'",  # the two previews of the speaker's window
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}


def _policy(**more: str) -> str:
    changed = {name.replace("_", "-"): sources for name, sources in more.items()}
    return "; ".join(f"{name} {sources}" for name, sources in (_SOURCES | changed).items())


POLICY = _policy()
"""Of the site. Python runs in a worker, which has no policy but what its server sends with it."""
IN_FOLDER = _policy(script_src=f"{_SOURCES['script-src']} 'wasm-unsafe-eval'", worker_src="blob:")
"""Of the zip of the book: there the worker is a blob, which inherits the policy of the page."""
META = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
_CHARSET = '<meta charset="utf-8">'
"""The beginning of each page, as `pages/assets.py` leaves it."""


def stated(html: str) -> str:
    """Return one of Sphinx's pages with the policy, which it may have already."""
    return html if META in html else html.replace(_CHARSET, f"{_CHARSET}\n    {META}", 1)
