"""The demo's tests: some of them set up a real consent service, as the tests of that service do."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # so that `tests.consent` is found
