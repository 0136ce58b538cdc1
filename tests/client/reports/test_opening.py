"""What an opening shows: what its reader may see at that moment, whatever was prepared; each is one access event."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from client.coaching.regression import Level
from client.coaching.review import ReviewAnswer, ReviewDecision, ReviewReason
from client.errors import AthleteErased, ConsentUnavailable
from client.reports.document import document
from client.reports.kept_parts import KEPT_DAYS, prepared_day, prepared_part
from client.reports.opening import NoReport, athlete_report, open_report
from client.reports.preparing import prepare_due
from client.reports.value import Report, Variant, report_json
from client.vault.database import OF_ONE_ATHLETE
from client.web.rows.board_rows import light_of
from client.web.tables import Tables
from client.web.viewer import Viewer
from policies.vocabulary import AthleteId, Category, Granularity, PersonId, Purpose, Role
from tests.client.reports.conftest import COACH, Squad
from tests.client.web.conftest import ALL, NOW, FakeConsent

MEDICAL = Viewer(PersonId("demo-medical"), "Mika Stone", Role.MEDICAL, frozenset({"first-team"}), "")


def line_of(report: Report, number: int) -> Any:
    return next(line.report for line in report.lines if line.number == number)


def without_person(squad: Squad, athlete: AthleteId) -> str:
    """The whole document with this athlete's name and number taken out."""
    report, _ = open_report(squad.site, COACH)
    number = squad.athletes.index(athlete) + 1
    return str(document(report)).replace(f"{number} Athlete {number:02d}", "WHO")


