"""Fixtures of the privacy proofs: they attack what a log serves, and never its secrets."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # so that `tests.privacy` and `tests.consent` are found
