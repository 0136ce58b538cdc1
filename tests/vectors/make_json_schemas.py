"""Writes json_schemas.json: the top-level fields of every answer to --json. A field is only ever added.

python tests/vectors/make_json_schemas.py
"""

import json
import sys
import tempfile
from pathlib import Path

import pytest

GOLDEN = Path(__file__).with_name("json_schemas.json")

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from tests.architecture.test_json_answers import described, run_all

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        answers = run_all(Path(folder), patched)
    GOLDEN.write_text(json.dumps(described(answers), indent=1) + "\n", encoding="utf-8")
