"""The closed lists of an episode: body area and side, type, how and when it began (Bahr et al. 2020, tables 2 to 5)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class InjuryArea(StrEnum):
    """Where an injury is; UNSPECIFIED also stands for every illness."""

    HEAD = "head"
    NECK = "neck"
    SHOULDER = "shoulder"
    UPPER_ARM = "upper arm"
    ELBOW = "elbow"
    FOREARM = "forearm"
    WRIST = "wrist"
    HAND = "hand"
    CHEST = "chest"
    THORACIC_SPINE = "thoracic spine"
    LUMBOSACRAL = "lumbosacral"
    ABDOMEN = "abdomen"
    HIP_GROIN = "hip and groin"
    THIGH = "thigh"
    KNEE = "knee"
    LOWER_LEG = "lower leg"
    ANKLE = "ankle"
    FOOT = "foot"
    UNSPECIFIED = "unspecified"


class Side(StrEnum):
    """On which side it is."""

    LEFT = "left"
    RIGHT = "right"


class ProblemType(StrEnum):
    """What kind of tissue or organ is concerned."""

    MUSCLE = "muscle"
    TENDON = "tendon"
    LIGAMENT = "ligament or joint capsule"
    CARTILAGE = "cartilage, meniscus or disc"
    BONE_STRESS = "bone stress"
    FRACTURE = "fracture"
    CONTUSION = "contusion"
    LACERATION = "laceration"
    BRAIN = "brain or nerve"
    RESPIRATORY = "respiratory"
    GASTROINTESTINAL = "gastrointestinal"
    OTHER = "other"


class Onset(StrEnum):
    """Whether another person or thing struck the athlete."""

    CONTACT = "contact"
    NO_CONTACT = "no contact"
    UNKNOWN = "contact not known"


class Setting(StrEnum):
    """During what it began."""

    TRAINING = "training"
    MATCH = "match"
    OTHER = "outside sport"
    UNKNOWN = "setting not known"


_CENTRAL: Final = frozenset(
    {
        *(InjuryArea.HEAD, InjuryArea.NECK, InjuryArea.CHEST, InjuryArea.THORACIC_SPINE, InjuryArea.LUMBOSACRAL),
        *(InjuryArea.ABDOMEN, InjuryArea.UNSPECIFIED),
    }
)
PLACES: Final[tuple[str, ...]] = tuple(
    place
    for area in InjuryArea
    for place in ([area.value] if area in _CENTRAL else [f"{area.value}, {side.value}" for side in Side])
)
"""Every place that a form offers: an area, with its side where it has two."""

# Ours: words of logs beside the names above, each as one area, the narrower word first.
_ALSO: Final[Mapping[str, InjuryArea]] = {
    "achilles": InjuryArea.LOWER_LEG,
    "calf": InjuryArea.LOWER_LEG,
    "shin": InjuryArea.LOWER_LEG,
    "tibia": InjuryArea.LOWER_LEG,
    "hamstring": InjuryArea.THIGH,
    "quadriceps": InjuryArea.THIGH,
    "adductor": InjuryArea.HIP_GROIN,
    "groin": InjuryArea.HIP_GROIN,
    "hip": InjuryArea.HIP_GROIN,
    "pelvis": InjuryArea.HIP_GROIN,
    "lower back": InjuryArea.LUMBOSACRAL,
    "lumbar": InjuryArea.LUMBOSACRAL,
    "toe": InjuryArea.FOOT,
    "heel": InjuryArea.FOOT,
    "finger": InjuryArea.HAND,
    "thumb": InjuryArea.HAND,
    "concussion": InjuryArea.HEAD,
    "patella": InjuryArea.KNEE,
}


def area_of(place: str) -> InjuryArea:
    """Return the area that a place or the words of a log name; UNSPECIFIED where they name none of the list."""
    said = f" {' '.join(place.lower().replace('/', ' ').replace(',', ' ').split())} "
    named = {one.value: one for one in InjuryArea if one is not InjuryArea.UNSPECIFIED}
    known = sorted({**_ALSO, **named}.items(), key=lambda item: -len(item[0]))
    return next((area for words, area in known if f" {words} " in said), InjuryArea.UNSPECIFIED)
