"""A request to release the durability band, as the athlete reads it: own figure, what would go out, consequences."""

import math
from dataclasses import dataclass
from pathlib import Path

from chassis.text import listed
from chassis.web.chart_spec import Spec, filled
from chassis.web.charts import Chart, narrowed, to_svg
from consent.releases.values import ReleaseView
from consent.web.text import LINEAGES, span
from policies.release import OwnView
from policies.vocabulary import Lineage

# Weights of the released index, recovery excluded (docs/indices.md §8.1); the parts that are present are scaled to 100.
_WEIGHTS = {"availability": 55, "load_tolerance": 25, "history": 20}
_PARTS = {
    "availability": "Availability",
    "load_tolerance": "Handling your heavier weeks",
    "history": "Injuries older than 12 months",
}
_CHART = Path(__file__).with_name("interval_chart.json")
_LOWEST, _HIGHEST = 40, 100  # the scale is drawn from 40 unless a figure lies below
_ROOM = 0.34  # share of the scale that a label beside a bar needs


@dataclass(frozen=True, slots=True)
class Part:
    """One component of the index: its share of 100 parts and the athlete's own figure."""

    name: str
    share: int
    figure: int


@dataclass(frozen=True, slots=True)
class Bands:
    """The figures of both views: own median and interval, released band and range, all 0 to 100."""

    mid: float
    low: float
    high: float
    band: tuple[int, int]
    band_range: tuple[int, int]
    band_text: str

    @property
    def own(self) -> tuple[int, int, int]:
        """The athlete's own figure, from and to, in whole numbers; halves go up, as people round."""
        return _whole(self.mid), _whole(self.low), _whole(self.high)

    @property
    def own_text(self) -> str:
        """The athlete's own figure with its interval, for tables and charts."""
        mid, low, high = self.own
        return f"{mid} ({low}–{high})"


def bands_of(release: ReleaseView) -> Bands:
    """Read both views from the release; the recipient's side comes from the exact bytes' own fields."""
    index, own = release.index, release.own_view
    return Bands(
        own.median,
        own.low,
        own.high,
        _pair(index.index_band_5pt),
        _pair(index.interval_rounded_outward),
        f"{span(index.index_band_5pt)} ({span(index.interval_rounded_outward)})",
    )


def parts_of(own: OwnView) -> list[Part]:
    """Return the components that are in the index, with weights scaled to 100 over those that are present."""
    present = {name: getattr(own, name) for name in _WEIGHTS if getattr(own, name) is not None}
    whole = sum(_WEIGHTS[name] for name in present)
    return [Part(_PARTS[name], round(100 * _WEIGHTS[name] / whole), _whole(figure)) for name, figure in present.items()]


def left_out(lineage: tuple[Lineage, ...]) -> list[str]:
    """Say what is not in the index; sources that are in it are never listed here."""
    sources = [source for source in (Lineage.WEARABLE, Lineage.OPTICAL) if source not in lineage]
    apart = [f"Anything from {LINEAGES[source]}" for source in sources]
    return ["Sleep, heart, mood, illness, cycle", *apart, "Age, contract, pay, selection"]


@dataclass(frozen=True, slots=True)
class ReleaseSlip:
    """What the recipient would get: the band with its range in words, and the exact bytes with their fingerprint.

    whole: everything that the answer is about, these bytes included, with its own fingerprint `sha256`. covers_whole:
    False where an earlier version asked about the bytes alone.
    """

    band: str
    band_range: str
    exact: str
    bytes_sha256: str
    whole: str
    sha256: str
    covers_whole: bool
    touchline: str
    summary: str


def slip_of(release: ReleaseView, *, is_frozen: bool = False) -> ReleaseSlip:
    """Read the slip from the release; its words tell whether the recipient has it now."""
    is_live, length = release.state.is_valid_for_processing and not is_frozen, len(release.exact_bytes)
    where = "Held back by the freeze" if is_frozen else "Over the line"
    return ReleaseSlip(
        band=span(release.index.index_band_5pt),
        band_range=span(release.index.interval_rounded_outward),
        exact=release.exact_bytes.decode("utf-8"),
        bytes_sha256=release.bytes_sha256,
        whole=release.whole.decode("utf-8"),
        sha256=release.sha256,
        covers_whole=release.covers_whole,
        touchline=f"{where}: what they {'see' if is_live else 'would see'}",
        summary=f"The exact {length} bytes they {'receive' if is_live else 'would receive'}",
    )


def measures_of(own: OwnView) -> str:
    """Say what the number sums up."""
    parts = [
        "how available you were for training and matches because of injury in the last 12 months",
        "" if own.load_tolerance is None else "how you handled your own heavier weeks in them",
        "" if own.history is None else "how many days injuries before them cost you, up to three years back",
    ]
    return f"This number sums up {listed([part for part in parts if part])}."


def sources_of(lineage: tuple[Lineage, ...]) -> str:
    """Name the sources in a sentence."""
    return f"It is worked out from {listed([LINEAGES[source] for source in lineage])}."


def interval_chart(release: ReleaseView) -> Chart:
    """Draw both views on one scale, wide and narrow, with the same figures as a table."""
    bands = bands_of(release)
    spec = _spec(bands)
    mid, low, high = bands.own
    finding = f"Your durability index is {mid}, most likely between {low} and {high}"
    seen = f"They would see the band {_words(bands.band)} with the range {_words(bands.band_range)}"
    return Chart(
        finding=f"You see {bands.own_text}; they would see {bands.band_text}",
        about="Index from 0 to 100. Dot or block: the figure; line: where it most likely lies.",
        label=f"{finding}. {seen}.",
        wide=to_svg(spec),
        narrow=to_svg(narrowed(spec)),
        columns=("Whose view", "From", "To", "Figure"),
        rows=(
            ("You see", f"{bands.low:.1f}", f"{bands.high:.1f}", bands.own_text),
            ("They see", bands.band_range[0], bands.band_range[1], bands.band_text),
        ),
    )


def _spec(bands: Bands) -> Spec:
    lowest_figure = min(bands.low, bands.band_range[0])
    lowest = _LOWEST if lowest_figure >= _LOWEST else 0
    fits_left = lowest_figure - lowest >= _ROOM * (_HIGHEST - lowest)
    return filled(
        _CHART,
        views=_values(bands),
        domain=[lowest, _HIGHEST],
        title="Index, 0 to 100" if lowest == 0 else f"Index, 0 to 100 (drawn from {lowest})",
        fits_left=fits_left,
        fits_right=not fits_left,
    )


def _values(bands: Bands) -> list[dict[str, object]]:
    (band_low, band_high), (low, high) = bands.band, bands.band_range
    return [
        {"who": "You see", "lo": bands.low, "hi": bands.high, "mid": bands.mid, "t": bands.own_text},
        {"who": "They see", "lo": low, "hi": high, "blo": band_low, "bhi": band_high, "t": bands.band_text},
    ]


def _whole(figure: float) -> int:
    return math.floor(figure + 0.5)


def _pair(text: str) -> tuple[int, int]:
    low, high = text.split("-")
    return int(low), int(high)


def _words(pair: tuple[int, int]) -> str:
    return f"{pair[0]} to {pair[1]}"
