"""The privacy budget, the eight rights, and lowering the lifetime cap: nobody can undo that, so it has a check page."""

from contextlib import suppress

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from audit.entries.details.codes import FreezeCause
from chassis.text import weekday_date
from consent.errors import ChangedMeanwhile, Conflict, InvalidChange
from consent.grants.values import MatrixCell
from consent.ledger.values import BudgetView
from consent.web.budget.page import RIGHTS, CapChoice, budget_page, lowest_parts, read_cap, two_clubs_note
from consent.web.portal import Portal, RequestContext, see_other
from consent.web.request_context import CheckedForm, PortalHere, SignedIn, is_shown, shown_state
from consent.web.sharing.change_request import BadEntry
from consent.web.sharing.page import key_of
from consent.web.sharing.recipient_names import names_of
from policies.vocabulary import Role

router = APIRouter()
HERE = "/budget"


@router.get("/budget")
def budget_and_rights(portal: PortalHere, context: SignedIn) -> HTMLResponse:
    """Show what is used, set aside and left, and the eight rights."""
    view = portal.store.budget(context.athlete)
    return portal.page(
        context,
        "budget.html",
        title="Your privacy budget and your rights",
        here=HERE,
        view=budget_page(view),
        can_lower=lowest_parts(view) < 100,
        two_clubs=two_clubs_note(context.member, {org.org_id: org.name for org in portal.store.orgs()}),
        learning=_learning(portal.store.matrix(context.athlete)),
        rights=RIGHTS,
        is_frozen=FreezeCause.ATHLETE in context.member.frozen,
        day=weekday_date(portal.today),
    )


@router.post("/budget/freeze")
def freeze(portal: PortalHere, context: SignedIn, form: CheckedForm) -> Response:
    """Freeze the athlete's own data, at once; what follows stands on the page that comes next."""
    with suppress(Conflict):  # pressed twice: it is frozen already
        portal.store.freeze(context.athlete, FreezeCause.ATHLETE)
    return see_other("/shared")


@router.get("/budget/cap")
def cap_form(portal: PortalHere, context: SignedIn) -> HTMLResponse:
    """Ask how much of the lifetime budget to keep."""
    shown = _mark(portal, context)
    return _cap_form(portal, context, portal.store.budget(context.athlete), shown=shown)


@router.post("/budget/cap")
def check_cap(portal: PortalHere, context: SignedIn, form: CheckedForm) -> HTMLResponse:
    """Show the check page for a lower cap; nothing is saved yet."""
    shown, view = _mark(portal, context), portal.store.budget(context.athlete)
    try:
        choice = read_cap(view, form.get("parts", ""))
    except BadEntry as bad:
        return _cap_form(portal, context, view, bad, form.get("parts", ""), shown=shown)
    if not is_shown(shown, form):
        return portal.changed_meanwhile(context, here=HERE, back="/budget/cap")
    return _cap_check(portal, context, choice, shown=shown)


@router.post("/budget/cap/confirm")
def confirm_cap(portal: PortalHere, context: SignedIn, form: CheckedForm) -> Response:
    """Lower the cap to what the check page showed."""
    shown, view = _mark(portal, context), portal.store.budget(context.athlete)
    try:
        choice = read_cap(view, form.get("parts", ""))
    except BadEntry as bad:
        return _cap_form(portal, context, view, bad, form.get("parts", ""), shown=shown)
    if not is_shown(shown, form):  # before the number: read against another cap, the same parts are another one
        return portal.changed_meanwhile(context, here=HERE, back="/budget/cap")
    if str(choice.micro_rho) != form.get("micro_rho", ""):
        raise InvalidChange("expected the cap that the check page showed")
    try:
        portal.choices.lower_cap(context.athlete, choice.micro_rho, shown=shown_state(context, form))
    except ChangedMeanwhile:
        return portal.changed_meanwhile(context, here=HERE, back="/budget/cap")
    return see_other(HERE)


def _mark(portal: Portal, context: RequestContext) -> str:
    return portal.choices.mark_of_cap(context.athlete, secret=context.session.csrf)


def _learning(cells: list[MatrixCell]) -> list[tuple[str, str]]:
    """The form key and the words of each league's learning that gets something."""
    live = {c.recipient for c in cells if c.is_on and c.recipient.role is Role.FL_AGGREGATOR}
    return [(key_of(recipient), words.phrase) for recipient, words in names_of(cells).items() if recipient in live]


def _cap_form(
    portal: Portal,
    context: RequestContext,
    view: BudgetView,
    bad: BadEntry | None = None,
    entered: str = "",
    *,
    shown: str,
) -> HTMLResponse:
    return portal.page(
        context,
        "cap.html",
        title="Lower your lifetime cap",
        here=HERE,
        status=422 if bad else 200,
        problems=bad.problems if bad else (),
        lowest=lowest_parts(view),
        entered=entered[:20],
        shown=shown,
    )


def _cap_check(portal: Portal, context: RequestContext, choice: CapChoice, *, shown: str) -> HTMLResponse:
    title = "Check your new cap"
    return portal.page(context, "check_cap.html", title=title, here=HERE, choice=choice, shown=shown)
