"""What is shared now, what a recipient sees, changing one row, and stopping.

Giving takes two forms (the row, then the check page); stopping takes one and acts at once.
"""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from chassis.text import long_date, weekday_date
from consent.errors import ChangedMeanwhile, Conflict, InvalidChange, NotAllowed, NotFound
from consent.grants.notice import Notice, in_force
from consent.grants.values import MatrixCell
from consent.releases.values import ReleaseView
from consent.web.dates import latest_end
from consent.web.portal import CONFLICT, Portal, RequestContext, see_other
from consent.web.request_context import CheckedForm, PortalHere, SignedIn, is_shown, shown_state
from consent.web.sharing.change_form import ChangeProblem, offers
from consent.web.sharing.change_request import BadEntry, ChangeRequest, read_change_request
from consent.web.sharing.freeze import LIFTED_BY_ATHLETE, FreezeNotice, freeze_notices
from consent.web.sharing.page import end_of, granularity_of, key_of, shared_view
from consent.web.sharing.preview import preview_of
from consent.web.sharing.recipient_names import names_of, recipients_of
from consent.web.sharing.stopping import when_stopped
from consent.web.text import CATEGORIES, RECIPIENTS, granularity_words
from policies.grant import Recipient
from policies.terms.notices import LIGHT_AT_HOME
from policies.vocabulary import AthleteId, Category

router = APIRouter()
HERE = "/shared"
RESTS_ON = (
    "The light is worked out for each group only from what the same group gets besides it: heart and recovery, sleep, "
    "morning answers and test results. It needs two of these at least; with readiness alone it says “not enough data”."
)
AT_HOME = (
    "The light is one for everybody who may see it. Your club’s node works it out at home from your heart and "
    "recovery, sleep, morning answers and jump tests, also from what you do not share, and without the kinds that you "
    "left out there. Nobody is shown which of them made it."
)
CHANGED = ChangeProblem(
    "choices", "This has changed meanwhile; nothing was recorded. Check what holds now, and choose again."
)


@router.get("/shared")
def shared_page(portal: PortalHere, context: SignedIn) -> HTMLResponse:
    """Show everything that goes over the line, and every choice."""
    shown = portal.shown_now(context) if context.member.is_frozen else ""
    cells, releases = portal.store.matrix(context.athlete), portal.store.releases(context.athlete)
    view = shared_view(cells, releases, is_frozen=context.member.is_frozen)
    return portal.page(
        context,
        "shared.html",
        title="What is shared now",
        here=HERE,
        view=view,
        freezes=_freezes(portal, context, has_cards=bool(view.cards)),
        shown=shown,
        day=weekday_date(portal.today),
        own_site=portal.tickets.site_of(context.athlete),
    )


@router.get("/shared/preview/{org}/{role}")
def preview_page(portal: PortalHere, context: SignedIn, org: str, role: str) -> HTMLResponse:
    """Show what one recipient gets: words, how much, what for, until when; for a release the exact bytes."""
    cells = portal.store.matrix(context.athlete)
    recipient = _recipient(cells, f"{org}.{role}")
    column = [c for c in cells if c.recipient == recipient]
    releases, is_frozen = portal.store.releases(context.athlete), context.member.is_frozen
    view = preview_of(names_of(cells)[recipient], column, releases, is_frozen=is_frozen)
    return portal.page(context, "preview.html", title=view.title, here=HERE, view=view)


@router.post("/shared/stop")
def stop_recipient(portal: PortalHere, context: SignedIn, form: CheckedForm) -> Response:
    """Stop sharing everything with one recipient, at once."""
    cells = portal.store.matrix(context.athlete)
    recipient = _recipient(cells, form.get("recipient", ""))
    try:
        receipt = portal.store.withdraw_recipient(context.athlete, recipient, method=context.session.method)
    except Conflict:
        return see_other(HERE)  # pressed twice: it has stopped already
    return see_other(f"/receipts/{receipt.receipt_id}")


@router.post("/shared/stop-all")
def stop_all(portal: PortalHere, context: SignedIn, form: CheckedForm) -> Response:
    """Stop sharing everything with everyone, at once."""
    try:
        receipt = portal.store.withdraw_all(context.athlete, method=context.session.method)
    except Conflict:
        return see_other(HERE)  # pressed twice: it has stopped already
    return see_other(f"/receipts/{receipt.receipt_id}")


@router.post("/shared/unfreeze")
def unfreeze(portal: PortalHere, context: SignedIn, form: CheckedForm) -> Response:
    """End one's own freeze, or the one after a recovery; the page that the form stands on says what follows."""
    cause = LIFTED_BY_ATHLETE.get(form.get("cause", ""))
    if cause is None:
        raise NotFound("expected a freeze that its athlete can end")
    if not context.member.is_frozen:
        return see_other(HERE)  # pressed twice: it has ended already
    try:
        portal.choices.unfreeze(context.athlete, cause, shown=shown_state(context, form))
    except ChangedMeanwhile:
        return portal.changed_meanwhile(context, here=HERE, back=HERE)
    return see_other(HERE)


@router.get("/change/{category}")
def change_page(portal: PortalHere, context: SignedIn, category: str) -> HTMLResponse:
    """Show the choices of one row."""
    shown, row = _marked_row(portal, context, category)
    return _form(portal, context, row, {}, shown=shown)


