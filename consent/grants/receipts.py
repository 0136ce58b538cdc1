"""The consent receipt: ISO/IEC TS 27560 fields as JSON-LD (W3C DPV 2.3), canonical (RFC 8785), signed with Ed25519.

The signed part names its entry in the public log by the hash of its leaf. `x:signature` and `x:tlogProof` stand
outside it: the proof is made anew against the log's newest checkpoint whenever the receipt is handed out. An entry that
is not published yet has no proof; `x:tlogProofDue` then says from when on the receipt can be had with one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consent.grants.notice import BINDING, Notice
from policies.canonical import canonical_bytes
from policies.errors import BadSignature, InvalidInput
from policies.grant import Cell
from policies.signing import SigningKey, VerifyKey
from policies.vocabulary import ConsentState, Granularity, Purpose

CONFORMS_TO = "https://w3id.org/dpv/schema/dpv-27560"
CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "x": "https://homefield.example/ns#",
}
OUTSIDE_SIGNATURE = frozenset({"x:signature", "x:tlogProof", "x:tlogProofDue"})

_PURPOSES = {
    Purpose.CARE: "dpv:ImproveHealthcare",
    Purpose.TRAINING: "dpv:PersonnelMonitoring",
    Purpose.SQUAD_PLANNING: "dpv:PersonnelPerformanceEvaluation",
    Purpose.CONTRACT: "dpv:PersonnelPerformanceEvaluation",
    Purpose.FL_TRAINING: "dpv:ResearchAndDevelopment",
    Purpose.RESEARCH: "dpv:NonCommercialResearch",
}
_RIGHTS = ("A13", "A15", "A7-3", "A18", "A20", "A16", "A77", "A17", "A21", "A22")


@dataclass(frozen=True, slots=True)
class Process:
    """One cell as the receipt lists it; NONE says that it stopped."""

    cell: Cell
    recipient_name: str
    granularity: Granularity
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class ReceiptContent:
    """Everything a receipt says. subject: pairwise pseudonym of the athlete. leaf_hash: of its entry in the log.

    notices: those that were served with what was given.
    release_sha256: of the whole release that was answered; release_bytes_sha256: of the bytes that its recipient sees.
    The two are one for what was approved in an earlier version.
    """

    receipt_id: str
    record_id: str
    at: datetime
    subject: str
    controller_id: str
    controller_name: str
    status: ConsentState
    method: str
    agreement: str
    processes: Sequence[Process]
    log_origin: str
    leaf_hash: bytes
    notices: Sequence[Notice]
    replaces: str | None = None
    release_sha256: str | None = None
    release_bytes_sha256: str | None = None


def build(content: ReceiptContent) -> dict[str, Any]:
    """Return the part of the receipt that is signed."""
    receipt: dict[str, Any] = {
        "@context": CONTEXT,
        "@id": f"urn:homefield:receipt:{content.receipt_id}",
        "@type": "dpv:ConsentReceipt",
        "dct:conformsTo": CONFORMS_TO,
        "dpv:hasIdentifier": content.receipt_id,
        "dct:created": content.at.isoformat(),
        "dct:language": BINDING,
        "dct:publisher": _party(content),
        "dpv:hasRecordOfActivity": _record(content),
        "x:collectiveAgreement": content.agreement,
        "x:noDetriment": True,
        "x:log": {"x:origin": content.log_origin, "x:leafHash": content.leaf_hash.hex()},
    }
    if content.replaces is not None:
        receipt["dct:replaces"] = f"urn:homefield:receipt:{content.replaces}"
    if content.release_sha256 is not None:
        receipt["x:releaseSha256"] = content.release_sha256
        receipt["x:releaseBytesSha256"] = content.release_bytes_sha256
    return receipt


def sign(receipt: Mapping[str, Any], key: SigningKey) -> bytes:
    """Return the signature over the canonical signed part."""
    return key.sign(canonical_bytes(receipt))


def finished(receipt: Mapping[str, Any], *, signature: str, key: VerifyKey, proof: str | datetime) -> dict[str, Any]:
    """Return the receipt as handed out.

    signature: hexadecimal. proof: the log's `.tlog-proof` text, or when the entry is going to be published.
    """
    seal = {"x:algorithm": "Ed25519", "x:canonicalisation": "RFC 8785", "x:key": key.text, "x:value": signature}
    shown = {"x:tlogProofDue": _due(proof)} if isinstance(proof, datetime) else {"x:tlogProof": proof}
    return {**receipt, "x:signature": seal, **shown}


def verify(receipt: Mapping[str, Any], key: VerifyKey) -> None:
    """Return if the service's key signed this receipt; raises BadSignature otherwise."""
    signed = {name: value for name, value in receipt.items() if name not in OUTSIDE_SIGNATURE}
    try:
        signature = bytes.fromhex(receipt["x:signature"]["x:value"])
        body = canonical_bytes(signed)
    except (KeyError, TypeError, ValueError, InvalidInput) as error:
        raise BadSignature("expected a signed receipt") from error
    key.verify(body, signature)