@pytest.mark.parametrize("category", ALL)
def test_what_is_withdrawn_after_it_was_prepared_is_as_never_recorded(
    squad: Squad, category: Category, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = squad.athletes[4]
    squad.clock.at = NOW.replace(hour=6, minute=26)
    assert prepare_due(squad.site)

    squad.clock.at = NOW.replace(hour=6, minute=45)
    squad.consent.granted[one] = tuple(other for other in ALL if other is not category)
    squad.clock.at = NOW.replace(hour=6, minute=50)
    withdrew = open_report(squad.site, COACH)[0]

    squad.consent.granted[one] = ALL
    read, gone = Tables._read, frozenset(Category) if category is Category.READINESS else frozenset({category})

    def without(self: Tables, athlete: AthleteId, categories: frozenset[Category], unworn: Any) -> Any:
        return read(self, athlete, categories - gone if athlete == one else categories, unworn)

    if category is Category.READINESS:
        light = Tables.read_for_light
        monkeypatch.setattr(Tables, "read_for_light", lambda self, a, c: light(self, a, c if a != one else frozenset()))
    else:
        monkeypatch.setattr(Tables, "_read", without)
    squad.site.tables._memory._kept.clear()
    never = _reprepared(squad)

    assert report_json(withdrew)["lines"] == report_json(never)["lines"]
    assert str(document(withdrew)) == str(document(never))


def _reprepared(squad: Squad) -> Report:
    """Prepare the day again from the start, as if it had never been, and open it."""
    database, _ = squad.site.vault.seal_of_node()
    with database.transaction() as connection:
        connection.execute("DELETE FROM report_day")
    squad.clock.at = NOW.replace(hour=6, minute=26)
    assert prepare_due(squad.site)
    squad.clock.at = NOW.replace(hour=6, minute=50)
    return open_report(squad.site, COACH)[0]


def test_a_part_is_used_as_prepared_while_the_same_may_be_seen(squad: Squad, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare_due(squad.site)
    monkeypatch.setattr("client.reports.opening.made_part", lambda *_: pytest.fail("nothing is made again"))

    assert len(open_report(squad.site, COACH)[0].lines) == len(squad.athletes)


def test_the_decision_point_may_refuse_what_the_snapshot_lists(squad: Squad) -> None:
    one = squad.athletes[4]
    assert line_of(open_report(squad.site, COACH)[0], 5).load.week_au is not None

    squad.consent.denied.add(one)
    refused = line_of(open_report(squad.site, COACH)[0], 5)

    assert refused.load.week_au is None
    assert refused.morning.word == "Not enough data"


def on_terms(squad: Squad, monkeypatch: pytest.MonkeyPatch, athlete: AthleteId, **terms: Any) -> None:
    """Have this athlete's grant of readiness hold other terms from now on."""
    told = squad.consent.snapshot

    def snapshot() -> Any:
        found = told()
        grants = tuple(
            replace(one, **terms) if (one.athlete, one.category) == (athlete, Category.READINESS) else one
            for one in found.grants
        )
        return replace(found, grants=grants)

    monkeypatch.setattr(squad.consent, "snapshot", snapshot)


def test_a_light_alone_takes_what_was_proposed_from_a_prepared_report(
    squad: Squad, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The categories are the same as in the morning; how fine readiness is shared is not."""
    prepare_due(squad.site)
    before = line_of(open_report(squad.site, COACH)[0], 5).morning
    on_terms(squad, monkeypatch, squad.athletes[4], max_granularity=Granularity.BAND)
    after = line_of(open_report(squad.site, COACH)[0], 5).morning

    assert before.proposed
    assert (after.word, after.proposed) == (before.word, "")
    assert "evidence" not in after.why


def test_the_light_at_home_is_that_of_the_board_prepared_or_not(squad: Squad, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shared by the newer notice readiness alone shows a light; by the one before it takes what is shared beside it."""
    one = squad.athletes[4]
    squad.consent.granted[one] = (Category.READINESS,)
    prepare_due(squad.site)
    old = line_of(open_report(squad.site, COACH)[0], 5).morning
    on_terms(squad, monkeypatch, one, notice="2026-12")
    given = line_of(open_report(squad.site, COACH)[0], 5).morning
    prepared = line_of(_reprepared(squad), 5).morning

    board = squad.site.access_requests.board(COACH)
    seen = squad.site.assessment(board, one, squad.site.context(NOW.date()))
    assert old.word == "Not enough data"
    assert given == prepared
    assert given.word == light_of(seen)[1] == "Well below usual"


def test_every_opening_is_one_access_event_that_asks_the_same_list(squad: Squad) -> None:
    open_report(squad.site, COACH)
    squad.consent.granted[squad.athletes[0]] = ()
    open_report(squad.site, COACH)

    assert len(squad.consent.asked) == 2
    first, second = (asked for _, _, asked in squad.consent.asked)
    assert first == second
    assert len(first) == len(ALL) * len(squad.athletes)


def test_without_the_consent_service_nothing_is_shown_or_prepared(squad: Squad) -> None:
    squad.consent.is_down = True

    with pytest.raises(ConsentUnavailable):
        prepare_due(squad.site)
    assert prepared_day(squad.site.vault, NOW.date()) is None
    squad.consent.is_down = False
    open_report(squad.site, COACH)
    squad.consent.is_down = True
    with pytest.raises(ConsentUnavailable):
        open_report(squad.site, COACH)


def test_it_is_prepared_once_a_day_before_its_time_and_caught_up_after_it(squad: Squad) -> None:
    squad.clock.at = NOW.replace(hour=6, minute=24)
    assert not prepare_due(squad.site)
    with pytest.raises(NoReport, match="it is prepared before 06:30"):
        open_report(squad.site, COACH)

    squad.clock.at = NOW.replace(hour=6, minute=25)
    assert prepare_due(squad.site)
    assert not prepare_due(squad.site)
    squad.clock.at = NOW.replace(hour=9) + timedelta(days=1)  # the node slept until then
    assert prepare_due(squad.site)
    made = [prepared_day(squad.site.vault, NOW.date() + timedelta(days=day)) for day in (0, 1)]
    assert [one.made.hour for one in made if one] == [6, 9]


def test_late_readings_change_no_prepared_report(squad: Squad) -> None:
    prepare_due(squad.site)
    before = report_json(open_report(squad.site, COACH)[0])["lines"]

    squad.site.vault.rename(squad.athletes[0], "Athlete 01")  # a change of the vault, as an import is
    squad.site.journal.set_plan(replace(squad.site.journal.plans(NOW.date())[None], title="changed"))

    assert report_json(open_report(squad.site, COACH)[0])["lines"] == before
    assert "passing" in open_report(squad.site, COACH)[0].plan


def test_an_erasure_takes_the_athletes_parts_with_it(squad: Squad) -> None:
    one = squad.athletes[4]
    prepare_due(squad.site)
    _, number, _ = squad.site.vault.seal_of(one)

    squad.site.vault.erase(one)

    assert "report_part" in OF_ONE_ATHLETE
    database, _ = squad.site.vault.seal_of_node()
    with database.reading() as connection:
        assert not connection.execute("SELECT 1 FROM report_part WHERE athlete = ?", (number,)).fetchall()
    with pytest.raises(AthleteErased):
        prepared_part(squad.site.vault, one, NOW.date(), Variant.COACH)
    assert 5 not in [line.number for line in open_report(squad.site, COACH)[0].lines]


def test_nothing_of_a_part_lies_in_the_file_in_the_clear(squad: Squad) -> None:
    prepare_due(squad.site)
    database, _ = squad.site.vault.seal_of_node()
    with database.reading() as connection:
        rows = connection.execute("SELECT key, sealed FROM report_part").fetchall()
        rows += connection.execute("SELECT key, sealed FROM report_day").fetchall()

    assert len(rows) == 3 * len(squad.athletes) + 1
    for mark in (b"2026", b"well-below", b"report", b"coach"):
        assert not any(mark in key or mark in sealed for key, sealed in rows)


def test_reports_of_before_are_deleted_after_five_weeks(squad: Squad) -> None:
    prepare_due(squad.site)
    squad.clock.at += timedelta(days=KEPT_DAYS)
    prepare_due(squad.site)
    assert prepared_day(squad.site.vault, NOW.date()) is not None

    squad.clock.at += timedelta(days=1)
    prepare_due(squad.site)

    assert prepared_day(squad.site.vault, NOW.date()) is None
    assert prepared_part(squad.site.vault, squad.athletes[0], NOW.date(), Variant.COACH) is None
    with pytest.raises(NoReport, match="kept no longer"):
        open_report(squad.site, COACH, NOW.date())


def test_the_medical_team_reads_what_stands_apart_and_a_coach_does_not(squad: Squad, clock: Any) -> None:
    squad.consent.role, squad.consent.purpose = Role.MEDICAL, Purpose.CARE
    medical = open_report(squad.site, MEDICAL)[0]

    assert "Morning answers" in str(document(medical))
    assert line_of(medical, 5).findings
    squad.consent.role, squad.consent.purpose = Role.COACH, Purpose.TRAINING
    coach = open_report(squad.site, COACH)[0]
    assert not line_of(coach, 5).findings
    assert "Sum " not in str(report_json(coach))


def test_an_athletes_own_report_is_of_themselves_alone_and_asks_nobody(squad: Squad) -> None:
    prepare_due(squad.site)
    squad.consent.asked.clear()
    squad.consent.granted.clear()

    own = athlete_report(squad.site, squad.athletes[4])

    assert [line.number for line in own.lines] == [5]
    assert own.lines[0].report.findings
    assert document(own).title == "Well below usual this morning"
    assert squad.consent.asked == []


def test_yesterdays_decision_stands_with_what_was_done_and_one_taken_back_says_so(squad: Squad) -> None:
    one, day = squad.athletes[4], NOW.date() - timedelta(days=1)
    decision = ReviewDecision(
        "p1", one, day, Level.REGRESS, ReviewAnswer.MODIFY, ReviewReason.TALKED, 400, 200, 250, False,
        PersonId("staff-1"), Role.COACH, NOW - timedelta(days=1),
    )  # fmt: skip
    squad.site.journal.record(decision)
    squad.site.journal.take_back(decision, person=PersonId("staff-1"), role=Role.COACH, at=NOW - timedelta(hours=22))
    squad.site.journal.record(replace(decision, chosen_au=300))
    report = open_report(squad.site, COACH)[0]
    section = next(part for part in document(report).sections if part.heading.startswith("Yesterday"))
    load = line_of(report, 5).load.day_before_au

    assert [row[3:5] for row in section.rows] == [("250 of 400", f"{load:,.0f}"), ("300 of 400", f"{load:,.0f}")]
    assert "taken back" in section.rows[0][2]
    assert "taken back" not in section.rows[1][2]
    assert "agreed with the athlete" in section.rows[1][2]


def test_on_a_monday_the_week_stands_in_it(squad: Squad) -> None:
    squad.clock.at = NOW.replace(day=23)
    monday = open_report(squad.site, COACH)[0]

    assert monday.is_week
    assert date(2026, 11, 23).weekday() == 0
    load = next(part for part in document(monday).sections if part.heading == "Load")
    assert load.columns[-2:] == ["Days with training", "Monotony"]
    assert document(monday).kind == "Weekly and daily report for coaches"
    assert all(row[-2] == "7" for row in load.rows)


def test_a_person_of_no_squad_sees_nobody(squad: Squad) -> None:
    other = replace(COACH, squads=frozenset({"women"}))

    assert open_report(squad.site, other)[0].lines == []


def test_one_who_was_never_asked_is_as_one_who_withdrew_everything(squad: Squad, consent: FakeConsent) -> None:
    one, other = squad.athletes[0], squad.athletes[1]
    prepare_due(squad.site)
    squad.consent.granted[one], squad.consent.granted[other] = (), ()
    report = open_report(squad.site, COACH)[0]

    assert line_of(report, 1) == line_of(report, 2)
