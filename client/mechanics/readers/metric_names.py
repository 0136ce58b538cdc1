"""Which columns of a table hold angles in degrees, by their names: no number column is taken for one unasked."""

import re

_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
_IN_DEGREES = re.compile(r".*(?:°|[\W_]deg|[\W_]degrees?|[\W_]grad)\W*", re.IGNORECASE | re.DOTALL)
_UNIT = re.compile(r"[(\[][^()\[\]]*[)\]]\s*")
_ANGLES = (
    *("angle", "winkel", "flexion", "extension", "lean", "tilt", "inclination", "rotation", "beugung", "streckung"),
    *("neigung", "knee", "hip", "ankle", "trunk", "thigh", "shank", "pelvis", "knie", "hüfte", "rumpf", "becken"),
)
_QUALIFIERS = frozenset(
    "peak max maximum min minimum mean average avg mittel p left right l r links rechts at touchdown toeoff contact ic "
    "to td initial stance swing rom range".split()
)


def is_angle(name: str) -> bool:
    """True for a name that says degrees, or that ends in a word for an angle and says no unit at all.

    Words such as peak, p95 or left may follow that for the angle: `knee_flexion_peak`, but not `knee_pain`.
    """
    if _IN_DEGREES.fullmatch(name):
        return True
    if _UNIT.search(name) and _UNIT.sub("", name).strip():
        return False
    words = [word.lower() for word in _WORD.findall(name)]
    while words and words[-1] in _QUALIFIERS:
        words.pop()
    return bool(words) and words[-1].endswith(_ANGLES)
