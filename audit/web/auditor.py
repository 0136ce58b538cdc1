"""What the auditor's pages share: the watched log, whom they believe about it, and the masthead."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from fastapi import Response
from fastapi.responses import HTMLResponse

from audit.errors import AuditError, StillChecking
from audit.tlog.trust_policy import TrustPolicy
from audit.verification.sources import LogSource
from audit.verification.verify import read_checkpoint
from audit.web.verified.checked_log import Checked
from audit.web.verified.watch import LogWatch
from chassis.clock import Clock
from chassis.web.pages import Pages

NAV = (
    {"href": "/", "label": "Log"},
    {"href": "/rules", "label": "Rules in force"},
    {"href": "/ledger", "label": "Privacy ledger"},
    {"href": "/report", "label": "Report"},
    {"href": "/check", "label": "Check it yourself"},
)
HERE = Path(__file__).parent
TEMPLATES = (HERE / "templates", *(HERE / room / "templates" for room in ("entries", "report")))
PLAIN = "text/plain; charset=utf-8"
ATTEMPTS = 3
"""How often a page is made anew because the log was published while it was made."""

Answer = TypeVar("Answer")


class Auditor:
    """Everything the pages share."""

    def __init__(
        self,
        source: LogSource,
        policy: TrustPolicy,
        *,
        place: str,
        run_by: str,
        clock: Clock,
        watch: LogWatch,
    ) -> None:
        self.source = source
        self.policy = policy
        self.place = place
        self.clock = clock
        self.watch = watch
        self._run_by = run_by
        self._pages = Pages(*TEMPLATES)

    def read(self, action: Callable[[Checked], Answer]) -> Answer:
        """Return what `action` makes of the verified log; raises AuditError.

        A proof that fails because the log was published in between is no alarm: the action is repeated.
        """
        for _ in range(ATTEMPTS):
            checked = self.watch.check()
            try:
                return action(checked)
            except StillChecking:
                raise
            except AuditError:
                if read_checkpoint(self.source) == checked.log.checkpoint:
                    self.watch.distrust()
                    raise
        return action(self.watch.check())

    def page(self, template: str, title: str, here: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """Return one page inside the auditor's masthead."""
        frame: Mapping[str, Any] = {"surface": "Audit", "run_by": self._run_by, "nav": NAV, "place": self.place}
        return self._pages.render(template, status=status, title=title, here=here, **frame, **values)


def download(data: bytes, name: str, media_type: str) -> Response:
    """Return bytes as a file to keep."""
    return Response(data, media_type=media_type, headers=as_file(name))


def as_file(name: str) -> dict[str, str]:
    """Return the headers that make an answer a file of this name."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}
