"""Every quality code that a figure or a reading can carry is explained where people look for it."""

import re
from pathlib import Path

import numpy as np

from client.biometrics import observations
from client.features.days.instruments import NEW_SOURCE
from client.features.days.possible_repeats import MAY_COUNT_TWICE
from client.features.rest import ASSUMED_REST
from client.metrics.catalogue import catalogue
from client.metrics.why import unknown_reasons
from client.metrics.why.left_out import INCOMPLETE_DAY, OTHER_SOURCE

DOCS = Path(__file__).parents[3] / "docs"


def explained(page: str) -> set[str]:
    return set(re.findall(r"`([a-z0-9_]+)`", (DOCS / page).read_text(encoding="utf-8")))


def test_codes_of_figures_are_explained() -> None:
    steady = np.linspace(3.0, 4.0, 120)
    codes = {code for metric in catalogue() for code in metric.codes(*[steady] * len(metric.columns))}
    codes |= {unknown_reasons.NOT_RECORDED, unknown_reasons.INSUFFICIENT, unknown_reasons.TODAY_UNKNOWN}
    codes |= {unknown_reasons.UNDEFINED, ASSUMED_REST, NEW_SOURCE, OTHER_SOURCE, INCOMPLETE_DAY, MAY_COUNT_TWICE}

    assert codes - explained("indices.md") == set()
    assert "warming_up" in codes


def test_codes_of_readings_are_explained() -> None:
    codes = {getattr(observations, name) for name in ("EXERCISE", "PARTIAL_FILE", "AUTO_DETECTED", "NAP", "BY_HAND")}

    assert codes - explained("ingest.md") == set()
