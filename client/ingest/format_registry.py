"""Which reader a file needs, told from its content; the name only where the content cannot tell."""

from client.errors import NotUsed, UnreadableFile
from client.ingest import fitbit, hrv_csv, pmsys, rr_text, soccermon, table_kinds
from client.ingest.archives.foreign_kinds import check_is_readable_json, check_is_readable_kind
from client.ingest.archives.unusable_tables import check_is_usable
from client.ingest.cells.interval_lines import looks_like_intervals
from client.ingest.health import apple, json_kinds
from client.ingest.health.services import fitbit_csv, oura_csv, whoop_csv
from client.ingest.input_file import InputFile, check_is_data
from client.ingest.markup.json_stream import JsonObjects
from client.ingest.markup.scan import looks_like_xml, root_of
from client.ingest.reader import Reader
from client.ingest.sessions import gpx, hrm, polar_flow, pwx, sml, tcx
from client.ingest.sessions.fit import readers
from client.ingest.sessions.fit.container import looks_like_fit
from client.ingest.sessions.squad import drills, positions
from client.ingest.spreadsheets.documents import EXPORT
from client.ingest.text_table import decoded, is_small_text, read_table
from client.ingest.wellness.golden_cheetah import holds_measures
from client.ingest.wellness.readers import GOLDEN_CHEETAH

_COLUMNS = "columns"
_FREE_TEXT = "free text, all other columns"
_SERVICE_TABLES = (*whoop_csv.BY_HEADER, *oura_csv.BY_HEADER, *fitbit_csv.BY_HEADER)

# The most telling header first: a header of another kind that holds the same columns comes later.
BY_HEADER: tuple[tuple[tuple[str, ...], Reader], ...] = (
    (
        pmsys.WELLNESS_HEADER,
        Reader(
            "pmsys-wellness",
            "PMSys `wellness.csv`",
            _COLUMNS,
            "answers, readiness, sleep as reported, sore areas",
            "all other columns",
            pmsys.read_wellness,
        ),
    ),
    (
        pmsys.SRPE_HEADER,
        Reader(
            "pmsys-srpe",
            "PMSys `srpe.csv`",
            _COLUMNS,
            "rating and minutes of each session",
            "names of activities",
            pmsys.read_srpe,
        ),
    ),
    (
        pmsys.INJURY_HEADER,
        Reader(
            "pmsys-injury",
            "PMSys `injury.csv`",
            _COLUMNS,
            "injury reports",
            "what is no site with a degree",
            pmsys.read_injury,
        ),
    ),
    (
        fitbit.SLEEP_SCORE_HEADER,
        Reader(
            "fitbit-sleep-score",
            "Fitbit `sleep_score.csv`",
            _COLUMNS,
            "score, minutes of deep sleep",
            "all other columns",
            fitbit.read_sleep_score,
        ),
    ),
    (
        hrv_csv.HRV4TRAINING_HEADER,
        Reader(
            "hrv4training",
            "HRV4Training CSV",
            _COLUMNS,
            "RMSSD, resting heart rate",
            _FREE_TEXT,
            hrv_csv.read_hrv4training,
        ),
    ),
    (
        hrv_csv.ELITEHRV_HEADER,
        Reader("elitehrv", "EliteHRV CSV", _COLUMNS, "RMSSD, resting heart rate", _FREE_TEXT, hrv_csv.read_elitehrv),
    ),
    (
        soccermon.HEADER,
        Reader(
            "soccermon-readiness",
            "SoccerMon readiness (many players)",
            _COLUMNS,
            "readiness",
            "imputed values",
            read_many=soccermon.read_players,
        ),
    ),
)

BY_KEY: tuple[tuple[str, Reader], ...] = (
    (
        "dateOfSleep",
        Reader(
            "fitbit-sleep",
            "Fitbit `sleep.json`",
            "keys",
            "minutes asleep, efficiency, naps",
            "stages minute by minute, the maker's efficiency",
            fitbit.read_sleep,
        ),
    ),
    (
        "activityName",
        Reader(
            "fitbit-exercise",
            "Fitbit `exercise.json`",
            "keys",
            "minutes, mean heart rate, distance of activities",
            "names of activities, energy, links to tracks",
            fitbit.read_exercise,
        ),
    ),
)
RESTING = Reader(
    "fitbit-resting-heart-rate",
    "Fitbit `resting_heart_rate.json`",
    "keys",
    "resting heart rate",
    "the maker's error",
    fitbit.read_resting_heart_rate,
)
RR = Reader(
    "rr-text",
    "RR or NN intervals as text",
    "one to three numbers per line, perhaps below a header that names intervals",
    "a beat series",
    "comments, header, other columns",
    rr_text.read_intervals,
)

