"""Deeds at the terminal: a node that is not linked has nobody to tell, and loads nothing that would tell them."""

import subprocess
import sys
from pathlib import Path

from client.settings import load_settings

SAID = """
import sys
from pathlib import Path
from audit.entries.details.clubs import OperatorLooked
from audit.entries.details.codes import OperatorView
from client.commands.reporting import report, reporting_anyway
from client.settings import load_settings
settings = load_settings(Path(sys.argv[1]))
looked = OperatorLooked(athlete="ath-00000000000000aa", what=OperatorView.METRICS)
report(settings, looked)
with reporting_anyway(settings, looked):
    pass
print("httpx" in sys.modules)
"""


def test_a_node_that_is_not_linked_loads_no_http_client(node_of_one: Path) -> None:
    assert load_settings(node_of_one).consent_url is None

    words = [sys.executable, "-c", SAID, str(node_of_one)]
    found = subprocess.run(words, check=True, capture_output=True, text=True)

    assert found.stdout == "False\n"
