"""The cookie that holds a session's id: out of reach of scripts, and not sent with forms of other sites."""

from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request, Response

from chassis.web.site_address import SiteAddress


@dataclass(frozen=True, slots=True)
class SessionCookie:
    """The session cookie of one program. program: tells apart what runs on one machine, where ports share cookies."""

    program: str
    site: SiteAddress

    @property
    def name(self) -> str:
        """Its name. With the prefix `__Host-` the browser itself holds it to this host and to https."""
        return f"__Host-{self.program}" if self.site.is_public else self.program

    def read(self, request: Request) -> str | None:
        """Return the id that the browser holds, open or not."""
        return request.cookies.get(self.name)

    def keep(self, response: Response, held: str, *, longest: timedelta | None = None) -> None:
        """Give the browser a session's id. longest: beyond the browser's end; without it, as long as that runs."""
        age = None if longest is None else int(longest.total_seconds())
        is_public = self.site.is_public
        response.set_cookie(self.name, held, age, path="/", httponly=True, samesite="lax", secure=is_public)

    def drop(self, response: Response) -> None:
        """Take the id back from the browser."""
        response.delete_cookie(self.name, path="/", httponly=True, samesite="lax", secure=self.site.is_public)