def _due(at: datetime) -> dict[str, str]:
    says = (
        "The entry is recorded and waits for the log's next checkpoint. Fetch the receipt again then, with its proof."
    )
    return {"x:at": at.isoformat(), "x:says": says}


def _party(content: ReceiptContent) -> dict[str, Any]:
    return {
        "@id": f"urn:homefield:org:{content.controller_id}",
        "@type": "dpv:DataController",
        "dpv:hasName": content.controller_name,
        "dpv:hasContact": "through the portal, or at the desk",
        "dpv:hasAddress": "as published by the organisation",
    }


def _record(content: ReceiptContent) -> dict[str, Any]:
    notices = [_notice(one) for one in content.notices]
    return {
        "@type": "dpv:ConsentRecord",
        "dct:identifier": content.record_id,
        "dct:conformsTo": f"{CONFORMS_TO}#record",
        "dpv:hasDataSubject": f"urn:homefield:subject:{content.subject}",
        "dpv:hasDataController": _party(content)["@id"],
        "dpv:hasJurisdiction": "as stated by the collective agreement",
        "dpv:hasApplicableLaw": "eu-gdpr:GDPR",
        "dpv:hasLegalBasis": ["eu-gdpr:A6-1-a", "eu-gdpr:A9-2-a"],
        "dpv:hasNotice": notices[0] if len(notices) == 1 else notices,
        "dpv:hasProcess": [_process(process) for process in content.processes],
        "dpv:hasConsentControl": [
            {"@type": "dpv:ProvideConsent", "x:at": "/shared"},
            {"@type": "dpv:WithdrawConsent", "x:at": "/shared/stop"},
        ],
        "dpv:hasRight": [f"eu-gdpr:{right}" for right in _RIGHTS],
        "dpv:hasConsentStatus": [_status(content)],
    }


def _notice(one: Notice) -> dict[str, Any]:
    return {
        "@id": f"urn:homefield:notice:{one.version}",
        "dct:date": one.begins.isoformat(),
        "dct:language": one.language,
        "x:sha256": one.sha256,
    }


def _process(process: Process) -> dict[str, Any]:
    cell = process.cell
    return {
        "@type": "dpv:Process",
        "dpv:hasPurpose": _PURPOSES.get(cell.purpose, "dpv:Purpose"),
        "x:purpose": cell.purpose.value,
        "dpv:hasPersonalData": {
            "@type": "pd:Health",
            "x:category": cell.category.value,
            "dpv:hasNecessity": "dpv:Optional",
            "dpv:hasDataSource": "the athlete's club node",
        },
        "dpv:hasRecipient": {
            "@id": f"urn:homefield:org:{cell.recipient.org}",
            "dpv:hasName": process.recipient_name,
            "x:role": cell.recipient.role.value,
        },
        "dpv:hasProcessing": "dpv:Disclose" if process.granularity else "x:Stopped",
        "dpv:hasStorageCondition": {
            "dpv:StorageLocation": "the club's own node",
            "dpv:StorageDuration": None if process.ends is None else process.ends.isoformat(),
            "dpv:StorageDeletion": "by the athlete's request; the end of the grant ends the sharing, not the storage",
        },
        "x:granularity": process.granularity.word,
    }


def _status(content: ReceiptContent) -> dict[str, Any]:
    last = max((p.ends for p in content.processes if p.ends is not None), default=None)
    return {
        "@type": f"dpv:{content.status.value}",
        "dpv:isIndicatedBy": f"urn:homefield:subject:{content.subject}",
        "dpv:hasIndicationMethod": content.method,
        "dpv:isIndicatedAtTime": content.at.isoformat(),
        "dct:valid": None if last is None else last.isoformat(),
    }
