"""What is shared now, previews, receipts and rules: the matrix in words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

from consent.grants.values import Change, MatrixCell, ReceiptRecord
from consent.releases.values import ReleaseView
from consent.web.history.receipt_page import receipt_page
from consent.web.sharing.page import CellLook, shared_view
from consent.web.sharing.preview import preview_of
from consent.web.sharing.recipient_names import names_of
from consent.web.sharing.rules import rules_view
from consent.web.sharing.stopping import when_stopped
from policies.enforcer import Enforcer
from policies.grant import Cell
from policies.vocabulary import Category, ConsentState, Granularity, Role

Matrix = Callable[..., list[MatrixCell]]
Release = Callable[..., ReleaseView]
SEASON, SPRING = date(2027, 6, 30), date(2027, 5, 31)
COACH_SEES = {
    (Category.READINESS, Role.COACH): (Granularity.INDEX, SEASON),
    (Category.SLEEP, Role.COACH): (Granularity.DAILY, SPRING),
}


def test_nothing_is_shared_at_first(matrix: Matrix) -> None:
    view = shared_view(matrix(), [])

    assert view.lead.startswith("Nobody gets anything from you.")
    assert view.cards == ()
    assert {cell.look for row in view.rows for cell in row.cells} == {CellLook.OFF, CellLook.NEVER}


def test_the_lead_counts_groups_and_names_those_without(matrix: Matrix) -> None:
    learning = {(Category.SLEEP, Role.FL_AGGREGATOR): (Granularity.COHORT, SPRING)}

    view = shared_view(matrix(COACH_SEES | learning), [])

    assert view.lead == (
        "Two groups get something from you. The medical team, the front office and the national team get nothing. "
        "Everything starts off, and only you can turn something on."
    )


def test_a_card_says_what_for_what_and_until_when(matrix: Matrix) -> None:
    (card,) = shared_view(matrix(COACH_SEES), []).cards

    assert (card.key, card.title) == ("club-a.coach", "Performance coaches")
    assert card.gets == "Your readiness and sleep."
    assert card.purpose == "Planning your training"
    assert card.ends == "Between 31 May 2027 and 30 June 2027"


def test_cells_are_drawn_from_rules_and_grants(matrix: Matrix) -> None:
    rows = {row.category: row for row in shared_view(matrix(COACH_SEES), []).rows}

    readiness = {cell.column: cell for cell in rows[Category.READINESS].cells}
    cycle = {cell.column: cell.look for cell in rows[Category.CYCLE].cells}

    assert (readiness["Coaches"].label, readiness["Coaches"].until) == ("Light and word", "to 30 Jun 2027")
    assert readiness["Front office"].look is CellLook.NEVER
    assert cycle == {
        "Medical team": CellLook.OFF,
        "Coaches": CellLook.NEVER,
        "Front office": CellLook.NEVER,
        "National team": CellLook.NEVER,
        "League learning": CellLook.NEVER,
    }


def test_an_open_request_is_linked_from_its_cell(matrix: Matrix, release: Release) -> None:
    cells = {(row.category, c.column): c for row in shared_view(matrix(), [release()]).rows for c in row.cells}

    assert [where for where, cell in cells.items() if cell.asked] == [(Category.DURABILITY, "Front office")]
    assert cells[Category.DURABILITY, "Front office"].asked == "/asked/rel-7q4m-2kd9"


def test_an_approved_release_is_on_until_its_own_end(matrix: Matrix, release: Release) -> None:
    approved = replace(release(), state=ConsentState.GIVEN)

    view = shared_view(matrix(release_id=approved.release_id), [approved])

    (card,) = view.cards
    assert (card.title, card.gets, card.ends) == ("Front office", "Your durability band.", "28 February 2027")


def test_the_preview_shows_the_exact_bytes_of_a_release(matrix: Matrix, release: Release) -> None:
    approved = replace(release(), state=ConsentState.GIVEN)
    column = [c for c in matrix(release_id=approved.release_id) if c.recipient.role is Role.FRONT_OFFICE]

    view = preview_of(names_of(column)[column[0].recipient], column, [approved])

    (slip,) = view.slips
    assert view.title == "What the front office sees"
    assert slip.exact.encode() == approved.exact_bytes
    assert (slip.figure, slip.figure_range) == ("80–85", "70–85")
    assert "Sleep" in view.never


def test_the_preview_of_nothing_has_no_slip(matrix: Matrix) -> None:
    column = [c for c in matrix() if c.recipient.role is Role.COACH]
    view = preview_of(names_of(column)[column[0].recipient], column, [])

    assert view.slips == ()
    assert "Heart and recovery" in view.hidden
    assert "Cycle health" in view.never


ROLES = (Role.COACH, Role.MEDICAL, Role.FRONT_OFFICE, Role.NATIONAL_TEAM, Role.FL_AGGREGATOR)


def test_only_the_front_office_is_said_to_see_what_too_little_data_looks_like(matrix: Matrix) -> None:
    cells = matrix()
    leads = {
        role: preview_of(names_of(cells)[column[0].recipient], column, []).lead
        for role in ROLES
        if (column := [c for c in cells if c.recipient.role is role])
    }

    assert [role for role in ROLES if "too little data" in leads[role]] == [Role.FRONT_OFFICE]
    assert [role for role in ROLES if "Their board and list hold everybody" in leads[role]] == [
        Role.COACH,
        Role.MEDICAL,
    ]
    assert all(leads.values())


def test_a_stop_says_before_it_who_can_notice_and_how_it_comes_back(matrix: Matrix, release: Release) -> None:
    band = release(state=ConsentState.GIVEN)
    sleep = {(Category.SLEEP, Role.FL_AGGREGATOR): (Granularity.COHORT, SPRING)}

    cards = shared_view(matrix(COACH_SEES | sleep, release_id=band.release_id), [band]).cards
    told = {card.key: card.stopping for card in cards}

    assert "board" not in told["league.fl_aggregator"]
    assert "you stay on their board and list" in told["club-a.coach"]
    assert "Who saw it before can notice." in told["club-a.coach"]
    assert "they could notice that the band went away" in told["club-a.front_office"]
    assert "Your club cannot ask you for the same purpose within 90 days" in told["club-a.front_office"]


def test_what_a_stop_says_fits_every_cell_of_the_matrix(matrix: Matrix) -> None:
    for cell in matrix():
        said = when_stopped(cell.recipient.role, {cell.category})

        assert ("90 days" in said) == cell.by_release
        assert ("their board" in said) == (cell.recipient.role in (Role.COACH, Role.MEDICAL))


def test_the_receipt_of_a_band_taken_back_promises_no_choice_under_shared_now(matrix: Matrix) -> None:
    cells = matrix(COACH_SEES)
    band = next(c.cell for c in cells if c.category is Category.DURABILITY and c.recipient.role is Role.FRONT_OFFICE)
    sleep = next(c.cell for c in cells if c.category is Category.SLEEP and c.recipient.role is Role.COACH)

    def after(*stopped: Cell) -> str:
        changes = tuple(Change(cell, Granularity.NONE) for cell in stopped)
        at = datetime(2026, 11, 24, tzinfo=UTC)
        return receipt_page(
            ReceiptRecord("rcp-1", sleep.athlete, at, ConsentState.WITHDRAWN, changes, "ab" * 32), {}
        ).after

    assert "“Shared now”" in after(sleep)
    assert "90 days" not in after(sleep)
    assert "“Shared now”" not in after(band)
    assert "90 days" in after(band)
    assert "Of the durability band: they could notice" in after(band, sleep)
    coach = next(c.cell for c in cells if c.category is Category.DURABILITY and c.recipient.role is Role.COACH)
    assert after(coach) == after(sleep)


def test_every_never_has_its_rule_in_words(matrix: Matrix, rules: Enforcer) -> None:
    cells = matrix()

    view = rules_view(cells, rules.rules())

    closed = {(group, title) for line in view.never for group, titles in line.closes for title in [titles]}
    assert {line.rule_id for line in view.never} == {cell.never_rule for cell in cells if cell.never_rule}
    assert (
        "League learning",
        "Jump and strength tests; food and body; movement on video; cycle health; durability index",
    ) in closed
    assert all(line.sentence.endswith(".") for line in (*view.denies, *view.allows))


def test_a_receipt_says_what_was_decided(matrix: Matrix) -> None:
    cell = next(c.cell for c in matrix() if (c.category, c.recipient.role) == (Category.SLEEP, Role.COACH))
    ends = datetime(2027, 6, 30, 23, 59, 59, tzinfo=UTC)
    at = datetime(2026, 11, 24, 8, 14, tzinfo=UTC)
    given = ReceiptRecord(
        "rcp-1", cell.athlete, at, ConsentState.GIVEN, (Change(cell, Granularity.DAILY, ends),), "ab" * 32, 4
    )
    stopped = replace(given, status=ConsentState.WITHDRAWN, changes=(Change(cell, Granularity.NONE),))

    page, stop = receipt_page(given, {cell.recipient.org: "Eastmere FC"}), receipt_page(stopped, {})

    assert page.title == "Your choice is recorded"
    assert (page.lines[0].who, page.lines[0].decided, page.lines[0].what) == (
        "Performance coaches, Eastmere FC",
        "Daily numbers, until 30 June 2027",
        "Sleep",
    )
    assert (stop.title, stop.lines[0].decided) == ("Sharing your sleep with performance coaches has stopped", "Off")


def test_a_receipt_names_what_stopped_where_other_things_may_still_be_shared(matrix: Matrix) -> None:
    cells = {(c.category, c.recipient.role): c.cell for c in matrix()}
    at = datetime(2026, 11, 24, 8, 14, tzinfo=UTC)

    def title(*stopped: tuple[Category, Role]) -> str:
        changes = tuple(Change(cells[one], Granularity.NONE) for one in stopped)
        athlete = changes[0].cell.athlete
        return receipt_page(
            ReceiptRecord("rcp-1", athlete, at, ConsentState.WITHDRAWN, changes, "ab" * 32, 4), {}
        ).title

    sleep, heart = (Category.SLEEP, Role.COACH), (Category.HEART, Role.COACH)
    assert title(sleep, heart) == "Sharing with performance coaches has stopped"
    assert title(sleep, (Category.SLEEP, Role.MEDICAL)) == (
        "Sharing your sleep with performance coaches and the medical team has stopped"
    )
    assert title(sleep, (Category.HEART, Role.MEDICAL)) == "Sharing has stopped"


def test_a_row_leads_to_its_page_only_where_something_can_be_done_there(matrix: Matrix) -> None:
    cells = matrix(COACH_SEES)
    closed = [replace(c, never_rule="D08", ceiling=Granularity.NONE) for c in cells]

    usual = {row.category: row.link for row in shared_view(cells, []).rows}
    frozen = {row.category: row.link for row in shared_view(cells, [], is_frozen=True).rows}
    minor = {row.category: row.link for row in shared_view(closed, []).rows}

    assert set(usual.values()) == {"Change"}
    assert {c: link for c, link in frozen.items() if link} == {
        Category.READINESS: "Stop",
        Category.SLEEP: "Stop",
        Category.DURABILITY: "Read",
    }
    assert {c for c, link in minor.items() if link} == {Category.READINESS, Category.SLEEP}
    assert shared_view(closed, []).lead.endswith("nothing can be turned on.")
