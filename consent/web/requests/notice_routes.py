"""Notices: the text of each, and the answer of who is asked again. Each answer acts at once; none has a default."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from consent.athlete.asked_again import NoticeAnswer
from consent.errors import ChangedMeanwhile, Conflict, InvalidChange, NotAllowed, NotFound
from consent.web.portal import Portal, RequestContext, see_other
from consent.web.request_context import CheckedForm, PortalHere, SignedIn, shown_state
from consent.web.requests.notice_page import NoticeAsk, notice_ask, notice_view

router = APIRouter()
HERE = "/asked"
GIVES = {one.value: one for one in (NoticeAnswer.YES, NoticeAnswer.KEEP)}


@router.get("/notices/{version}")
def notice_page(portal: PortalHere, context: SignedIn, version: str) -> HTMLResponse:
    """Show a notice as it is served, and what it asks of this athlete, if it asks anything."""
    shown = portal.shown_now(context)
    notice = portal.choices.notice(version)
    view = notice_view(notice)
    asked = next((one for one in notice_asks(portal, context) if one.href.endswith(f"/{version}")), None)
    return portal.page(
        context,
        "notice.html",
        title=asked.question if asked else view.title,
        here=HERE,
        view=view,
        asked=asked,
        about=notice.subject,
        shown=shown,
        is_frozen=context.member.is_frozen,
    )


@router.post("/notices/{version}")
def answer_notice(portal: PortalHere, context: SignedIn, form: CheckedForm, version: str) -> Response:
    """Give the same under this notice, or leave what was given as it was."""
    said = GIVES.get(form.get("answer", ""))
    if said is None:
        raise NotFound("expected yes or keep")
    return _answered(portal, context, form.get("shown", ""), version, said)


@router.post("/notices/{version}/stop")
def stop_by_notice(portal: PortalHere, context: SignedIn, form: CheckedForm, version: str) -> Response:
    """End what this notice asks about."""
    return _answered(portal, context, form.get("shown", ""), version, NoticeAnswer.STOP)


def notice_asks(portal: Portal, context: RequestContext) -> list[NoticeAsk]:
    """Return what notices ask of this athlete, kept as before or waiting."""
    names = {org.org_id: org.name for org in portal.store.orgs()}
    return [notice_ask(one, names) for one in portal.choices.asked_again(context.athlete)]


def _answered(portal: Portal, context: RequestContext, shown: str, version: str, said: NoticeAnswer) -> Response:
    """Carry out an answer; what was answered meanwhile, or by the same form before, leads back to the list."""
    state, method = shown_state(context, {"shown": shown}), context.session.method
    try:
        receipt = portal.choices.answer_notice(context.athlete, version, said, method=method, shown=state)
    except (ChangedMeanwhile, InvalidChange, NotAllowed):
        return portal.changed_meanwhile(context, here=HERE, back=f"/notices/{version}")
    except (Conflict, NotFound):
        return see_other(HERE)
    return see_other(HERE if receipt is None else f"/receipts/{receipt.receipt_id}")
