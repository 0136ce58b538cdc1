"""The areas of the body map: a code that is stored, and where on the map it stands."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class BodyArea:
    """One area. code: what is stored, such as "back_left_calf". side: "left", "right" or "" in the middle."""

    view: str
    side: str
    name: str

    @property
    def code(self) -> str:
        """What is stored of it."""
        return "_".join(filter(None, (self.view, self.side, self.name.replace(" ", "_"))))


def _both(view: str, name: str) -> tuple[BodyArea, BodyArea]:
    return BodyArea(view, "left", name), BodyArea(view, "right", name)


AREAS: Final[tuple[BodyArea, ...]] = (
    BodyArea("front", "", "head"),
    *_both("front", "shoulder"),
    BodyArea("front", "", "chest"),
    *_both("front", "arm"),
    BodyArea("front", "", "belly"),
    *_both("front", "hand"),
    *_both("front", "groin"),
    *_both("front", "thigh"),
    *_both("front", "knee"),
    *_both("front", "shin"),
    *_both("front", "ankle"),
    BodyArea("back", "", "neck"),
    *_both("back", "shoulder"),
    BodyArea("back", "", "upper back"),
    *_both("back", "elbow"),
    BodyArea("back", "", "lower back"),
    *_both("back", "buttock"),
    *_both("back", "hamstring"),
    *_both("back", "calf"),
    *_both("back", "achilles"),
)
CODES: Final = {area.code: area for area in AREAS}
MOST_AREAS: Final = 12
"""Areas of one answer; ours: so many fit into the text of one reading."""
