"""Which reader a file needs, told from its content; the name only where the content cannot tell."""

from collections.abc import Callable
from dataclasses import dataclass

from client.errors import NotUsed, UnreadableFile
from client.ingest import fit_activity, fitbit, hrv_csv, pmsys, rr_text, soccermon
from client.ingest.cells.interval_lines import looks_like_intervals
from client.ingest.clock import LocalClock
from client.ingest.fit_container import looks_like_fit
from client.ingest.input_file import InputFile, Reading, check_is_data
from client.ingest.text_table import decoded, read_table

Read = Callable[[InputFile, LocalClock], Reading]


@dataclass(frozen=True, slots=True)
class Reader:
    """A named reader. `read` is None for files of many players, which `soccermon.read_players` takes."""

    name: str
    read: Read | None


SOCCERMON = Reader("soccermon-readiness", None)

# The most telling header first: a header of another kind that holds the same columns comes later.
_BY_HEADER: tuple[tuple[tuple[str, ...], Reader], ...] = (
    (pmsys.WELLNESS_HEADER, Reader("pmsys-wellness", pmsys.read_wellness)),
    (pmsys.SRPE_HEADER, Reader("pmsys-srpe", pmsys.read_srpe)),
    (pmsys.INJURY_HEADER, Reader("pmsys-injury", pmsys.read_injury)),
    (fitbit.SLEEP_SCORE_HEADER, Reader("fitbit-sleep-score", fitbit.read_sleep_score)),
    (hrv_csv.HRV4TRAINING_HEADER, Reader("hrv4training", hrv_csv.read_hrv4training)),
    (hrv_csv.ELITEHRV_HEADER, Reader("elitehrv", hrv_csv.read_elitehrv)),
    (soccermon.HEADER, SOCCERMON),
)
_KNOWN_UNUSED_HEADERS = (("date", "timestamp", "meals", "weight", "glasses_of_fluid", "alcohol_consumed"),)

_BY_KEY: tuple[tuple[str, Reader], ...] = (
    ("dateOfSleep", Reader("fitbit-sleep", fitbit.read_sleep)),
    ("activityName", Reader("fitbit-exercise", fitbit.read_exercise)),
)
_RESTING = Reader("fitbit-resting-heart-rate", fitbit.read_resting_heart_rate)
_FIT = Reader("fit-activity", fit_activity.read_activity)
_RR = Reader("rr-text", rr_text.read_intervals)


def reader_for(file: InputFile) -> Reader:
    """Return the reader of a file.

    Raises UnreadableFile for what is no data or nothing we know, NotUsed for known kinds without a reader.
    """
    check_is_data(file)
    if looks_like_fit(file.data) or file.name.lower().endswith(".fit"):
        return _FIT
    if file.data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        return _json_reader(file)
    return _table_reader(file)


def _table_reader(file: InputFile) -> Reader:
    table = read_table(file)
    for header, reader in _BY_HEADER:
        if table.has(*header):
            return reader
    if any(table.has(*header) for header in _KNOWN_UNUSED_HEADERS):
        raise NotUsed("a diary of meals; no reader takes it yet")
    if looks_like_intervals(decoded(file)):
        return _RR
    if table.repeated:
        raise UnreadableFile(
            "no reader knows these columns, of which two have the same name; describe them with --mapping",
            is_unknown_table=True,
        )
    raise UnreadableFile(
        "no reader knows these columns; describe them with --mapping, which --dry-run proposes", is_unknown_table=True
    )


def _json_reader(file: InputFile) -> Reader:
    first = fitbit.records(file)[0]
    for key, reader in _BY_KEY:
        if key in first:
            return reader
    value = first.get("value")
    if "dateTime" in first and isinstance(value, dict) and {"value", "error"} <= set(value):
        return _RESTING
    if "dateTime" in first and value is not None:
        raise NotUsed("a Fitbit series of minutes; no reader takes it yet")
    raise UnreadableFile("no reader knows these JSON records")
