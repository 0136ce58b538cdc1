"""My data: every stream that is held, its readings with source and file, a correction, and all of it as a file."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from audit.entries.details.codes import OwnSiteDeed
from chassis.hidden_characters import cleaned
from chassis.text import short_date
from chassis.texts.catalogue import mark
from chassis.web.page_errors import Closed
from client.athlete_web.data.files import as_csv, as_json
from client.athlete_web.data.held import HeldStream, everything, held_streams
from client.athlete_web.morning import EVERYTHING
from client.athlete_web.site import AthleteSite
from client.athlete_web.viewer import AthleteViewer
from client.biometrics.observations import MAX_TEXT, Value, fitting
from client.biometrics.stream_spec import Shape
from client.biometrics.streams import SPECS, Stream
from client.biometrics.unit_words import unit_word
from client.errors import BadObservation, CannotCorrect
from client.features.day_sources import name_of, source_of
from client.ingest.cells.number_form import plain_number
from client.readings.listed import ListedReading
from client.vault.history.by_hand import CorrectionReason, HandReason, RecordsByHand
from client.vault.history.reading_states import StoredReading
from client.vault.journal import imports
from client.web.charts.of_page import charts_of
from client.web.site import to
from client.web.uploads.stream_words import heading_of, stream_name, unit_in_words, value_words

DATA: Final = "/me/data"
ATHLETE: Final = "athlete"
"""Who corrected a reading, where the athlete did."""
SHOWN: Final = 56  # ours: eight weeks of a daily reading
WRONG: Final = 422
STATES: Final = {
    "counts": mark("counts"),
    "replaced": mark("replaced by a later value"),
    "not_taken": mark("another value was there before"),
    "voided": mark("voided"),
    "witness": mark("another source reports the same session"),
    "not_used": mark("another source comes first"),
}
REASONS: Final = {
    CorrectionReason.WRONG_PERSON: mark("It is not me"),
    CorrectionReason.SENSOR_FAULT: mark("The sensor was wrong"),
    CorrectionReason.TYPING_ERROR: mark("It was typed wrong"),
    CorrectionReason.WRONG_UNIT: mark("It is in a wrong unit"),
    CorrectionReason.WRONG_TIME: mark("It has a wrong time"),
    CorrectionReason.RECORDED_TWICE: mark("It was recorded twice"),
    CorrectionReason.OTHER: mark("Another reason"),
}


class ChangeSent(BaseModel):
    """What the form of a correction said, before it is believed."""

    model_config = ConfigDict(frozen=True)

    csrf: str = Field(max_length=100)
    do: Literal["correct", "void"]
    value: str = Field(default="", max_length=MAX_TEXT)
    reason: CorrectionReason
    note: str = Field(default="", max_length=MAX_TEXT)


def router(site: AthleteSite) -> APIRouter:
    """Routes of the pages below My data."""
    routes = APIRouter()

    @routes.get(DATA)
    def data(request: Request) -> Response:
        return _streams(site, site.viewer(request))

    @routes.post(f"{DATA}/export")
    def export(
        request: Request, csrf: Annotated[str, Form(max_length=100)], kind: Annotated[Literal["json", "csv"], Form()]
    ) -> Response:
        viewer = site.poster(request, csrf)
        site.report(viewer.athlete, OwnSiteDeed.EXPORTED)
        return _file(site, viewer, kind)

    @routes.get(f"{DATA}/{{stream}}")
    def stream_page(request: Request, stream: str) -> Response:
        return _stream(site, site.viewer(request), stream)

    @routes.get(f"{DATA}/{{stream}}/{{reading}}")
    def reading_page(request: Request, stream: str, reading: str) -> Response:
        return _reading(site, site.viewer(request), stream, reading)

    @routes.post(f"{DATA}/{{stream}}/{{reading}}/change")
    def change(request: Request, stream: str, reading: str, sent: Annotated[ChangeSent, Form()]) -> Response:
        viewer = site.poster(request, sent.csrf)
        held = _found(site, viewer, stream, reading).stored.reading.stream
        try:
            _change(site, viewer, held, reading, sent)
        except (CannotCorrect, BadObservation) as error:
            return _reading(site, viewer, stream, reading, wrong=_problem(site, held, error), sent=sent)
        return to(f"{DATA}/{stream}")

    return routes


def _streams(site: AthleteSite, viewer: AthleteViewer) -> Response:
    held, day = held_streams(site.vault, viewer.athlete, today=site.day()), site.day()
    table = site.tables.read(viewer.athlete, EVERYTHING)
    sources = site.tables.sources(viewer.athlete, EVERYTHING)
    return site.page(
        "own_data.html",
        viewer,
        here=DATA,
        title=site.words("My data"),
        streams=[_summary(site, one) for one in held],
        total=f"{sum(len(one.readings) for one in held):,}",
        count=len(held),
        since=_day(min((one.readings[0].local_day for one in held), default=day)) if held else "",
        charts=charts_of(table.until(day), sources, day=day, planned_au=None) if day in table.dates else [],
    )


def _summary(site: AthleteSite, one: HeldStream) -> dict[str, str]:
    newest = one.counting[-1] if one.counting else None
    usual = ""
    if one.usual_range is not None:
        median, spread = one.usual_range
        usual = site.words(
            "Usual %(low)s to %(high)s, by your last 28 days",
            low=_words(one.stream, float(f"{median - spread:.3g}")),
            high=_words(one.stream, float(f"{median + spread:.3g}")),
        )
    return {
        "href": f"{DATA}/{one.stream.value}",
        "name": stream_name(one.stream),
        "newest": site.words("nothing counts") if newest is None else _words(one.stream, _value(newest)),
        "day": "" if newest is None else _day(newest.local_day),
        "usual": usual or site.words("Fewer than 14 known days in the last 28: no usual range"),
        "number": site.words.counted("%(n)s reading", "%(n)s readings", len(one.readings)),
    }


def _stream(site: AthleteSite, viewer: AthleteViewer, name: str) -> Response:
    one = _held(site, viewer, name)
    files = {held.number: held.file_name for held in imports(site.vault, viewer.athlete)}
    return site.page(
        "own_stream.html",
        viewer,
        here=DATA,
        title=heading_of(one.stream),
        summary=_summary(site, one),
        rows=[_row(site, held, files) for held in reversed(one.readings[-SHOWN:])],
        left=max(0, len(one.readings) - SHOWN),
    )


def _row(site: AthleteSite, one: ListedReading, files: Mapping[int, str]) -> dict[str, str]:
    reading = one.stored.reading
    file = "" if one.import_number is None else files.get(one.import_number, "")
    return {
        "href": f"{DATA}/{reading.stream.value}/{one.stored.id}",
        "day": _day(one.local_day),
        "at": f"{reading.local(reading.start):%H:%M}",
        "value": _words(reading.stream, _value(one)),
        "source": name_of(source_of(reading)),
        "file": cleaned(file),
        "state": site.words(STATES[one.state]),
        "counts": "yes" if one.state == "counts" else "",
    }


def _reading(
    site: AthleteSite,
    viewer: AthleteViewer,
    stream: str,
    reading: str,
    *,
    wrong: str = "",
    sent: ChangeSent | None = None,
) -> Response:
    one = _found(site, viewer, stream, reading)
    spec = SPECS[one.stored.reading.stream]
    files = {held.number: held.file_name for held in imports(site.vault, viewer.athlete)}
    history = RecordsByHand(site.vault, viewer.athlete).history(reading)
    return site.page(
        "own_reading.html",
        viewer,
        here=DATA,
        status=WRONG if wrong else 200,
        title=site.words("What is wrong with this reading?"),
        name=stream_name(one.stored.reading.stream),
        back=f"{DATA}/{stream}",
        row=_row(site, one, files),
        action=f"{DATA}/{stream}/{reading}/change",
        can_change=history[-1].id == one.stored.id,
        can_correct=spec.shape is not Shape.SERIES,
        expected="" if spec.shape is Shape.TEXT else fitting(spec),
        history=[_former(site, held) for held in history],
        reasons=[(reason.value, site.words(words)) for reason, words in REASONS.items()],
        sent=_kept(sent),
        problems=[{"field": "value", "text": wrong}] if wrong else [],
    )


def _former(site: AthleteSite, one: StoredReading) -> dict[str, str]:
    reading = one.reading
    return {"value": _words(reading.stream, reading.value), "state": site.words(STATES[one.state.value])}


def _kept(sent: ChangeSent | None) -> dict[str, str]:
    """What the form holds: nothing at first, and what was typed after a wrong entry."""
    if sent is None:
        return {"do": "", "value": "", "reason": CorrectionReason.WRONG_PERSON.value, "note": ""}
    return {"do": sent.do, "value": sent.value, "reason": sent.reason.value, "note": sent.note}


def _change(site: AthleteSite, viewer: AthleteViewer, stream: Stream, reading: str, sent: ChangeSent) -> None:
    """Correct or void a reading, once it is known that it can be and the log has it."""
    why = HandReason(site.clock(), ATHLETE, sent.reason, cleaned(" ".join(sent.note.split())))
    value = _typed(stream, sent.value) if sent.do == "correct" else None

    def act() -> None:
        records = RecordsByHand(site.vault, viewer.athlete)
        if sent.do == "void":
            records.void(reading, why)
        else:
            records.correct(reading, value, why)

    with site.vault.rehearsal():
        act()
    site.report(viewer.athlete, OwnSiteDeed.CORRECTED)
    with site.vault.transaction():
        act()


def _typed(stream: Stream, text: str) -> float | str:
    spec = SPECS[stream]
    if spec.shape is Shape.TEXT:
        return cleaned(text.strip())
    number = plain_number(text)
    if number is None:
        raise BadObservation(f"expected a number from {fitting(spec)}")
    return number


def _problem(site: AthleteSite, stream: Stream, error: Exception) -> str:
    spec = SPECS[stream]
    if isinstance(error, BadObservation) and spec.shape is not Shape.TEXT:
        return site.words("Expected a number from %(range)s. Nothing was changed.", range=fitting(spec))
    return site.words("This reading cannot be changed so: it has this value already, or does not count any more.")


def _held(site: AthleteSite, viewer: AthleteViewer, name: str) -> HeldStream:
    """Return one stream of the athlete; raises Closed for any other name."""
    for one in held_streams(site.vault, viewer.athlete, today=site.day()):
        if one.stream.value == name:
            return one
    raise Closed


def _found(site: AthleteSite, viewer: AthleteViewer, stream: str, reading: str) -> ListedReading:
    """Return one reading of the athlete; raises Closed for any other."""
    for one in _held(site, viewer, stream).readings:
        if one.stored.id == reading:
            return one
    raise Closed


def _value(one: ListedReading) -> Value:
    return one.stored.reading.value


def _words(stream: Stream, value: Value) -> str:
    """A value with its unit in full words where there are such."""
    short, unit = value_words(stream, value), SPECS[stream].unit
    return short.replace(unit_word(unit), unit_in_words(unit)) if unit_in_words(unit) != unit_word(unit) else short


def _day(day: date) -> str:
    return short_date(day, this_year=day.year) + f" {day.year}"


def _file(site: AthleteSite, viewer: AthleteViewer, kind: str) -> Response:
    held = everything(
        site.vault,
        viewer.athlete,
        journal=site.journal,
        statements=site.said.records,
        answers=site.answers,
        at=site.clock(),
    )
    name, made, media = ("my-data.json", as_json(held), "application/json")
    if kind == "csv":
        name, made, media = ("my-data.zip", as_csv(held, at=site.now()), "application/zip")
    return Response(made, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})
