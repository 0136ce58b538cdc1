"""Requests: the list, one request with three equal answers, the check page, and the answer itself."""

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from chassis.text import counted, long_date, moment, sentence
from consent.errors import ChangedMeanwhile, Conflict, NotFound
from consent.grants.lifecycle import COOL_DOWN
from consent.grants.values import ConsentAnswer
from consent.releases.values import ReleaseView
from consent.web.portal import Portal, RequestContext, see_other
from consent.web.request_context import CheckedForm, PortalHere, SignedIn, is_shown, shown_state
from consent.web.requests.notice_routes import notice_asks
from consent.web.requests.page import bands_of, interval_chart, left_out, measures_of, parts_of, slip_of, sources_of
from consent.web.sharing.stopping import BAND_BACK, BAND_NOTICED
from consent.web.text import ANSWERS, DURABILITY_HINT, PURPOSES, RECIPIENTS, STATES
from policies.vocabulary import ConsentState

router = APIRouter()
HERE = "/asked"
NO_YES = "Your data is frozen, so you can say no or later; there is no yes now."
ANSWER_OF = {answer.value: answer for answer in ConsentAnswer}


@router.get("/asked")
def requests_page(portal: PortalHere, context: SignedIn) -> HTMLResponse:
    """List what waits for an answer, and what was answered before."""
    releases = portal.store.releases(context.athlete)
    waiting, asks = [r for r in releases if r.is_open], notice_asks(portal, context)
    count = len(waiting) + sum(one.is_open for one in asks)
    title = f"{sentence(counted(count, 'request waits', 'requests wait'))} for your answer"
    return portal.page(
        context,
        "asked.html",
        title=title if count else "Nothing is asked of you",
        here=HERE,
        notices=[one for one in asks if one.is_open],
        kept=[one for one in asks if not one.is_open],
        waiting=[_line(r) for r in waiting],
        answered=[_line(r) for r in reversed(releases) if not r.is_open],
        equally_fine=_equally_fine(context, has_releases=bool(waiting)),
    )


@router.get("/asked/{release_id}")
def request_page(portal: PortalHere, context: SignedIn, release_id: str) -> HTMLResponse:
    """Show one request: own figure, touchline, the exact bytes, consequences, three equal buttons."""
    shown, release = portal.shown_now(context, release_id=release_id), portal.store.release(context.athlete, release_id)
    waiting = portal.store.requests(context.athlete)
    place = next((n for n, r in enumerate(waiting, 1) if r.release_id == release_id), None)
    line, is_live = _line(release), release.state.is_valid_for_processing
    return portal.page(
        context,
        "request.html",
        title=_question(release),
        here=HERE,
        line=line,
        lead=_lead(line, is_waiting=place is not None, is_frozen=context.member.is_frozen),
        place=f"Request {place} of {len(waiting)}" if place else "",
        bands=bands_of(release),
        chart=interval_chart(release),
        parts=parts_of(release.own_view),
        left_out=left_out(release.lineage),
        measures=measures_of(release.own_view),
        sources=sources_of(release.lineage),
        slip=slip_of(release, is_frozen=context.member.is_frozen),
        quiet_days=COOL_DOWN.days,
        band_noticed=BAND_NOTICED,
        band_back=BAND_BACK,
        hint=DURABILITY_HINT,
        shown=shown,
        is_live=is_live,
        is_frozen=context.member.is_frozen,
    )


@router.post("/asked/{release_id}")
def check_answer(portal: PortalHere, context: SignedIn, form: CheckedForm, release_id: str) -> HTMLResponse:
    """Show the check page for an answer; nothing happens yet."""
    shown, release = portal.shown_now(context, release_id=release_id), _open_release(portal, context, release_id)
    answer = _answer(form.get("answer", ""))
    if answer is not ConsentAnswer.NO and not is_shown(shown, form):
        return portal.changed_meanwhile(context, here=HERE, back=f"/asked/{release_id}")
    return portal.page(
        context,
        "check_answer.html",
        title="Check your answer",
        here=HERE,
        release=release,
        line=_line(release),
        bands=bands_of(release),
        answer=answer.value,
        in_words=ANSWERS[answer],
        shown=shown,
    )


