"""Texts that callers send hold no hidden character, wherever they stand, and say nothing twice: one answer, 422."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.errors import HiddenText, RepeatedName
from chassis.hidden_characters import has_hidden
from chassis.json_names import members_once

_FIELD = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
UNPROCESSABLE = 422


def refuse_hidden(document: bytes) -> None:
    """Raise HiddenText, naming the field, if a text of this JSON document holds a hidden character.

    Also for a lone surrogate, which is no character. What is no JSON passes: whoever parses it refuses it.
    """
    if document.isascii() and b"\\" not in document and b"\x7f" not in document:
        return  # the usual case: JSON allows no other control character as it is
    try:
        found = _hidden_in(json.loads(document), "")
    except (ValueError, RecursionError):
        return
    if found is not None:
        raise HiddenText(f"{found or 'the body'} holds a control, formatting or invisible character; send it without")


def refuse_repeated(document: bytes) -> None:
    """Raise RepeatedName if an object of this JSON document names a member twice (RFC 8259 §4).

    What is no JSON passes: whoever parses it refuses it.
    """
    try:
        json.loads(document, object_pairs_hook=members_once)
    except RepeatedName:
        raise
    except (ValueError, RecursionError):
        return


def _hidden_in(value: Any, path: str) -> str | None:
    """Where the first hidden character is; keys of the caller's own are not repeated."""
    if isinstance(value, str):
        return path if has_hidden(value) else None
    if isinstance(value, list):
        return next((found for one in value if (found := _hidden_in(one, path)) is not None), None)
    if isinstance(value, dict):
        for key, one in value.items():
            inner = f"{path}.{key}".lstrip(".") if _FIELD.fullmatch(key) else path
            found = path if has_hidden(key) else _hidden_in(one, inner)
            if found is not None:
                return found
    return None


class CleanAddresses:
    """Answers 422 to an address whose path or query holds a hidden character; no store is asked for such a thing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and _is_unclean(scope):
            text = "expected an address without control or invisible characters"
            await PlainTextResponse(text, UNPROCESSABLE)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _is_unclean(scope: Scope) -> bool:
    query = scope.get("query_string", b"").decode("latin-1")
    parts = [unquote(scope["path"]), *(part for pair in parse_qsl(query, keep_blank_values=True) for part in pair)]
    return any(map(has_hidden, parts))
