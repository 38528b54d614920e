"""The front door around the pages, which `streamlit_app.py` gives to `st.App`."""

import base64
import contextlib
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, file_util

from mnist_demo.app import warm_up
from mnist_demo.app.identity import Identity
from mnist_demo.app.navigation import FIRST, PAGES, base_path
from mnist_demo.app.theme import first_paint

PAGE_SCRIPT = Path(__file__).parent / "main.py"
"""The script that draws the pages."""

ROUTES: Sequence[BaseRoute] = ()
"""Routes beside Streamlit's own."""


def _inline_scripts() -> str:
    """Return the sources that allow the inline scripts of Streamlit's page, as hashes of their content."""
    scripts = re.findall(r"<script>(.*?)</script>", Path(file_util.get_static_dir(), "index.html").read_text(), re.S)
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


# Everything comes from the lab itself. `blob:` allows the scripts of components, which Streamlit makes in the browser,
# and `unsafe-inline` allows the styles that Streamlit sets. `frame-ancestors` is left out, because a course may show
# the lab in its own page, where no cookie identifies a visitor.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        f"script-src 'self' blob: 'wasm-unsafe-eval' {_inline_scripts()}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # The referrer stays on the same origin, because a private link has the lab id, which opens the lab.
    "Referrer-Policy": "same-origin",
}

_log = logging.getLogger(__name__)


class SecurityHeaders:
    """Middleware that puts `HEADERS` on every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class FirstPaint:
    """Middleware that puts a style into Streamlit's page, so that little moves when its elements arrive."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, with the style at the end of the page's head."""
        start: Message | None = None
        body = b""

        async def send_with_style(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_whole_page(message):
                start = message
            elif start is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if message.get("more_body"):
                    return
                styled = body.replace(b"</head>", _STYLE + b"</head>", 1)
                headers = MutableHeaders(scope=start)
                headers["content-length"] = str(len(styled))
                # Both headers describe the file without the style, so a browser would keep an older version's style.
                del headers["etag"], headers["last-modified"]
                await send(start)
                await send({**message, "body": styled})

        if (
            scope["type"] == "http"
            and scope["method"] == "GET"
            and "text/html" in Headers(scope=scope).get("accept", "")
        ):
            # Streamlit must not compress the page of 8 kB, because the body must be readable here.
            headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
            await self._app({**scope, "headers": headers}, receive, send_with_style)
        else:
            await self._app(scope, receive, send)


_STYLE = f"<style>{first_paint.sheet()}</style>".encode()


def _is_whole_page(start: Message) -> bool:
    headers = MutableHeaders(scope=start)
    return start["status"] == 200 and headers.get("content-type", "").startswith("text/html")


class PageSpellings:
    """Middleware that redirects other spellings of a page's address to the page: `/Draw`, `/Time-Machine`, `/draw/`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Redirect, or answer as the app does."""
        is_request = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
        location = page_location(scope["path"], base_path()) if is_request else None
        if location is None:
            await self._app(scope, receive, send)
        else:
            query = scope["query_string"].decode("latin-1")
            await RedirectResponse(f"{location}?{query}" if query else location)(scope, receive, send)


def page_location(path: str, start: str = "/") -> str | None:
    """Return the page to which another spelling of its address redirects; None for an address that stays.

    Args:
        path: The requested path.
        start: The path before every address (`navigation.base_path`).

    Returns:
        A location relative to the path, which stays correct behind a proxy that removes a prefix.
    """
    asked = path.removeprefix(start).rstrip("/")
    if not path.startswith(start) or "/" in asked:
        return None
    name = _ADDRESSES.get(_folded(asked))
    if name is None or path == start + name:
        return None
    levels = len(path) - len(start) - len(asked)
    return "../" * levels + name or "./"


def _folded(name: str) -> str:
    return re.sub(r"[-_ ]", "", name).lower()


# The first page answers at the bare address.
_ADDRESSES = {_folded(page.name): "" if page is FIRST else page.name for page in PAGES}

MIDDLEWARE = (
    Middleware(SecurityHeaders),
    Middleware(PageSpellings),
    Middleware(Identity),
    Middleware(FirstPaint),
)


@contextlib.asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Prepare the server before the first visitor, and open a browser on this machine."""
    del app
    warm_up.begin()
    open_browser()
    yield


def open_browser() -> None:
    """Open the lab in a browser, as `streamlit run` does for a plain script but not for an `st.App` (1.67).

    `server.headless` switches the browser off; a server other than Streamlit's own opens none.
    """
    if config.get_option("server.headless") or getattr(config, "_server_mode", None) != "starlette-app":
        return
    try:
        from streamlit import cli_util
        from streamlit.web.server import server_util

        option = next(filter(config.is_manually_set, ("browser.serverAddress", "server.address")), None)
        address = config.get_option(option) if option else "localhost"
        # The socket listens already, and the browser gets an answer when the server is ready.
        cli_util.open_browser(server_util.get_url(server_util.get_display_address(address)))
    except Exception as error:
        _log.warning("The browser could not be opened: %s", error)
