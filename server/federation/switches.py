"""Turns off what Flower does by default and may not do here; imported before anything of flwr (docs/invariants.md §7).

flwr reads these when it is imported, so this module changes the environment at import, and every module of
this package that imports flwr imports this one first.
"""

import os
from types import MappingProxyType

SWITCHES = MappingProxyType(
    {
        "FLWR_TELEMETRY_ENABLED": "0",  # otherwise usage is posted from every process
        "FLWR_DISABLE_UPDATE_CHECK": "1",  # otherwise a version check phones home
        "FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION": "1",  # otherwise packages are installed while running
        "FLWR_LOG_LEVEL": "ERROR",  # otherwise each poll of each node writes a line
    }
)

os.environ.update(SWITCHES)
