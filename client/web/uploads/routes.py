"""Bringing files: upload, look at each, say whose the rows are and how a table is read, store it or leave it out.

Bringing and storing are each recorded before they happen. What a page shows of a file is what its session brought;
names of athletes beside it are those that a look of this moment allows.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, Request, Response
from starlette.concurrency import run_in_threadpool

from audit.entries.details.clubs import FilesIngested, OperatorLooked
from audit.entries.details.codes import ClubPage, OperatorView
from chassis.sign_in.csrf import is_own_token
from chassis.text import weekday_date
from chassis.web.page_errors import Closed, Refused, SignInNeeded
from client.errors import BadMapping, UploadRefused
from client.ingest.mapping import Mapping as CsvMapping
from client.questions.session_questions import SessionAnswer, answer
from client.uploads.brought import BroughtFile, FileState, LookedAt, Upload
from client.uploads.form_parts import FormParts
from client.uploads.limits import UPLOAD_PATH
from client.vault.store import Athlete
from client.web.access import PageAccess
from client.web.site import ClubSite, to
from client.web.text import clock_time
from client.web.uploads.attribution import KnownAthletes, Owners, owners_in
from client.web.uploads.file_list import ready_files
from client.web.uploads.gone import NoLongerHere
from client.web.uploads.mapping_form import ColumnLine, mapping_of, said_directions, sent_lines
from client.web.uploads.sent_reading import SentAnswer, SentReading
from client.web.uploads.session_questions import questions_of, stored_files
from client.web.uploads.stored_before import FilesBeside
from client.web.uploads.views import brought_page, withheld_note
from client.web.viewer import Viewer
from policies.vocabulary import AthleteId, Category

FILE = f"{UPLOAD_PATH}/{{key}}"
FORM = "reading"
"""The id of the whole form, where a message is about no single field."""
Problem = tuple[str, str]
"""The field that a message is about, and the message."""
WRONG, CONFLICT = 422, 409
Token = Annotated[str, Form(max_length=100)]
READ_ANEW = "This file was read anew meanwhile; look at the rows again before you store them"
CHANGED = "The columns were changed; look at the rows with “Show again” before you store them"
STORED_BEFORE = "This file is stored already; nothing new would come of storing it again"
NOBODYS = "No rows would be stored: nobody was named for any of them; choose an athlete, or leave the file out"


class SessionFile(NamedTuple):
    """A brought file, the upload that it came in, and all uploads of its session."""

    upload: Upload
    file: BroughtFile
    brought: Sequence[Upload]


def router(site: ClubSite) -> APIRouter:
    """Routes of brought files."""
    routes = APIRouter()
    _add_upload(routes, site)
    _add_file(routes, site)
    _add_store_ready(routes, site)
    _add_sessions(routes, site)
    return routes


def _add_file(routes: APIRouter, site: ClubSite) -> None:
    @routes.get(FILE)
    def page(request: Request, key: str) -> Response:
        viewer = site.viewer(request)
        return _show(site, viewer, _found(site, request, key))

    @routes.post(f"{FILE}/again")
    def again(request: Request, key: str, sent: Annotated[SentReading, Form()]) -> Response:
        viewer = site.poster(request, sent.csrf)
        return _read_again(site, viewer, _found(site, request, key), sent)

    @routes.post(f"{FILE}/use")
    def use(request: Request, key: str, sent: Annotated[SentReading, Form()]) -> Response:
        viewer = site.poster(request, sent.csrf)
        return _used(site, viewer, _found(site, request, key), sent)

    @routes.post(f"{FILE}/undo")
    def undo(request: Request, key: str, csrf: Token) -> Response:
        site.poster(request, csrf)
        upload, file, _ = _found(site, request, key)
        if file.state is FileState.STORED and file.imports:
            for athlete in sorted(set(file.imports.values())):
                site.consent.event(OperatorLooked(athlete=athlete, what=OperatorView.IMPORT_UNDONE))
            site.uploads.undo(upload, file)
        return to("/imports")

    @routes.post(f"{FILE}/leave-out")
    def leave_out(request: Request, key: str, csrf: Token) -> Response:
        site.poster(request, csrf)
        upload, file, _ = _found(site, request, key)
        site.uploads.leave_out(upload, file)
        return to("/imports")


def _add_store_ready(routes: APIRouter, site: ClubSite) -> None:
    @routes.post("/imports/store-ready")
    def store_ready(request: Request, csrf: Token) -> Response:
        viewer = site.poster(request, csrf)
        uploads = site.uploads.of(site.cookie.read(request))
        beside = _beside(site, site.access_requests.squad_from_snapshot(viewer), uploads)
        _store(site, [(upload, ready_files(upload, beside)) for upload in beside.uploads])
        return to("/imports")


def _store(site: ClubSite, looked: Sequence[tuple[Upload, Mapping[str, LookedAt]]]) -> bool:
    """Report what is stored next, with the athlete where a file is of one, then store it; False as `uploads.store`."""
    people = [set(one.owners.values()) for _, files in looked for one in files.values()]
    for athlete, files in Counter(min(one) if len(one) == 1 else None for one in people).items():
        site.consent.event(FilesIngested(files=files, athlete=athlete))
    stored = [site.uploads.store(upload, files) for upload, files in looked]
    return all(stored)


def _add_sessions(routes: APIRouter, site: ClubSite) -> None:
    @routes.post("/imports/sessions")
    def answer_one(request: Request, sent: Annotated[SentAnswer, Form()]) -> Response:
        viewer = site.poster(request, sent.csrf)
        athlete, access = AthleteId(sent.athlete), site.access_requests.squad_from_snapshot(viewer)
        files = stored_files(site.uploads.of(site.cookie.read(request))).get(athlete, {})
        if not files or Category.TRAINING_LOAD not in access.of(athlete) or not site.athletes(access):
            raise Closed
        open_now = {one.id for one in questions_of(site.questions, athlete, files)}
        if sent.answer in set(SessionAnswer) and sent.question in open_now:
            site.consent.event(OperatorLooked(athlete=athlete, what=OperatorView.SESSION_SETTLED))
            answer(site.vault, athlete, sent.question, SessionAnswer(sent.answer), at=site.clock(), who=viewer.person)
        return to("/imports")


def _add_upload(routes: APIRouter, site: ClubSite) -> None:
    @routes.post(UPLOAD_PATH)
    async def upload(request: Request) -> Response:
        viewer = await run_in_threadpool(site.viewer, request)
        held = site.cookie.read(request) or ""
        spooled = site.uploads.spool.begin()
        try:
            site.uploads.check_room(held)
            parts = FormParts(
                request.headers.get("content-type", ""), spooled, lambda fields: _check(site, viewer, held, fields)
            )
            async for chunk in request.stream():
                await run_in_threadpool(parts.feed, chunk)
            parts.finish()
            await run_in_threadpool(_take, site, viewer, held, parts)
        except UploadRefused as error:
            spooled.close()
            return await run_in_threadpool(_not_taken, site, viewer, str(error))
        except BaseException:  # a caller who went away, no record, no right: nothing of it is left either
            spooled.close()
            raise
        return to("/imports")


def _check(site: ClubSite, viewer: Viewer, held: str, fields: dict[str, str]) -> None:
    if not is_own_token(fields.get("csrf", ""), held):
        raise Refused
    named = fields.get("athlete", "")
    if named and named not in {one.athlete for one in _athletes_now(site, viewer)}:
        raise UploadRefused("the athlete whom you chose is not on your list any more; choose again")


def _take(site: ClubSite, viewer: Viewer, held: str, parts: FormParts) -> None:
    """Have the log take the event first: files whose bringing cannot be recorded are not read."""
    if site.sign_in.viewer(held) is None and not site.sign_in.is_locked(held):
        raise SignInNeeded  # signed out while the files came: nothing is left of them
    athlete = AthleteId(parts.fields["athlete"]) if parts.fields.get("athlete") else None
    site.consent.event(FilesIngested(files=len(parts.files), athlete=athlete))
    upload = Upload(
        at=site.clock(),
        person=viewer.person,
        role=viewer.role,
        spooled=parts.upload,
        parts=parts.files,
        athlete=athlete,
        expected=len(parts.files),
    )
    site.uploads.add(held, upload)


def _not_taken(site: ClubSite, viewer: Viewer, problem: str) -> Response:
    return site.page(
        "not_brought.html", viewer, here="/imports", status=WRONG, title="Nothing was taken", problem=problem
    )


def _read_again(site: ClubSite, viewer: Viewer, found: SessionFile, sent: SentReading) -> Response:
    file = found.file
    if sent.version != file.version:
        return _show(site, viewer, found, [(FORM, READ_ANEW)], status=CONFLICT)
    file.chosen.update(sent.choices(file))
    try:
        mapping = _mapping(file, sent)
    except BadMapping as error:
        return _show(site, viewer, found, [(FORM, _sentence(error))], sent=sent, status=WRONG)
    if mapping is not None:
        file.directions, file.is_answered, file.proposed_by = said_directions(_sent(file, sent)), True, ""
    site.uploads.read_again(found.upload, file, mapping)
    site.uploads.share_answers(found.upload, file)
    return _show(site, viewer, found)


def _used(site: ClubSite, viewer: Viewer, found: SessionFile, sent: SentReading) -> Response:
    file = found.file
    if file.state is not FileState.READ:
        return to("/imports")
    if sent.version != file.version:
        return _show(site, viewer, found, [(FORM, READ_ANEW)], status=CONFLICT)
    chosen = sent.choices(file)
    file.chosen.update(chosen)
    beside = _beside(site, site.access_requests.squad_from_snapshot(viewer), found.brought)
    owners = owners_in(file, beside.known, chosen)
    problems = _problems(file, sent, owners) or ([(FORM, STORED_BEFORE)] if beside.is_stored(file, owners) else [])
    if problems:
        return _show(site, viewer, found, problems, sent=sent, status=WRONG)
    if file.mapping is not None:
        file.directions, file.is_answered = said_directions(_sent(file, sent)), True
    if not _store(site, [(found.upload, {file.key: LookedAt(sent.version, owners.by_label)})]):
        return _show(site, viewer, found, [(FORM, READ_ANEW)], status=CONFLICT)
    site.uploads.share_answers(found.upload, file)
    return to("/imports")


def _problems(file: BroughtFile, sent: SentReading, owners: Owners) -> list[Problem]:
    numbers = {label: number for number, label in enumerate(file.contents.rows_of if file.contents else ())}
    open_now = [(f"who-{numbers[label]}", _unsaid(label)) for label in owners.unknown]
    if file.mapping is not None:
        try:
            is_changed = _mapping(file, sent) != file.mapping
        except BadMapping as error:
            return [(FORM, _sentence(error)), *open_now]
        unsaid = _unsaid_directions(file, sent)
        open_now = [*unsaid, *open_now, *([(FORM, CHANGED)] if is_changed and not unsaid else [])]
    return open_now or ([] if owners.by_label else [(FORM, NOBODYS)])


def _unsaid_directions(file: BroughtFile, sent: SentReading) -> list[Problem]:
    """Ratings of which the file does not tell which end is the best, and nobody has said it."""
    return [
        (f"how-{number}", f"Choose which end of the scale of “{one.column.name}” is the best")
        for number, one in enumerate(_sent(file, sent), start=1)
        if one.is_unsaid
    ]


def _sent(file: BroughtFile, sent: SentReading) -> list[ColumnLine]:
    return sent_lines(file.columns, sent.read_as, sent.written, file.mapping) or []


def _sentence(error: BadMapping) -> str:
    said = str(error)
    return said[0].upper() + said[1:]


def _unsaid(label: str) -> str:
    return f"Choose whose {f'the rows of “{label}”' if label else 'rows these'} are, or “Nobody”"


def _mapping(file: BroughtFile, sent: SentReading) -> CsvMapping | None:
    return None if file.mapping is None else mapping_of(file.columns, sent.read_as, sent.written, file.mapping)


def _athletes_now(site: ClubSite, viewer: Viewer) -> list[Athlete]:
    """Whom this person sees now by the signed snapshot, for a deed that is logged as what it is."""
    return site.athletes(site.access_requests.squad_from_snapshot(viewer))


def _beside(site: ClubSite, access: PageAccess, brought: Sequence[Upload]) -> FilesBeside:
    return FilesBeside(site.imports, access, site.zone, KnownAthletes(site.athletes(access)), brought)


def _found(site: ClubSite, request: Request, key: str) -> SessionFile:
    held = site.cookie.read(request)
    found = site.uploads.find(held, key)
    if found is None:
        raise NoLongerHere
    return SessionFile(*found, site.uploads.of(held))


def _compare(site: ClubSite, found: SessionFile, beside: FilesBeside) -> None:
    """Have noted what storing the file would do, so that its page says what is new and what no figure would use."""
    owners = owners_in(found.file, beside.known).by_label
    if found.file.state is FileState.READ and owners:
        site.uploads.compare([(found.upload, found.file, dict(owners))])


def _show(
    site: ClubSite,
    viewer: Viewer,
    found: SessionFile,
    problems: Sequence[Problem] = (),
    *,
    sent: SentReading | None = None,
    status: int = 200,
) -> Response:
    upload, file = found.upload, found.file
    access = site.access_requests.squad(viewer, ClubPage.IMPORTS)
    beside = _beside(site, access, found.brought)
    _compare(site, found, beside)
    lines = None if sent is None else sent_lines(file.columns, sent.read_as, sent.written, file.mapping)
    at = upload.at.astimezone(site.zone)
    return site.page(
        "brought_file.html",
        viewer,
        here="/imports",
        access=access,
        status=status,
        title=file.name,
        file=brought_page(file, upload, beside, lines),
        withheld=withheld_note(file),
        zone=str(site.zone),
        brought=f"{weekday_date(at.date())}, {clock_time(at)}",
        problems=[{"field": field, "text": text} for field, text in problems],
    )
