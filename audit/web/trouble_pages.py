"""What stands in the place of a page: the log is being checked, cannot be reached, or is not whole."""

import json
from dataclasses import dataclass

from fastapi import Response

from audit.errors import (
    AuditError,
    LogCorrupt,
    MalformedProof,
    ProofFailed,
    QuorumNotMet,
    SourceUnavailable,
    StillChecking,
    UnknownSigner,
)
from audit.web.auditor import Auditor, download
from audit.web.check_page import shown_policy
from audit.web.verified.checked_log import VerifiedCheckpoint
from audit.web.verified.watch import Failure
from chassis.text import moment, plural
from chassis.web.page_errors import closed_words

RETRY_AFTER_S = 10
WHOLE = "The log is not whole"


@dataclass(frozen=True, slots=True)
class _Verdict:
    heading: str
    check: str
    """Which check failed, in one sentence."""


_VERDICTS: dict[type[AuditError], _Verdict] = {
    QuorumNotMet: _Verdict(
        "Too few witnesses have countersigned",
        "The witnesses’ signatures under the newest checkpoint. Without them, others may have been shown another log.",
    ),
    UnknownSigner: _Verdict(
        "The checkpoint is not signed by the log’s key",
        "The signature under the newest checkpoint. It is missing, or another key’s.",
    ),
    ProofFailed: _Verdict(WHOLE, "A signature, or the proof of an entry: it does not verify."),
    MalformedProof: _Verdict(WHOLE, "The form of the log’s files: one is not what its format asks for."),
    LogCorrupt: _Verdict(WHOLE, "The files against each other and against the signed root. They contradict."),
}


def trouble_page(auditor: Auditor, error: AuditError, address: str) -> Response:
    """Return the page that says why nothing is shown, with status 503. address: of the page that was asked for."""
    if isinstance(error, StillChecking):
        return _still_checking(auditor, error, address)
    if isinstance(error, SourceUnavailable):
        words = closed_words(503)
        return auditor.page("closed.html", words.heading, "", status=503, closed=words)
    verdict = next((words_ for kind, words_ in _VERDICTS.items() if isinstance(error, kind)), _VERDICTS[LogCorrupt])
    failure = auditor.watch.failure()
    failure = failure if failure and failure.error is error else None
    return auditor.page(
        "not_whole.html",
        verdict.heading,
        "",
        status=503,
        heading=verdict.heading,
        check=verdict.check,
        reason=_sentence(str(error)),
        found_at=moment(failure.at if failure else auditor.clock()),
        now=_text(failure.note) if failure else "",
        kept=_kept(failure.kept) if failure and failure.kept else None,
        has_evidence=failure is not None,
    )


def evidence_file(auditor: Auditor, failure: Failure) -> Response:
    """Return what shows the fault as a file to keep: both checkpoints, the reason, and whom these pages believe."""
    document = {
        "found_at": failure.at.isoformat(),
        "reason": str(failure.error),
        "log": auditor.place,
        "checkpoint_now": _text(failure.note),
        "checkpoint_kept": _text(failure.kept.note) if failure.kept else None,
        "checkpoint_kept_verified_at": failure.kept.at.isoformat() if failure.kept else None,
        "policy": shown_policy(auditor.policy),
    }
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    return download(text.encode(), "log-evidence.json", "application/json")


def _still_checking(auditor: Auditor, error: StillChecking, address: str) -> Response:
    page = auditor.page(
        "still_checking.html",
        "The log is being checked",
        "",
        status=503,
        done=error.done,
        total=error.total,
        again=address,
    )
    page.headers["Retry-After"] = str(RETRY_AFTER_S)
    return page


def _kept(seen: VerifiedCheckpoint) -> dict[str, str]:
    size = plural(seen.size, "entry", "entries")
    return {"at": moment(seen.at), "size": size, "note": _text(seen.note)}


def _sentence(reason: str) -> str:
    """Return a reason with a capital letter, unless it begins with a file's name."""
    return reason[:1].upper() + reason[1:] if reason.partition(" ")[0].isalpha() else reason


def _text(note: bytes | None) -> str:
    return (note or b"").decode("utf-8", errors="replace")
