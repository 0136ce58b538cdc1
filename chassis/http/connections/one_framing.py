"""Requests whose end is said in one way only: what says it twice is refused, and its connection ends (RFC 9112 §6.1).
What is larger than headers may be is refused here too: h11 counts only what has not come to its end in one piece.

A proxy in front that reads one of two lengths, and a program behind it that reads the other, take different bytes for
the next request: whoever sends both can slip a request past the proxy.
"""

import h11


class OneFraming(h11.Connection):
    """The server's side of a connection; it takes no request with two lengths, nor chunks by a version without them."""

    def __init__(self, largest_header: int) -> None:
        super().__init__(h11.SERVER, largest_header)
        self._largest_header = largest_header

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """Return what comes next; raises h11.RemoteProtocolError, and reads no further, for such a request."""
        event = super().next_event()
        if isinstance(event, h11.Request) and (_is_ambiguous(event) or _size_of(event) > self._largest_header):
            self._process_error(self.their_role)
            raise h11.RemoteProtocolError("expected one length of the body, and headers within their bound")
        return event


def _size_of(request: h11.Request) -> int:
    """Bytes of the request line and the headers as they are usually written."""
    line = len(request.method) + len(request.target) + len(" HTTP/1.1\r\n") + 1
    return line + sum(len(name) + len(value) + len(": \r\n") for name, value in request.headers) + len("\r\n")


def _is_ambiguous(request: h11.Request) -> bool:
    names = {name for name, _ in request.headers}
    return b"transfer-encoding" in names and (b"content-length" in names or request.http_version < b"1.1")