@router.post("/change/{category}")
def check_change(portal: PortalHere, context: SignedIn, form: CheckedForm, category: str) -> HTMLResponse:
    """Show the check page for what was chosen; nothing is saved yet."""
    shown, row = _marked_row(portal, context, category)
    if "edit" in form:
        return _form(portal, context, row, form, shown=shown)
    try:
        wanted = read_change_request(row, form, today=portal.today)
    except BadEntry as bad:
        return _form(portal, context, row, form, bad.problems, shown=shown)
    if wanted.gives and not is_shown(shown, form):
        return _form(portal, context, row, {}, [CHANGED], shown=shown, status=CONFLICT)
    return _check(portal, context, row[0].category, wanted, shown=shown)


@router.post("/change/{category}/confirm")
def confirm_change(portal: PortalHere, context: SignedIn, form: CheckedForm, category: str) -> Response:
    """Carry out what the check page showed."""
    shown, row = _marked_row(portal, context, category)
    try:
        wanted, method = read_change_request(row, form, today=portal.today), context.session.method
        sent = shown_state(context, form)
        receipt = portal.choices.change(context.athlete, wanted.changes, method=method, shown=sent)
    except BadEntry as bad:
        return _form(portal, context, row, form, bad.problems, shown=shown)
    except (InvalidChange, NotAllowed, Conflict):
        # The row changed between check and confirmation; its newest state comes with the form.
        shown, row = _marked_row(portal, context, category)
        return _form(portal, context, row, {}, [CHANGED], shown=shown, status=CONFLICT)
    return see_other(f"/receipts/{receipt.receipt_id}")


@router.post("/change/{category}/stop")
def stop_cell(portal: PortalHere, context: SignedIn, form: CheckedForm, category: str) -> Response:
    """Stop sharing one cell, at once."""
    row = _row(portal, context.athlete, category)
    recipient = _recipient(row, form.get("recipient", ""))
    cell = next(c for c in row if c.recipient == recipient)
    try:
        receipt = portal.store.withdraw(context.athlete, cell.cell, method=context.session.method)
    except Conflict:
        return see_other(HERE)
    return see_other(f"/receipts/{receipt.receipt_id}")


def _marked_row(portal: Portal, context: RequestContext, category: str) -> tuple[str, list[MatrixCell]]:
    """The mark first: what changes before the row is read makes the form stale, never the other way round."""
    return portal.shown_now(context), _row(portal, context.athlete, category)


def _freezes(portal: Portal, context: RequestContext, *, has_cards: bool) -> tuple[FreezeNotice, ...]:
    if not context.member.is_frozen:
        return ()
    names = {org.org_id: org.name for org in portal.store.orgs()}
    ended = portal.store.ended_by_recovery(context.athlete)
    return freeze_notices(context.member, ended, union=portal.union, names=names, has_cards=has_cards)


def _row(portal: Portal, athlete: AthleteId, category: str) -> list[MatrixCell]:
    row = [cell for cell in portal.store.matrix(athlete) if cell.category.value == category]
    if not row:
        raise NotFound("expected a category that the athlete decides about")
    return row


def _recipient(cells: Sequence[MatrixCell], key: str) -> Recipient:
    for recipient in recipients_of(cells):
        if key_of(recipient) == key:
            return recipient
    raise NotFound("expected one of this athlete's recipients")


def _form(
    portal: Portal,
    context: RequestContext,
    row: Sequence[MatrixCell],
    entered: Mapping[str, str],
    problems: Sequence[ChangeProblem] = (),
    *,
    shown: str,
    status: int = 422,
) -> HTMLResponse:
    words, names = CATEGORIES[row[0].category], names_of(row)
    releases = portal.store.releases(context.athlete)
    drawn = shared_view(row, releases).rows[0].cells
    asked = next((cell.asked for cell in drawn if cell.asked), "")
    notice = in_force(row[0].category, portal.clock())
    return portal.page(
        context,
        "change.html",
        title=f"Change: {words.title}",
        here=HERE,
        status=status if problems else 200,
        shown=shown,
        words=words,
        category=row[0].category.value,
        offers=offers(row, today=portal.today, entered=entered, problems=problems),
        problems=problems,
        never=[names[c.recipient].title for c in row if c.never_rule],
        by_release=[names[c.recipient].phrase for c in row if c.by_release and not c.never_rule],
        asked=asked,
        live=[_live(c, releases, is_frozen=context.member.is_frozen) for c in row if c.is_on],
        rests_on=_rests_on(row[0].category, notice),
        notice=notice,
        latest=latest_end(portal.today),
        latest_words=long_date(latest_end(portal.today)),
        earliest=portal.today,
        is_frozen=context.member.is_frozen,
    )


def _rests_on(category: Category, notice: Notice) -> str:
    """What the light rests on by the notice that a yes of today is given under."""
    if category is not Category.READINESS:
        return ""
    return AT_HOME if notice.version in LIGHT_AT_HOME else RESTS_ON


def _live(cell: MatrixCell, releases: Sequence[ReleaseView], *, is_frozen: bool) -> dict[str, str]:
    end = end_of(cell, releases)
    return {
        "key": key_of(cell.recipient),
        "who": f"{RECIPIENTS[cell.recipient.role].title}, {cell.recipient_name}",
        "level": granularity_words(cell.category, granularity_of(cell)).label,
        "until": long_date(end) if end else "",
        "stopping": when_stopped(cell.recipient.role, {cell.category}, is_frozen=is_frozen),
    }


def _check(
    portal: Portal, context: RequestContext, category: Category, wanted: ChangeRequest, *, shown: str
) -> HTMLResponse:
    return portal.page(
        context,
        "check_change.html",
        title="Check your choice",
        here=HERE,
        words=CATEGORIES[category],
        category=category.value,
        notice=in_force(category, portal.clock()),
        shown=shown,
        wanted=wanted,
    )
