"""What a column's name says: the stream that it may hold and the unit that it names."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from client.biometrics.streams import SPECS, Stream
from client.ingest.cells.headings import SCALE, scale_in
from client.ingest.mapping import CONVERSIONS

_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]{1,20})[)\]]")
_SEPARATORS = re.compile(r"[^a-z0-9%]+")
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l"})
"""Letters that Unicode does not take apart."""

UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("min", "mins", "minute", "minutes", "minuten", "minutos", "minutter"), "min"),
        **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "std", "stunden", "heures", "horas", "timer"), "h"),
        **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
        **dict.fromkeys(("ms", "msec", "milliseconds"), "ms"),
        **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), "m"),
        **dict.fromkeys(("km", "kilometer", "kilometers", "kilometre", "kilometres"), "km"),
        **dict.fromkeys(("mi", "mile", "miles"), "[mi_i]"),
        **dict.fromkeys(("yd", "yds", "yard", "yards"), "[yd_i]"),
        **dict.fromkeys(("ft", "foot", "feet"), "[ft_i]"),
        **dict.fromkeys(("in", "inch", "inches"), "[in_i]"),
        **dict.fromkeys(("cm", "centimeters", "centimetres"), "cm"),
        "mm": "mm",
        **dict.fromkeys(("kg", "kgs", "kilogram", "kilograms"), "kg"),
        **dict.fromkeys(("lb", "lbs", "pound", "pounds"), "[lb_av]"),
        **dict.fromkeys(("g", "gram", "grams"), "g"),
        **dict.fromkeys(("ml", "millilitres", "milliliters"), "mL"),
        **dict.fromkeys(("l", "litre", "litres", "liter", "liters"), "L"),
        **dict.fromkeys(("kcal", "cal"), "kcal"),
        "kj": "kJ",
        **dict.fromkeys(("n", "newton", "newtons"), "N"),
        "%": "%",
        **dict.fromkeys(("bpm", "beats per minute"), "/min"),
        **dict.fromkeys(("w", "watt", "watts"), "W"),
        **dict.fromkeys(("au", "a u"), "{AU}"),
    }
)
"""Words for a unit, and its UCUM code."""

_WORDS: Final[Mapping[Stream, tuple[str, ...]]] = MappingProxyType(
    {
        Stream.SESSION_RPE: (
            "rpe",
            "srpe",
            "session rpe",
            "cr10",
            "borg cr10",
            "perceived exertion",
            "rating",
            "exertion",
            "anstrengung",
            "effort percu",
            "esfuerzo percibido",
            "opplevd anstrengelse",
            "upplevd anstrangning",
        ),
        Stream.SESSION_DURATION_MIN: ("session duration", "session minutes", "training duration", "training minutes"),
        Stream.SESSION_LOAD: ("session load", "srpe load", "srpe tl", "rpe load", "load"),
        Stream.READINESS: ("readiness", "bereitschaft"),
        Stream.FATIGUE: ("fatigue", "mudigkeit", "ermudung", "fatiga", "tretthet", "trotthet"),
        Stream.MOOD: ("mood", "stimmung", "humeur", "estado de animo", "humor"),
        Stream.SLEEP_QUALITY: (
            "sleep quality",
            "quality of sleep",
            "schlafqualitat",
            "qualite du sommeil",
            "calidad del sueno",
            "sovnkvalitet",
            "somnkvalitet",
        ),
        Stream.SORENESS: (
            "soreness",
            "muscle soreness",
            "doms",
            "muskelkater",
            "courbatures",
            "dolor muscular",
            "muskelomhet",
            "traningsvark",
        ),
        Stream.STRESS: ("stress",),
        Stream.SLEEP_DURATION_H: (
            "sleep",
            "sleep duration",
            "sleep time",
            "hours slept",
            "hours of sleep",
            "slept",
            "schlaf",
            "schlafdauer",
            "sommeil",
            "duree du sommeil",
            "sueno",
            "horas de sueno",
            "sovn",
            "somn",
        ),
        Stream.RESTING_HEART_RATE: (
            "resting heart rate",
            "resting hr",
            "rhr",
            "resting pulse",
            "rest hr",
            "ruhepuls",
            "ruheherzfrequenz",
            "frequence cardiaque de repos",
            "frecuencia cardiaca en reposo",
            "hvilepuls",
            "vilopuls",
        ),
        Stream.RMSSD: ("rmssd", "hrv rmssd"),
        Stream.HEART_RATE_MEAN: (
            "avg hr",
            "average hr",
            "mean hr",
            "average heart rate",
            "avg heart rate",
            "mean heart rate",
            "durchschnittspuls",
            "fc moyenne",
            "fc media",
            "snittpuls",
            "medelpuls",
        ),
        Stream.HEART_RATE_MAX: (
            "max hr",
            "maximum hr",
            "max heart rate",
            "maximum heart rate",
            "peak hr",
            "maximalpuls",
            "fc max",
            "makspuls",
            "maxpuls",
        ),
        Stream.REST_DAY: ("rest day",),
        Stream.ACTIVITY_DURATION_MIN: ("moving time", "active time", "timer time", "activity duration"),
        Stream.DISTANCE: (
            "distance",
            "total distance",
            "odometer",
            "distanz",
            "strecke",
            "distancia",
            "distanse",
            "distans",
        ),
        Stream.HIGH_SPEED_DISTANCE: ("high speed distance", "high speed running", "hsr", "hsr distance", "hsd"),
        Stream.POWER_MEAN: ("avg power", "average power", "mean power"),
        Stream.STEPS: ("steps", "step count", "schritte", "pasos", "skritt", "steg"),
        Stream.JUMP_HEIGHT_CM: ("jump height", "cmj", "cmj height", "jump"),
        Stream.HOOPER_SLEEP: ("hooper sleep",),
        Stream.HOOPER_FATIGUE: ("hooper fatigue",),
        Stream.HOOPER_STRESS: ("hooper stress",),
        Stream.HOOPER_SORENESS: ("hooper soreness", "hooper doms"),
        Stream.JUMP_HEIGHT_IMPULSE_CM: ("jump height imp mom", "jump height impulse"),
        Stream.JUMP_HEIGHT_FLIGHT_CM: ("jump height flight time", "jump height flight"),
        Stream.RSI_MODIFIED: ("rsi modified", "rsi mod", "mrsi"),
        Stream.NORDIC_LEFT: ("nordic left", "nordic l"),
        Stream.NORDIC_RIGHT: ("nordic right", "nordic r"),
        Stream.ENERGY_INTAKE: ("energy intake", "calories", "calories eaten"),
        Stream.PROTEIN: ("protein",),
        Stream.CARBOHYDRATE: ("carbohydrate", "carbohydrates", "carbs"),
        Stream.FLUID: ("fluid", "water", "fluid intake"),
        Stream.BODY_WEIGHT: (
            "weight",
            "body weight",
            "bodyweight",
            "body mass",
            "gewicht",
            "korpergewicht",
            "poids",
            "peso",
            "vekt",
            "vikt",
        ),
    }
)
"""Only words that name one stream and its method: "HRV" alone may be any of several measures."""
_DURATION = (
    *("duration", "minutes", "time", "length", "total duration", "total time"),
    *("dauer", "trainingsdauer", "duree", "duracion", "varighet"),
)
_SAME_ITEMS: Final = (
    (Stream.SLEEP_DURATION_H, Stream.SLEEP_QUALITY, Stream.HOOPER_SLEEP),
    (Stream.FATIGUE, Stream.HOOPER_FATIGUE),
    (Stream.STRESS, Stream.HOOPER_STRESS),
    (Stream.SORENESS, Stream.HOOPER_SORENESS),
)
_BY_WORD: Final[Mapping[str, Stream]] = MappingProxyType(
    {word: stream for stream, words in _WORDS.items() for word in words}
)


@dataclass(frozen=True, slots=True)
class NamedColumn:
    """What a name says. words: lower case without the unit. unit: its UCUM code, None where the name has none.

    guess: then the likely one. scale: lowest and highest answer that the name says, as "Fatigue (1-7)" does.
    """

    name: str
    words: str
    unit: str | None
    guess: str | None = None
    scale: tuple[float, float] | None = None


def named(name: str) -> NamedColumn:
    """Take a column's name apart: "Total Distance (km)", "sleep_h" and "Jump Height in Inches [in]" have units."""
    scale = scale_in(name)
    return _named(name) if scale is None else replace(_named(SCALE.sub("", name, count=1)), name=name, scale=scale)


