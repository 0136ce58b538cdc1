"""The consent snapshot: which of one club's athletes are live for what, signed, with a short life.

A node uses nothing without a fresh snapshot; an expired, unsigned or foreign one is the same as none.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from policies.canonical import canonical_bytes
from policies.errors import BadSignature, InvalidInput, OutsideItsTime
from policies.signing import SigningKey, VerifyKey
from policies.terms.notices import FIRST_NOTICE
from policies.vocabulary import AthleteId, Category, Granularity, OrgId, Purpose, Role

CLOCK_TOLERANCE = timedelta(seconds=60)  # ours: loopback and club networks keep time far better than this
"""How far ahead of ours the clock may be that set a beginning; `chassis.remote_time` holds every such time to it."""
SNAPSHOT_LIFE = timedelta(minutes=5)  # ours: longer than a round, far shorter than a training session
MOST_VERSION = 40  # ours: characters of a notice's version


@dataclass(frozen=True, slots=True)
class LiveGrant:
    """One live cell of one athlete. notice: the version that a yes to readiness stands under; others name none."""

    athlete: AthleteId
    category: Category
    purpose: Purpose
    recipient_org: OrgId
    recipient_role: Role
    max_granularity: Granularity
    ends: datetime
    notice: str = FIRST_NOTICE


@dataclass(frozen=True, slots=True)
class ConsentSnapshot:
    """Live grants of the athletes of `club`, and the epoch of every member; valid for minutes."""

    club: OrgId
    issued: datetime
    expires: datetime
    epochs: dict[AthleteId, int]
    grants: tuple[LiveGrant, ...]

    def is_fresh(self, now: datetime) -> bool:
        """True within its time; the service's clock may be ahead of ours by CLOCK_TOLERANCE, the end is the end."""
        return self.issued - CLOCK_TOLERANCE <= now < self.expires

    def is_live(
        self,
        athlete: AthleteId,
        *,
        categories: Iterable[Category],
        purpose: Purpose,
        recipient_org: OrgId,
        recipient_role: Role,
        granularity: Granularity,
        now: datetime,
    ) -> bool:
        """True only if the snapshot is fresh and every category has a covering live grant."""
        if not self.is_fresh(now):
            return False
        wanted = set(categories)
        covered = {
            g.category
            for g in self.grants
            if g.athlete == athlete
            and g.purpose is purpose
            and (g.recipient_org, g.recipient_role) == (recipient_org, recipient_role)
            and granularity <= g.max_granularity
            and now < g.ends
        }
        return bool(wanted) and wanted <= covered

    def may_learn(self, athlete: AthleteId, *, categories: Iterable[Category], league: OrgId, now: datetime) -> bool:
        """True only if this athlete lets the league learn from every one of `categories` at this moment."""
        return self.is_live(
            athlete,
            categories=categories,
            purpose=Purpose.FL_TRAINING,
            recipient_org=league,
            recipient_role=Role.FL_AGGREGATOR,
            granularity=Granularity.COHORT,
            now=now,
        )

    def signed(self, key: SigningKey) -> bytes:
        """Return the transport form: canonical JSON of body and signature."""
        content = SnapshotContent.of(self.club, self.epochs, self.grants)
        return content.signed(key, issued=self.issued, expires=self.expires)


@dataclass(frozen=True, slots=True)
class SnapshotContent:
    """What a snapshot says, written once and signed at every moment at which it still holds.

    before, between: the canonical text of the body up to the first of its two times, and between them; RFC 8785 §3.2.3
    sorts club, epochs, expires, grants, issued.
    """

    before: bytes
    between: bytes

    @classmethod
    def of(cls, club: OrgId, epochs: Mapping[AthleteId, int], grants: Iterable[LiveGrant]) -> "SnapshotContent":
        """Write the content; raises InvalidInput for text that JSON cannot hold."""
        written = canonical_bytes({"club": club, "epochs": dict(epochs)})
        listed = canonical_bytes({"grants": [_as_json(grant) for grant in grants]})
        return cls(written[:-1], listed[1:-1])

    def signed(self, key: SigningKey, *, issued: datetime, expires: datetime) -> bytes:
        """Return the transport form with these times: canonical JSON of body and signature."""
        times = f'"expires":"{expires.isoformat()}",'.encode(), f',"issued":"{issued.isoformat()}"}}'.encode()
        body = b"".join((self.before, b",", times[0], self.between, times[1]))
        return b"".join((b'{"body":', body, b',"signature":"', key.sign(body).hex().encode(), b'"}'))


def _as_json(grant: LiveGrant) -> dict[str, str]:
    """One grant; its notice only where it is not the first, which no earlier snapshot named."""
    notice = {} if grant.notice == FIRST_NOTICE else {"notice": grant.notice}
    return notice | {
        "athlete": grant.athlete,
        "category": grant.category.value,
        "purpose": grant.purpose.value,
        "recipient_org": grant.recipient_org,
        "recipient_role": grant.recipient_role.value,
        "max_granularity": grant.max_granularity.word,
        "ends": grant.ends.isoformat(),
    }


def open_snapshot(data: bytes, key: VerifyKey, *, club: OrgId, now: datetime) -> ConsentSnapshot:
    """Return the snapshot if it is signed by `key`, for `club`, and fresh at `now`.

    Raises BadSignature if it is not signed or not for this club, OutsideItsTime if it is not fresh, InvalidInput if
    malformed.
    """
    try:
        outer = json.loads(data)
        body, signature = _mapping(outer["body"]), bytes.fromhex(outer["signature"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInput("expected a signed consent snapshot") from error
    key.verify(canonical_bytes(body), signature)
    snapshot = _parse(body)
    if snapshot.club != club:
        raise BadSignature("expected a snapshot for this club, got one for another")
    if not snapshot.is_fresh(now):
        raise OutsideItsTime(
            "expected a fresh snapshot, got one outside its time", begins=snapshot.issued, ends=snapshot.expires
        )
    return snapshot


def _parse(body: dict[str, Any]) -> ConsentSnapshot:
    try:
        return ConsentSnapshot(
            club=OrgId(body["club"]),
            issued=_time(body["issued"]),
            expires=_time(body["expires"]),
            epochs={AthleteId(a): int(n) for a, n in _mapping(body["epochs"]).items()},
            grants=tuple(
                LiveGrant(
                    athlete=AthleteId(g["athlete"]),
                    category=Category(g["category"]),
                    purpose=Purpose(g["purpose"]),
                    recipient_org=OrgId(g["recipient_org"]),
                    recipient_role=Role(g["recipient_role"]),
                    max_granularity=Granularity.from_word(g["max_granularity"]),
                    ends=_time(g["ends"]),
                    notice=_version(g.get("notice", FIRST_NOTICE)),
                )
                for g in body["grants"]
            ),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise InvalidInput("expected a consent snapshot, got another shape") from error


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("expected a time with zone")
    return time


def _version(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MOST_VERSION:
        raise TypeError("expected the version of a notice")
    return value


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("expected a JSON object")
    return value
