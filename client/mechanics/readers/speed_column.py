"""The column of speeds of a table, in m/s or km/h; one that does not say its unit is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from client.errors import UnreadableFile
from client.ingest.cells.shown_names import shown_names
from client.ingest.known.named_columns import found_columns
from client.mechanics.readers.number_table import NumberTable

LARGEST_SPEED_M_S = 15.0  # ours: no runner is faster
_WORDS = ("speed", "mean speed", "velocity", "geschwindigkeit", "tempo")
_UNITS = {"m/s": ("m s", "m/s", "mps"), "km/h": ("kmh", "km h", "km/h", "kph")}
_IN_ONE_M_S = {"m/s": 1.0, "km/h": 3.6}
_NAMES = {unit: [f"{word} {one}" for word in _WORDS for one in spelt] for unit, spelt in _UNITS.items()}


@dataclass(frozen=True, slots=True)
class SpeedColumn:
    """Name of the column and the unit of its numbers."""

    name: str
    unit: str

    def read(self, numbers: NumberTable, place: int, row: Mapping[str, str]) -> float:
        """Return the speed of a row in m/s, NaN for a missing one; raises UnreadableFile above 15 m/s."""
        factor = _IN_ONE_M_S[self.unit]
        most, unit = LARGEST_SPEED_M_S * factor, f"a speed in {self.unit}"
        return numbers.number(place, row, self.name, least=0.0, most=most, unit=unit) / factor


def speed_column(header: Sequence[str]) -> SpeedColumn | None:
    """Return the column of speeds, that in m/s before that in km/h; raises UnreadableFile for one without a unit."""
    found = found_columns(header, _NAMES)
    for unit in _UNITS:
        if unit in found:
            return SpeedColumn(found[unit], unit)
    if bare := found_columns(header, {"speed": _WORDS}):
        raise UnreadableFile(
            f"the column {shown_names([bare['speed']])} does not say its unit; call it speed_m_s or speed_kmh"
        )
    return None
