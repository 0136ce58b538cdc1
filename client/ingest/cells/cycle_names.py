"""Columns and keys about the menstrual cycle and pregnancy, which are dropped where a file is split."""

import re

# Tables of clubs are in their own language. "Cycle" alone is a day of a strap's maker, and a bicycle.
_CYCLE = re.compile(
    r"menstru|menses|menarche|pregnan|ovulat|luteal|follicul|contracept|ferti?l|amenorrh|basal.?body|"
    r"cycle.?(phase|day|length|track)|period.?(phase|flow|day|start|end|length|track)|lmp\b|"
    r"[zs]yklus.?(phase|fase|tag|dag|l[äae]n)|schwanger|eisprung|gravid\b|graviditet|eggløsning|grossesse|embaraz",
    re.IGNORECASE,
)


def is_about_cycle(name: str) -> bool:
    """True for the name of a column or key that is about the cycle or a pregnancy."""
    return _CYCLE.search(name) is not None