def _named(name: str) -> NamedColumn:
    in_brackets = [UNITS.get(_plain(found)) for found in _IN_BRACKETS.findall(name)]
    words = _plain(_IN_BRACKETS.sub(" ", name)).split()
    unit = next((code for code in reversed(in_brackets) if code), None)
    if " ".join(words) in _BY_WORD:  # the last word of "Avg HR" is no hour
        return NamedColumn(name, " ".join(words), unit)
    if len(words) > 1 and (code := UNITS.get(words[-1])):
        unit = unit or code
        words = words[: -2 if len(words) > 2 and words[-2] == "in" else -1]
    if len(words) == 1 and unit is None and UNITS.get(words[0]) in ("min", "h"):
        return NamedColumn(name, "minutes", UNITS[words[0]])
    return NamedColumn(name, " ".join(words), unit)


def told_by_words(column: NamedColumn) -> Stream | None:
    """Return the stream that the words of a name mean, whatever unit or scale it says; None where they mean none."""
    return _BY_WORD.get(column.words)


def _asked_on(stream: Stream) -> tuple[Stream, ...]:
    """Return the streams in which the same is asked, each on a scale of its own; "Sleep (1-7)" tells no hours."""
    return next((same for same in _SAME_ITEMS if stream in same), (stream,))


def stream_of(column: NamedColumn, *, is_rated: bool) -> Stream | None:
    """Return the stream that a column may hold; None where its name fits none, or its unit does not.

    A scale that the name says is that of the stream, or the column is none of it.
    is_rated: whether the table also holds ratings of sessions, whose minutes then are those that people report.
    """
    stream = told_by_words(column)
    if stream is not None and column.scale is not None:
        return next((one for one in _asked_on(stream) if (SPECS[one].low, SPECS[one].high) == column.scale), None)
    if stream is None and column.words in _DURATION:
        stream = Stream.SESSION_DURATION_MIN if is_rated else Stream.ACTIVITY_DURATION_MIN
    if stream is None or column.unit in (None, SPECS[stream].unit):
        return stream
    return stream if (column.unit, SPECS[stream].unit) in CONVERSIONS else None


def _plain(text: str) -> str:
    """Lower case without accents: "Müdigkeit" and "mudigkeit" are one word."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return _SEPARATORS.sub(" ", "".join(one for one in decomposed if not unicodedata.combining(one))).strip()
