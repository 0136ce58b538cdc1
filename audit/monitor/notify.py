"""How a monitor tells what it found: evidence beside its state, a line for people or programs, and a web hook."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx

from audit.errors import MalformedPolicy
from audit.monitor.alarms import Alarm
from audit.monitor.monitor import Check
from audit.monitor.witness_lookup import WitnessStatus, WitnessView
from chassis.files.replace_file import replace_durably
from chassis.text import moment_of


def evidence_folder(state: Path) -> Path:
    """Return where evidence is kept for the monitor with this state file."""
    return state.with_name(f"{state.name}.evidence")


def evidence_name(alarm: Alarm) -> str:
    """Return the name of an alarm's folder; the same finding has the same name, however often it is made."""
    digest = sha256()
    for name, data in sorted(alarm.evidence.items()):
        digest.update(f"{name} {len(data)}\n".encode() + data)
    return f"{alarm.kind}-{digest.hexdigest()[:16]}"


def save_evidence(folder: Path, check: Check, alarm: Alarm) -> Path:
    """Keep an alarm with its evidence, durably, unless the same is kept already; returns its folder. Raises OSError."""
    place = folder / evidence_name(alarm)
    if (place / "alarm.json").exists():
        return place
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, data in alarm.evidence.items():
        replace_durably(place / name, data)
    told = {"at": check.at.isoformat(), **_alarm_json(alarm)}
    replace_durably(place / "alarm.json", json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n")
    return place


def check_json(check: Check, saved: Sequence[Path | None]) -> dict[str, Any]:
    """Return a check for programs. saved: per alarm where its evidence is, None if it could not be kept."""
    now = check.checkpoint
    return {
        "at": check.at.isoformat(),
        "ok": not check.alarms,
        "origin": now.origin if now else None,
        "size": now.size if now else None,
        "root": now.root_text if now else None,
        "new_entries": check.new_entries,
        "is_first": check.is_first,
        "whole_at": at.isoformat() if (at := _whole_at(check)) else None,
        "alarms": [
            {**_alarm_json(alarm), "evidence": str(place) if place else None}
            for alarm, place in zip(check.alarms, saved, strict=True)
        ],
        "witnesses": [
            {
                "names": list(view.names),
                "standing": view.status.value,
                "size": view.seen.size if view.seen else None,
                "vouches": view.is_vouching,
            }
            for view in check.witnesses
        ],
    }


def check_line(check: Check) -> str:
    """Return a check that found nothing wrong, in one line for people."""
    size = check.checkpoint.size if check.checkpoint else 0
    parts = [f"{check.at:%Y-%m-%d %H:%M:%S} UTC  fine: {size:,} entries, {check.new_entries:,} new"]
    if check.witnesses:
        vouching = sum(view.is_vouching for view in check.witnesses)
        parts.append(f"{vouching} of {len(check.witnesses)} witnesses vouch for this size")
    parts += [_witness_word(view) for view in check.witnesses if view.status in _WORDS]
    at = _whole_at(check)
    if at:
        when = "now" if check.is_whole else f"{at:%Y-%m-%d %H:%M:%S} UTC"
        parts.append(f"every entry from the first on read {when}")
    return ", ".join(parts)


def alarm_line(check: Check, alarm: Alarm, place: Path | None) -> str:
    """Return an alarm in one line for people."""
    kept = f" Evidence: {place}" if place else " The evidence could not be kept."
    return f"{check.at:%Y-%m-%d %H:%M:%S} UTC  ALARM: {alarm.sentence} ({alarm.detail}){kept}"


class Webhook:
    """Posts alarms as JSON to an address of the operator's choice."""

    def __init__(self, url: str, *, client: httpx.Client) -> None:
        """Raises MalformedPolicy for what is not an http(s) address."""
        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise MalformedPolicy("expected the address of a web hook as http(s)://host/path") from error
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise MalformedPolicy("expected the address of a web hook as http(s)://host/path")
        self._url = url
        self._client = client

    def tell(self, told: Mapping[str, Any]) -> str | None:
        """Post one check; return None, or why it did not arrive. Never raises: the alarm counts, not the hook."""
        try:
            response = self._client.post(self._url, json=dict(told))
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return f"the web hook cannot be reached: {type(error).__name__}"
        return None if response.is_success else f"the web hook answered with status {response.status_code}"


_WORDS = {
    WitnessStatus.AHEAD: "has seen {size:,} already",
    WitnessStatus.BEHIND: "has seen no more than {size:,}",
    WitnessStatus.UNREACHABLE: "cannot be reached",
    WitnessStatus.UNUSABLE: "shows nothing that can be used",
    WitnessStatus.NOTHING: "shows nothing",
}


def _whole_at(check: Check) -> datetime | None:
    """When every entry was read last; None if nothing was ever verified, or by an earlier release."""
    return moment_of(check.state.whole_at_s or 0) if check.state else None


def _witness_word(view: WitnessView) -> str:
    return f"{view.names[0]} {_WORDS[view.status].format(size=view.seen.size if view.seen else 0)}"


def _alarm_json(alarm: Alarm) -> dict[str, Any]:
    return {"kind": alarm.kind.value, "sentence": alarm.sentence, "detail": alarm.detail}
