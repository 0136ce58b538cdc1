"""Durability proposals: exact bytes, sources without wearables, data minimum, and nothing that the club learns."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.streams import SPECS, Stream
from client.errors import ConsentUnavailable, NodeKeyNotTaken
from client.features.daily import DailyTable
from client.release import (
    STREAMS,
    WORN,
    BadProposal,
    ProposalResult,
    ProposalStatus,
    ReleaseRecipient,
    build_proposal,
    days_from,
    propose_all,
    recipient,
)
from client.vault.keys import UnlockKey
from client.vault.store import Athlete, Vault
from models.errors import NotEnoughData
from policies.release import OfficeIndex, ReleaseProposal
from policies.vocabulary import AthleteId, Lineage, OrgId, Purpose, Role

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
CLUB = OrgId("club-a")
ADULT = Athlete(AthleteId("ath-00000000000000aa"), "Ada", 1, False)
MINOR = Athlete(AthleteId("ath-00000000000000bb"), "Bea", 2, True)
TO = recipient(CLUB, Purpose.SQUAD_PLANNING, date(2027, 2, 28), now=NOW)
WINDOW_KEYS = {
    "approval_id",
    "expires_at",
    "index_band_5pt",
    "interval_rounded_outward",
    "limits_text",
    "version",
    "weights_hash",
    "window",
}


def table(days: int, *, injured: tuple[tuple[int, int], ...] = (), load: bool = True) -> DailyTable:
    """Days up to 24 November 2026; `injured` are (first day back from the end, days lost)."""
    dates = tuple(date(2026, 11, 24) - timedelta(days=days - 1 - i) for i in range(days))
    lost = np.zeros(days)
    for back, length in injured:
        lost[days - back : days - back + length] = 1
    session = np.where(lost > 0, np.nan, np.where(np.arange(days) % 7 == 6, 0.0, 400.0 + np.arange(days) % 50))
    columns = {"time_loss": lost, "availability": 1 - lost}
    return DailyTable(dates, columns | ({"load_au": session} if load else {}))


class Portal:
    """Takes proposals as the consent service does."""

    def __init__(self, refuses: AthleteId | None = None) -> None:
        self.taken: list[ReleaseProposal] = []
        self._refuses = refuses

    def propose(self, proposal: ReleaseProposal) -> None:
        if proposal.athlete == self._refuses:
            raise ConsentUnavailable("refused")
        self.taken.append(proposal)


def built(days: DailyTable, athlete: Athlete = ADULT, to: ReleaseRecipient = TO) -> ReleaseProposal:
    return build_proposal(athlete, days, to=to, approval_id="rel-0011223344556677")


def test_the_exact_bytes_hold_the_eight_fields_and_nothing_else() -> None:
    proposal = built(table(500, injured=((200, 14), (120, 8))))

    assert set(json.loads(proposal.index.canonical())) == WINDOW_KEYS
    assert proposal.index.window == "365 d to 2026-11"
    assert proposal.index.expires_at == "2027-02-28T23:59:59+00:00"
    assert (proposal.recipient_org, proposal.recipient_role) == (CLUB, Role.FRONT_OFFICE)
    assert isinstance(proposal.index, OfficeIndex)


def test_the_band_is_five_points_and_the_interval_is_rounded_outward() -> None:
    proposal = built(table(500, injured=((200, 14), (120, 8))))

    low, high = map(int, proposal.index.index_band_5pt.split("-"))
    first, last = map(int, proposal.index.interval_rounded_outward.split("-"))
    assert high - low == 5
    assert low <= proposal.own_view.median <= high
    assert first <= proposal.own_view.low <= proposal.own_view.high <= last
    assert first % 5 == last % 5 == 0


def test_no_source_is_a_wearable() -> None:
    proposal = built(table(500))

    assert set(proposal.lineage) == {Lineage.CLUB_RECORD, Lineage.SESSION_RPE}
    assert not {SPECS[stream].lineage for stream in STREAMS} & WORN


def test_without_load_only_club_records_are_named() -> None:
    proposal = built(table(300, load=False))

    assert set(proposal.lineage) <= {Lineage.CLUB_RECORD}
    assert proposal.own_view.load_tolerance is None


@pytest.mark.parametrize("days", [0, 1, 179])
def test_below_the_data_minimum_there_is_no_proposal(days: int) -> None:
    with pytest.raises(NotEnoughData):
        built(table(days) if days else DailyTable((), {}))


def test_from_180_days_on_there_may_be_one() -> None:
    assert built(table(180)).index.index_band_5pt


def test_never_under_18() -> None:
    with pytest.raises(NotEnoughData):
        built(table(500), MINOR)


def test_an_athlete_without_club_records_has_none() -> None:
    days = table(400)

    with pytest.raises(NotEnoughData):
        built(DailyTable(days.dates, {"load_au": days.column("load_au")}))


def test_illness_and_rest_days_change_nothing() -> None:
    days = table(400, injured=((200, 14),))
    ill = np.zeros(400)
    ill[50:60] = 1
    longer = table(400, injured=((200, 14),))
    with_illness = DailyTable(longer.dates, {**longer.columns, "absence": ill})

    assert built(days).own_view.availability == pytest.approx(built(with_illness).own_view.availability, abs=0.3)


def test_a_node_whose_key_is_not_taken_says_so_once_and_not_of_each_athlete() -> None:
    class Closed:
        def propose(self, proposal: ReleaseProposal) -> None:
            raise NodeKeyNotTaken(401)

    with pytest.raises(NodeKeyNotTaken):
        propose_all([ADULT], days=lambda _: table(400), consent=Closed(), to=TO, new_id=lambda: "rel-0011")


def test_one_athlete_that_is_not_ready_or_not_taken_never_stops_the_others() -> None:
    other = Athlete(AthleteId("ath-00000000000000cc"), "Cleo", 3, False)
    short = Athlete(AthleteId("ath-00000000000000dd"), "Dora", 4, False)
    portal = Portal(refuses=ADULT.athlete)
    numbers = iter(range(100))

    outcomes = propose_all(
        [ADULT, MINOR, short, other],
        days=lambda athlete: table(10 if athlete == short.athlete else 400),
        consent=portal,
        to=TO,
        new_id=lambda: f"rel-{next(numbers):016x}",
    )

    assert outcomes == [
        ProposalResult(ADULT, ProposalStatus.NOT_TAKEN),
        ProposalResult(MINOR, ProposalStatus.NOT_ENOUGH_DATA),
        ProposalResult(short, ProposalStatus.NOT_ENOUGH_DATA),
        ProposalResult(other, ProposalStatus.PROPOSED, portal.taken[0].sha256, portal.taken[0].index.sha256),
    ]
    assert [p.athlete for p in portal.taken] == [other.athlete]


@pytest.mark.parametrize(
    ("purpose", "until"),
    [
        (Purpose.SQUAD_PLANNING, date(2026, 11, 23)),
        (Purpose.SQUAD_PLANNING, date(2027, 12, 1)),
        (Purpose.CONTRACT, date(2026, 12, 25)),
        (Purpose.CARE, date(2026, 12, 1)),
        (Purpose.BETTING, date(2026, 12, 1)),
    ],
)
def test_a_wrong_purpose_or_end_is_refused(purpose: Purpose, until: date) -> None:
    with pytest.raises(BadProposal):
        recipient(CLUB, purpose, until, now=NOW)


def test_a_contract_release_of_thirty_days_is_possible() -> None:
    to = recipient(CLUB, Purpose.CONTRACT, date(2026, 12, 23), now=NOW)

    assert built(table(400), to=to).purpose is Purpose.CONTRACT


class WatchedVault(Vault):
    """Remembers which streams were opened."""

    opened: set[Stream]

    def read(self, athlete: AthleteId, streams: object = None) -> list[Observation]:
        assert streams is not None
        self.opened = set(streams)  # type: ignore[call-overload]  # a sequence of streams
        return super().read(athlete, streams)  # type: ignore[arg-type]  # passed through unchanged


def test_only_club_records_and_session_ratings_are_opened(tmp_path: Path) -> None:
    source = ReadingSource("strap", "app", "0" * 64)
    with WatchedVault.open(tmp_path / "v.sqlite3", UnlockKey(b"k" * 32)) as vault:
        vault.add_athlete(ADULT.athlete, "Ada", shirt_no=1)
        vault.add(
            ADULT.athlete,
            [
                observe(Stream.TIME_LOSS, NOW, 0.0, source),
                observe(Stream.RESTING_HEART_RATE, NOW, 50.0, source),
                observe(Stream.TIME_LOSS, NOW + timedelta(days=1), 1.0, source),
            ],
        )

        days = days_from(vault, until=NOW.date())(ADULT.athlete)

        assert set(days.columns) & {"resting_heart_rate", "lnrmssd"} <= {"lnrmssd"}
        assert np.isnan(days.column("lnrmssd")).all()
        assert days.dates == (NOW.date(),)
        assert {SPECS[s].lineage for s in vault.opened} & WORN == set()
