"""Who looked: sentences, groups, filters, and what happens when a proof fails."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from consent.athlete.values import AccessEvent, AccessHistory, ProofState
from consent.decisions.values import DeliveryOutcome
from consent.operations.log_status import LogState
from consent.web.history.access_history import PAGE_SIZE, AccessFilter, access_history_view, roles_of
from consent.web.history.entry_lines import MOST_PROOFS, entry_view
from consent.web.log_text import checkpoint_words, guards, waits_for
from policies.vocabulary import Category, Granularity, Purpose, Role

MakeLook = Callable[..., AccessEvent]
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 8, 14, tzinfo=UTC)
LOG = LogState(
    origin="log.example/consent",
    size=48_213,
    published_at=datetime(2026, 11, 24, 6, tzinfo=UTC),
    cosigned=2,
    witnesses=3,
    needed=2,
    has_quorum=True,
    next_checkpoint=datetime(2026, 11, 24, 12, tzinfo=UTC),
    every=timedelta(hours=6),
)
KINDS_OF_ACCESS = ((True, "look_allowed"), (True, "access"), (False, "look_refused"), (False, "access"))
OWN = {"role": None, "person": None, "purpose": None, "category": None, "granularity": None, "action": None}


def looks_of(*entries: AccessEvent) -> AccessHistory:
    newest_first = tuple(sorted(entries, key=lambda e: -e.number))
    states = [e.proof for e in entries]
    proven, waiting = states.count(ProofState.PROVEN), states.count(ProofState.WAITING)
    return AccessHistory(newest_first, total=len(entries), proven=proven, waiting=waiting)


def test_a_look_reads_as_a_sentence(look: MakeLook) -> None:
    entry = entry_view((look(7),))

    assert entry.numbers == "No. 7"
    assert entry.title == "R. D., performance coach, Eastmere FC, saw your sleep"
    assert entry.detail == "Daily numbers. For planning your training, because of your yes of 3 August 2026."
    assert (entry.proof, entry.proofs) == ("proven", (7,))


def test_one_look_at_several_things_is_one_line(look: MakeLook) -> None:
    board = looks_of(look(1), look(2, category=Category.HEART), look(3, category=Category.TRAINING_LOAD))

    view = access_history_view(board, wanted=AccessFilter(), today=TODAY, log=LOG)

    (day,) = view.days
    (entry,) = day.entries
    assert (day.heading, entry.numbers) == ("Today", "No. 1–3")
    assert entry.title.endswith("saw your heart and recovery, sleep and training load")
    assert view.lead == (
        "In the last 30 days, one person looked once. You had allowed every one of these looks. "
        "A page counts once, however much of you it asks for."
    )


def test_a_refused_try_is_told(look: MakeLook) -> None:
    refused = look(
        2,
        kind="look_refused",
        allowed=False,
        role=Role.FRONT_OFFICE,
        person="P. Q.",
        purpose=Purpose.SQUAD_PLANNING,
        category=Category.DURABILITY,
        granularity=Granularity.BAND,
        because="no approved band",
    )

    entry = entry_view((refused,))
    view = access_history_view(looks_of(refused), wanted=AccessFilter(), today=TODAY, log=LOG)

    assert entry.title == "A try by P. Q., front office, Eastmere FC, was refused"
    assert entry.detail == "They asked for your durability band, for squad planning. No approved band."
    assert view.lead == "In the last 30 days, nobody looked. One try was refused."


def test_an_access_reads_the_same_whichever_kind_the_log_names_it_by(look: MakeLook) -> None:
    said = [entry_view((look(7, kind=kind, allowed=allowed),)) for allowed, kind in KINDS_OF_ACCESS]

    assert said[0] == said[1]
    assert said[2] == said[3]
    assert said[0] != said[2]


def test_a_token_that_counted_no_more_is_told_as_a_refused_try(look: MakeLook) -> None:
    why = "your yes did not count for it any more"
    refused = look(2, kind="round_committed", allowed=False, is_refused_round=True, because=why, **OWN)

    entry = entry_view((refused,))
    view = access_history_view(looks_of(refused), wanted=AccessFilter(kind="refused"), today=TODAY, log=LOG)

    assert entry.title == "A try by Eastmere FC, was refused"
    assert entry.detail == "They asked for a page about you. Your yes did not count for it any more."
    assert [e.numbers for day in view.days for e in day.entries] == ["No. 2"]


def test_own_steps_are_no_looks(look: MakeLook) -> None:
    view = access_history_view(
        looks_of(look(1, kind="consent_decision", **OWN)), wanted=AccessFilter(), today=TODAY, log=LOG
    )

    assert view.lead == "In the last 30 days, nobody looked."
    assert view.days[0].entries[0].title == "You made a choice in this portal"


def test_rounds_of_one_day_are_one_line(look: MakeLook) -> None:
    rounds = [look(n, kind="round_committed", because="your yes", **OWN) for n in range(1, 9)]

    (day,) = access_history_view(looks_of(*rounds), wanted=AccessFilter(), today=TODAY, log=LOG).days

    (entry,) = day.entries
    assert entry.title == "Your club’s node used your data for league learning in eight rounds"
    assert (entry.numbers, len(entry.proofs)) == ("No. 1–8", 8)


def test_sign_ins_of_one_day_are_one_line(look: MakeLook) -> None:
    visits = [look(n, kind="signed_in", at=NOW + timedelta(hours=n), **OWN) for n in (1, 2)]

    (day,) = access_history_view(looks_of(*visits), wanted=AccessFilter(), today=TODAY, log=LOG).days

    assert [entry.title for entry in day.entries] == ["You signed in here two times"]


def test_nothing_is_missing_only_when_all_are_proven(look: MakeLook) -> None:
    whole = access_history_view(looks_of(look(1), look(2)), wanted=AccessFilter(), today=TODAY, log=LOG)
    broken = access_history_view(
        looks_of(look(1), look(2, proof=ProofState.NOT_PROVEN)), wanted=AccessFilter(), today=TODAY, log=LOG
    )
    gap = access_history_view(AccessHistory((look(2),), total=2, proven=1), wanted=AccessFilter(), today=TODAY, log=LOG)

    assert whole.is_whole
    assert "numbered 1 to 2" in whole.whole
    assert not broken.is_whole
    assert [e.numbers for e in broken.broken] == ["No. 2"]
    assert not gap.is_whole
    assert "of your 2" in gap.whole.lower()


def test_a_waiting_entry_is_there_and_says_until_when(look: MakeLook) -> None:
    waits = look(3, proof=ProofState.WAITING, index=None)
    view = access_history_view(
        looks_of(look(1), look(2, at=NOW - timedelta(days=1)), waits), wanted=AccessFilter(), today=TODAY, log=LOG
    )

    assert view.is_whole
    assert view.whole == (
        "Your entries are numbered 1 to 3. All 3 are there. "
        "2 are proven in the public log; the newest waits for the next checkpoint."
    )
    assert (view.until, view.broken) == ("12:00 UTC", ())
    assert entry_view((look(1), waits)).proof == "waiting"
    assert entry_view((look(1), waits)).proofs == (1,)
    assert view.guards.startswith("Three independent witnesses countersign the log,")


@pytest.mark.parametrize(
    ("states", "whole"),
    [
        ("w", "You have one entry, and it is there. It waits for the next checkpoint."),
        ("p", "You have one entry, and it is there. It is proven in the public log, checked a moment ago."),
        ("ww", "Your entries are numbered 1 to 2. All 2 are there. They wait for the next checkpoint."),
        ("pww", "All 3 are there. 1 is proven in the public log; the newest 2 wait for the next checkpoint."),
        ("pnw", "Of your 3 numbered entries, the public log holds 1, and 1 waits for the next checkpoint."),
    ],
)
def test_the_count_says_what_is_proven_waits_or_is_missing(look: MakeLook, states: str, whole: str) -> None:
    state = {"p": ProofState.PROVEN, "w": ProofState.WAITING, "n": ProofState.NOT_PROVEN}
    entries = [look(n, proof=state[letter]) for n, letter in enumerate(states, start=1)]

    view = access_history_view(looks_of(*entries), wanted=AccessFilter(), today=TODAY, log=LOG)

    assert whole in view.whole
    assert view.is_whole == ("n" not in states)


def test_a_page_that_did_not_open_was_not_seen(look: MakeLook) -> None:
    unknown, unopened = look(1, outcome=DeliveryOutcome.NOT_KNOWN), look(2, outcome=DeliveryOutcome.NOT_OPENED)
    view = access_history_view(looks_of(unknown, unopened), wanted=AccessFilter(), today=TODAY, log=LOG)

    assert entry_view((unopened,)).title == "R. D., performance coach, Eastmere FC, was allowed to see your sleep"
    assert entry_view((unopened,)).detail.endswith("The page did not open.")
    assert entry_view((unknown,)).detail.endswith("Whether the page opened is not known.")
    assert "looked once" in view.lead  # what is not known counts as a look
    assert len(view.days[0].entries) == 2


def test_the_foot_says_when_the_log_was_cosigned_and_by_whom() -> None:
    later = replace(LOG, published_at=datetime(2026, 11, 23, 6, tzinfo=UTC), size=1)
    alone = replace(LOG, cosigned=0, witnesses=0, needed=0)
    fresh = replace(alone, size=0, published_at=None, every=timedelta(seconds=1))

    assert checkpoint_words(LOG, NOW) == (
        "Public log: 48,213 entries. Checkpoint of 06:00 UTC today, countersigned by 2 of 3 witnesses; 2 are needed."
    )
    assert checkpoint_words(later, NOW).startswith("Public log: 1 entry. Checkpoint of 23 November 2026, 06:00 UTC,")
    assert checkpoint_words(alone, NOW).endswith("today, signed by the log; no witness countersigns it yet.")
    assert checkpoint_words(fresh, NOW) == "Public log: 0 entries. Signed by the log; no witness countersigns it yet."
    assert waits_for(fresh) == "the next checkpoint"
    assert guards(alone).startswith("The log is signed and chained,")


def test_filters_narrow_the_list(look: MakeLook) -> None:
    old = look(1, at=NOW - timedelta(days=60))
    medic = look(2, role=Role.MEDICAL, person="M. F.", purpose=Purpose.CARE)
    refused = look(3, kind="look_refused", allowed=False)
    own = look(4, kind="signed_in", **OWN)
    looks = looks_of(old, medic, refused, own)

    def numbers(wanted: AccessFilter) -> list[str]:
        return [
            e.numbers for d in access_history_view(looks, wanted=wanted, today=TODAY, log=LOG).days for e in d.entries
        ]

    assert numbers(AccessFilter()) == ["No. 4", "No. 3", "No. 2"]
    assert numbers(AccessFilter(period="all"))[-1] == "No. 1"
    assert numbers(AccessFilter(who="medical")) == ["No. 2"]
    assert numbers(AccessFilter(kind="refused")) == ["No. 3"]
    assert numbers(AccessFilter(kind="allowed")) == ["No. 2"]
    assert numbers(AccessFilter(kind="own")) == ["No. 4"]
    assert list(roles_of(looks)) == ["all", "coach", "medical"]


def test_long_lists_come_in_pages(look: MakeLook) -> None:
    looks = looks_of(*(look(n, at=NOW - timedelta(minutes=n)) for n in range(1, PAGE_SIZE + 6)))

    first = access_history_view(looks, wanted=AccessFilter(), today=TODAY, log=LOG)
    second = access_history_view(looks, wanted=AccessFilter(page=2), today=TODAY, log=LOG)

    assert (first.newer, first.older, first.shown) == (None, 2, "Lines 1 to 40 of 45 in this period")
    assert (second.newer, second.older) == (1, None)
    assert sum(len(day.entries) for day in second.days) == 5


def test_no_entries_at_all_is_said_plainly() -> None:
    view = access_history_view(AccessHistory((), 0, 0), wanted=AccessFilter(), today=TODAY, log=LOG)

    assert view.days == ()
    assert view.is_whole
    assert view.whole.startswith("Nothing is recorded about you yet.")


def test_entries_of_other_times_are_not_merged(look: MakeLook) -> None:
    later = replace(look(2), at=NOW + timedelta(minutes=1))

    view = access_history_view(looks_of(look(1), later), wanted=AccessFilter(), today=TODAY, log=LOG)

    assert "looked two times" in view.lead


def test_an_own_choice_says_what_was_chosen(look: MakeLook) -> None:
    chosen = look(4, kind="consent_decision", because="your own decision", **OWN)
    words = {chosen.leaf_hash: "League learning, Coast League: Sleep. Off."}

    view = access_history_view(looks_of(chosen), wanted=AccessFilter(), today=TODAY, log=LOG, choices=words)

    assert view.days[0].entries[0].detail == "League learning, Coast League: Sleep. Off."
    assert entry_view((chosen,)).detail == "Your own decision."


@pytest.mark.parametrize("kind", ["all", "allowed"])
def test_no_number_of_refused_tries_hides_a_look(look: MakeLook, kind: str) -> None:
    seen = look(1)
    tries = [
        look(number, allowed=False, at=NOW + timedelta(seconds=number), person=f"R. {number % 2}", because="not shared")
        for number in range(2, 5_002)
    ]

    view = access_history_view(looks_of(seen, *tries), wanted=AccessFilter(kind=kind), today=TODAY, log=LOG)

    lines = [entry for day in view.days for entry in day.entries]
    assert "R. D., performance coach, Eastmere FC, saw your sleep" in [line.title for line in lines]
    assert len(lines) == (3 if kind == "all" else 1)
    assert "one person looked once" in view.lead
    assert "5,000 tries were refused" in view.lead
    if kind == "all":
        assert lines[0].title == "2,500 tries by R. 1, performance coach, Eastmere FC, were refused"
        assert lines[0].numbers == "2,500 of No. 3–5001"
        assert len(lines[0].proofs) == MOST_PROOFS
        assert lines[0].more_proofs == 2_500 - MOST_PROOFS


def test_a_page_of_which_a_part_was_refused_counts_as_one_look_and_one_try(look: MakeLook) -> None:
    light = look(1, category=Category.READINESS, granularity=Granularity.INDEX)
    parts = [look(2), look(3, category=Category.HEART, allowed=False, because="not shared")]

    view = access_history_view(looks_of(light, *parts), wanted=AccessFilter(), today=TODAY, log=LOG)

    assert view.lead == (
        "In the last 30 days, one person looked once. You had allowed every one of these looks. One try was refused. "
        "A page counts once, however much of you it asks for; one of which a part was refused counts as a look and as "
        "a try."
    )


def test_a_line_says_when_to_the_second(look: MakeLook) -> None:
    tries = [look(n, allowed=False, at=NOW + timedelta(seconds=n)) for n in (1, 62)]

    assert entry_view((look(1, at=NOW),)).times == "08:14:00 UTC"
    assert entry_view(tries).times == "08:14:01 to 08:15:02 UTC"


def test_a_category_that_was_asked_for_many_times_is_named_once(look: MakeLook) -> None:
    view = entry_view([look(number, allowed=False, because="not shared") for number in (1, 2, 3)])

    assert view.title == "A try by R. D., performance coach, Eastmere FC, was refused"
    assert view.detail.startswith("They asked for your sleep, for")