BY_ROOT: dict[str, Reader] = {
    tcx.ROOT: tcx.READER,
    gpx.ROOT: gpx.READER,
    pwx.ROOT: pwx.READER,
    sml.ROOT: sml.READER,
    apple.ROOT: apple.READER,
}

READERS: tuple[Reader, ...] = (
    *(reader for _, reader in BY_HEADER),
    RESTING,
    *(reader for _, reader in BY_KEY),
    *readers.READERS,
    *BY_ROOT.values(),
    *json_kinds.READERS,
    *(reader for _, reader in _SERVICE_TABLES),
    hrm.READER,
    polar_flow.READER,
    positions.READER,
    drills.READER,
    RR,
    *table_kinds.READERS,
)
"""Every reader, in the order of the table in docs/ingest.md §1."""


def reader_for(file: InputFile) -> Reader:
    """Return the reader of a file.

    Raises UnreadableFile for what is no data or nothing we know, NotUsed for known kinds without a reader.
    """
    check_is_data(file)
    try:
        return _reader_of_content(file)
    except UnreadableFile as error:
        if file.name.lower().endswith(".fit") and (error.is_unknown_table or b"\x00" in file.head):
            return readers.ACTIVITY  # which says what is wrong with its beginning
        raise


def _reader_of_content(file: InputFile) -> Reader:
    if looks_like_fit(file.head):
        return readers.fit_reader(file)
    if file.is_workbook:
        return _table_reader(file)
    check_is_readable_kind(file)
    if looks_like_xml(file):
        return _xml_reader(file)
    if hrm.looks_like_hrm(file):
        return hrm.READER
    if file.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        return _json_reader(file)
    return _table_reader(file)


def _xml_reader(file: InputFile) -> Reader:
    root = root_of(file)
    if root in BY_ROOT:
        return BY_ROOT[root]
    if root.lower() == "html":
        raise UnreadableFile("a page of a browser; export the figures as CSV, FIT or TCX instead")
    if root.lower() == "svg":
        raise UnreadableFile(f"a picture; {EXPORT}")
    raise UnreadableFile(
        f"an XML file of a kind that no reader knows ({root[:40]}); export it as FIT, TCX or CSV instead"
    )


def _table_reader(file: InputFile) -> Reader:
    if positions.looks_like_positions(file):
        return positions.READER
    if drills.looks_like_drills(file):
        return drills.READER
    table = read_table(file)
    if polar_flow.looks_like_flow(file, table.header):
        return polar_flow.READER
    for header, reader in (*BY_HEADER, *_SERVICE_TABLES):
        if table.has(*header):
            return reader
    known = table_kinds.reader_of_table(table) or table_kinds.reader_of_recording(file)
    if known is not None:
        return known
    if is_small_text(file) and looks_like_intervals(decoded(file)):
        return RR
    first = next((record.cells for record in table.records() if record.cells), ())
    check_is_usable(file, table.header, first)
    if table.repeated:
        raise UnreadableFile(
            "no reader knows these columns, of which two have the same name; describe them with --mapping",
            is_unknown_table=True,
        )
    raise UnreadableFile("no reader knows these columns; describe them with --mapping", is_unknown_table=True)


def _json_reader(file: InputFile) -> Reader:
    if holds_measures(file):
        return GOLDEN_CHEETAH
    known = json_kinds.reader_of_json(file)
    if known is not None:
        return known
    check_is_readable_json(file)
    if file.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        key, values = next(iter(JsonObjects(file)), ("", {}))
        answered = next((reader for told, reader in BY_KEY if key in fitbit.OF_INTERFACE and told in values), None)
        if answered is not None:
            return answered
        raise UnreadableFile("a JSON file of a kind that no reader knows; export it as CSV, FIT or TCX")
    # The first record alone: a series of minutes is larger than any list that is read, and is not read.
    objects = JsonObjects(file)
    first = next((values for _, values in objects), None)
    if first is None:
        raise UnreadableFile(fitbit.NO_RECORDS if objects.defect is None else fitbit.NO_JSON)
    for key, reader in BY_KEY:
        if key in first:
            return reader
    value = first.get("value")
    if "dateTime" in first and isinstance(value, dict) and {"value", "error"} <= set(value):
        return RESTING
    if "dateTime" in first and value is not None:
        raise NotUsed("a Fitbit series of minutes; no reader takes it yet")
    raise UnreadableFile("no reader knows these JSON records; export them as CSV, FIT or TCX")