@router.post("/asked/{release_id}/confirm")
def confirm_answer(portal: PortalHere, context: SignedIn, form: CheckedForm, release_id: str) -> Response:
    """Record the answer over the hash of the bytes that were shown; another hash is refused by the store."""
    release, answer = _open_release(portal, context, release_id), _answer(form.get("answer", ""))
    if answer is ConsentAnswer.LATER and release.state is ConsentState.DEFERRED:
        return see_other(HERE)  # said before: nothing to record
    try:
        receipt = portal.choices.answer_release(
            context.athlete,
            release_id,
            answer,
            sha256=form.get("sha256", ""),
            method=context.session.method,
            shown=shown_state(context, form),
        )
    except ChangedMeanwhile:
        return portal.changed_meanwhile(context, here=HERE, back=f"/asked/{release_id}")
    return see_other(f"/receipts/{receipt.receipt_id}")


@router.post("/asked/{release_id}/stop")
def stop_release(portal: PortalHere, context: SignedIn, form: CheckedForm, release_id: str) -> Response:
    """Take back an approved band, at once."""
    release = portal.store.release(context.athlete, release_id)
    if not release.state.is_valid_for_processing:
        return see_other(f"/asked/{release_id}")  # pressed twice: it has stopped already
    try:
        receipt = portal.store.withdraw_release(context.athlete, release_id, method=context.session.method)
    except Conflict:
        return see_other(f"/asked/{release_id}")  # it has stopped at this moment
    return see_other(f"/receipts/{receipt.receipt_id}")


def _equally_fine(context: RequestContext, *, has_releases: bool) -> str:
    """What the list says of the answers; notices that ask again have others than releases."""
    if context.member.is_frozen and has_releases:
        return NO_YES
    return "Yes, no and later are equally fine." if has_releases else "Every answer is equally fine."


def _open_release(portal: Portal, context: RequestContext, release_id: str) -> ReleaseView:
    release = portal.store.release(context.athlete, release_id)
    if not release.is_open:
        raise Conflict("expected a request that is still open")
    return release


def _answer(word: str) -> ConsentAnswer:
    if word not in ANSWER_OF:
        raise NotFound("expected yes, no or later")
    return ANSWER_OF[word]


def _question(release: ReleaseView) -> str:
    return f"Let {RECIPIENTS[release.recipient.role].phrase} see your durability band?"


def _lead(line: Mapping[str, str], *, is_waiting: bool, is_frozen: bool) -> str:
    """Who asks for what, and what was answered."""
    asked = f"{line['asker']} {'asks' if is_waiting else 'asked'}. What for: {line['purpose'].lower()}."
    if is_waiting:
        return f"{asked} {NO_YES if is_frozen else 'Yes, no and later are equally fine.'}"
    held = " Your data is frozen, so they see nothing of it." if is_frozen else ""
    return f"{asked} Your answer: {line['outcome'][:1].lower()}{line['outcome'][1:]}.{held}"


def _line(release: ReleaseView) -> dict[str, str]:
    """The request in words, for lists, slips and check pages alike."""
    words, state = RECIPIENTS[release.recipient.role], STATES[release.state]
    asked_on, open_until = long_date(release.proposed_at), long_date(release.open_until)
    later = " You answered later." if release.state is ConsentState.DEFERRED else ""
    answered_on = f", {long_date(release.answered_at)}" if release.answered_at else ""
    return {
        "href": f"/asked/{release.release_id}",
        "question": _question(release),
        "asker": f"{release.recipient_name}’s {words.title.lower()}",
        "phrase": words.phrase,
        "who": f"{words.title}, {release.recipient_name}",
        "purpose": PURPOSES[release.purpose],
        "asked_on": asked_on,
        "open_until": open_until,
        "dates": f"Asked on {asked_on}. Open until {open_until}.{later}",
        "from": moment(release.publishes_at),
        "until": long_date(release.until),
        "outcome": f"{state}{answered_on}",
    }
