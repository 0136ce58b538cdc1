"""The page of one entry: what it says, what is sealed, and its proof hash by hash."""

from fastapi import Response
from starlette.exceptions import HTTPException

from audit.entries.events import parse_leaf, sentence_of
from audit.entries.kind_labels import KINDS
from audit.tlog import merkle
from audit.tlog.canonical_base64 import encode_base64
from audit.tlog.tlog_proof import TlogProof
from audit.web.auditor import PLAIN, Auditor, download
from audit.web.verified.checked_log import Checked
from chassis.text import long_date, plural, thousands


def entry_page(auditor: Auditor, checked: Checked, index: int) -> Response:
    """Return the page; raises HTTPException (404) for an entry that the log does not have, and AuditError."""
    check_index(checked, index)
    leaf = checked.reader.leaf(index)
    entry, about = parse_leaf(leaf), KINDS[checked.columns.kind(index)]
    steps = [(step.is_left, encode_base64(step.sibling), encode_base64(step.result)) for step in checked.steps(index)]
    return auditor.page(
        "entry.html",
        f"Entry {thousands(index)}",
        "/",
        root=checked.checkpoint.root_text,
        about=about,
        version=entry.version,
        org=entry.org,
        rules=entry.policy_hash,
        commitment=entry.commitment.hex(),
        mark=entry.tag.hex() if entry.tag else "",
        index=index,
        number=thousands(index),
        size=plural(checked.size, "entry", "entries"),
        before=index - 1 if index else None,
        after=index + 1 if index + 1 < checked.size else None,
        what=sentence_of(entry.kind),
        day=long_date(entry.day),
        leaf=leaf.decode().rstrip(),
        leaf_length=len(leaf),
        leaf_hash=encode_base64(merkle.leaf_hash(leaf)),
        steps=steps,
        steps_lead=f"{len(steps)} {'step leads' if len(steps) == 1 else 'steps lead'}",
    )


def leaf_file(checked: Checked, index: int) -> Response:
    """Return the entry's bytes as a file, proven just now."""
    check_index(checked, index)
    checked.proof(index)
    return download(checked.reader.leaf(index), f"entry-{index}.json", "application/octet-stream")


def proof_file(checked: Checked, index: int) -> Response:
    """Return the entry's proof as a file (C2SP tlog-proof)."""
    check_index(checked, index)
    text = TlogProof(index, checked.proof(index), checked.log.checkpoint).text
    return download(text.encode(), f"entry-{index}.tlog-proof", PLAIN)


def check_index(checked: Checked, index: int) -> None:
    """Raise HTTPException (404) unless the log has this entry, in our format."""
    if not 0 <= index < len(checked.columns):
        raise HTTPException(404)
