"""`keys`: the public keys that other operators need, once each, with fingerprints that they can compare."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from client.settings import load_settings
from models.masks.node_line import fingerprints

Run = Callable[..., tuple[int, str, str]]


def test_keys_are_those_that_init_told_and_each_says_who_needs_it(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "node"
    told = json.loads(run("init", folder, "--club", "club-a", "--name", "Eastmere FC", "--json")[1])

    code, out, _ = run("keys", folder, "--json")
    text = run("keys", folder)[1]

    found = {one["name"]: one for one in json.loads(out)["keys"]}
    assert (code, {name: one["key"] for name, one in found.items()}) == (
        0,
        {"node_key": told["node_key"], "fleet_key": told["fleet_key"], "masks_key": told["fleet_key"].split()[-1]},
    )
    assert (folder / "keys" / "fleet.pub").read_text() == told["fleet_key"] + "\n"
    assert found["node_key"]["fingerprint"] == load_settings(folder).node_key().verify_key.key_id
    assert [text.count(told[name]) for name in ("node_key", "fleet_key")] == [1, 1]
    assert dict(fingerprints(told["fleet_key"])) == {
        name.replace("_", " "): found[name]["fingerprint"] for name in ("fleet_key", "masks_key")
    }
    assert all(f"{one['goes_to']} needs it" in text for one in found.values())
    secrets = [path.read_text() for path in (folder / "keys").iterdir() if path.suffix != ".pub"]
    assert not any(line in text + out for secret in secrets for line in secret.split() if len(line) > 40)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not here")
def test_the_fleet_keys_fingerprint_is_that_of_openssh(node_of_one: Path, run: Run) -> None:
    (fleet,) = (one for one in json.loads(run("keys", node_of_one, "--json")[1])["keys"] if one["name"] == "fleet_key")

    words = ["ssh-keygen", "-lf", str(node_of_one / "keys" / "fleet.pub")]
    shown = subprocess.run(words, check=True, capture_output=True, text=True).stdout

    assert fleet["fingerprint"] in shown.split()


def test_a_node_that_is_linked_to_nothing_says_so(node_of_one: Path, run: Run) -> None:
    code, out, _ = run("status", node_of_one, "--json")
    found = json.loads(out)

    assert (code, found["consent"], found["consent_answers"], found["leagues"]) == (0, None, None, [])
    assert "`homefield-node link`" in run("status", node_of_one)[1]
