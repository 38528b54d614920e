"""The visitor's identity: a cookie that no script can read, and the private link that opens a lab elsewhere."""

import html
from collections.abc import Mapping
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_demo.app.navigation import BY_NAME, base_path
from mnist_demo.app.theme import colours
from mnist_demo.runs import Lab, home, is_lab_id, new_lab_id

COOKIE = "digit_lab"
"""The name of the cookie that holds the lab's id."""

PARAMETER = "lab"
"""The name of the parameter by which a private link brings a lab's id."""

_SECONDS = 400 * 86_400
"""Seconds that a browser keeps the cookie after the last visit; Chromium allows no more."""

_MAX_FORM_BYTES = 1_000
"""Most bytes of the form that answers the question of `_QUESTION`."""

_QUESTION = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Open another lab?</title>
<style>
:root {{ color-scheme: light dark; {light} }}
@media (prefers-color-scheme: dark) {{
:root {{ {dark} }} }}
body {{ font: 1rem/1.5 sans-serif; background: var(--paper); color: var(--ink); max-width: 32rem; margin: 15vh auto;
padding: 0 1.5rem }}
form {{ display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem }}
button, a {{ font: inherit; padding: .5rem 1rem; border-radius: .5rem; border: 1px solid var(--primary);
color: var(--primary); background: none; text-decoration: none; cursor: pointer }}
button {{ background: var(--primary); color: var(--paper) }}
</style></head><body>
<h1>Open another lab?</h1>
<p>This link opens another lab than yours. This browser has a lab of its own, with {own}. You will not find that one
here any more, unless you keep its private link first: <b>Move to another device</b>, at the end of the sidebar.</p>
<form method="post" action="{address}"><input type="hidden" name="{parameter}" value="{lab}">
<button>Open the other lab</button><a href="{address}">Stay in mine</a></form>
</body></html>
"""


class Identity:
    """Gives each browser a lab by a cookie, and opens the lab of a private link.

    A visitor whose browser has a lab of its own is asked first, so no link leads anybody into a stranger's lab unasked.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a page; pass every other one on."""
        if scope["type"] != "http" or not _is_page(scope["path"]):
            await self._app(scope, receive, send)
        elif scope["method"] == "GET":
            await self._get(scope, receive, send)
        elif scope["method"] == "POST":
            await (await _follow(Request(scope, receive)))(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _get(self, scope: Scope, receive: Receive, send: Send) -> None:
        own = _lab_of(Headers(scope=scope))
        asked = parse_qs(scope["query_string"].decode("latin-1")).get(PARAMETER, [""])[0]
        asked = asked if is_lab_id(asked) else ""
        if asked and own and asked != own and (kept := _kept(own)):
            await HTMLResponse(_question(scope, asked, kept), headers=_NEVER_FRAMED)(scope, receive, send)
            return
        lab = asked or own or new_lab_id()
        if asked and own:
            # The browser keeps cookies, so the address need not bring the lab any more.
            response = RedirectResponse(_address(scope), 303)
            _set_cookie(response.headers, scope, lab)
            await response(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                _set_cookie(MutableHeaders(scope=message), scope, lab)
            await send(message)

        await self._app(scope, receive, send_with_cookie)


_NEVER_FRAMED = {"X-Frame-Options": "DENY", "Cache-Control": "no-store"}


async def _follow(request: Request) -> Response:
    """Open the lab that the form names, if a page of this server sent the form."""
    if not _is_from_here(request.headers):
        return PlainTextResponse("Open the link in the address bar of your browser.", 403)
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > _MAX_FORM_BYTES:
            return PlainTextResponse("That is no answer to the question.", 413)
    lab = parse_qs(content.decode("latin-1")).get(PARAMETER, [""])[0]
    if not is_lab_id(lab):
        return PlainTextResponse("The private link is damaged; copy it again.", 400)
    response = RedirectResponse(_address(request.scope), 303)
    _set_cookie(response.headers, request.scope, lab)
    return response


def _is_from_here(headers: Mapping[str, str]) -> bool:
    """Tell whether a page of this server sent a form; another site must not choose a visitor's lab."""
    if site := headers.get("sec-fetch-site"):
        return site == "same-origin"
    return urlsplit(headers.get("origin", "")).netloc == headers.get("host", "-")


def _is_page(path: str) -> bool:
    return path.startswith(base_path()) and path.removeprefix(base_path()) in _ADDRESSES


_ADDRESSES = {"", "home", *BY_NAME}


def _lab_of(headers: Headers) -> str | None:
    cookie: SimpleCookie = SimpleCookie()
    for line in headers.getlist("cookie"):
        cookie.load(line[:10_000])
    found = cookie[COOKIE].value if COOKIE in cookie else ""
    return found if is_lab_id(found) else None


def _set_cookie(headers: MutableHeaders, scope: Scope, lab: str) -> None:
    path = base_path().rstrip("/") or "/"
    is_secure = "https" in (scope.get("scheme"), Headers(scope=scope).get("x-forwarded-proto"))
    attributes = [f"{COOKIE}={lab}", f"Max-Age={_SECONDS}", f"Path={path}", "HttpOnly", "SameSite=Lax"]
    headers.append("Set-Cookie", "; ".join(attributes + ["Secure"] * is_secure))
    # A cache between here and the browser must not give one visitor's cookie to another.
    headers["Cache-Control"] = "no-store"


def _address(scope: Scope) -> str:
    """Return the requested address without the lab, as a relative address, which is right behind a proxy too."""
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    query = urlencode([(name, value) for name, value in pairs if name != PARAMETER])
    name = scope["path"].rpartition("/")[2] or "./"
    return f"{name}?{query}" if query else name


def _kept(lab: str) -> str:
    """Return what a lab keeps, in words; nothing for an unused lab."""
    kept = Lab(home(), lab)
    if count := len(kept.runs):
        return f"{count} run" + "s" * (count > 1)
    return "drawings or a network of yours" if kept.is_used else ""


def _question(scope: Scope, lab: str, kept: str) -> str:
    palette = {look: _palette(look) for look in ("light", "dark")}
    return _QUESTION.format(own=kept, lab=lab, parameter=PARAMETER, address=html.escape(_address(scope)), **palette)


def _palette(look: str) -> str:
    """Return the theme's colours as the variables of a style sheet; `look` is 'light' or 'dark'."""
    options = {"paper": "backgroundColor", "ink": "textColor", "primary": "primaryColor"}
    return "; ".join(f"--{name}: {colours.of_theme(option, look)}" for name, option in options.items())
