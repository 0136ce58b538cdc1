"""The import directions of docs/architecture.md §1: they hold, and the contracts that say so do catch a violation."""

import subprocess
import sys
from pathlib import Path

import pytest


def lint_imports(where: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the packages and the contracts found in `where`."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as c; c()",
            "--no-logo",
            "--no-cache",
        ],
        cwd=where,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_contract_is_kept(root: Path) -> None:
    done = lint_imports(root)

    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


@pytest.mark.parametrize(
    ("package", "line", "contract"),
    [
        ("consent", "import server.errors", "Deployables are separate trust domains"),
        ("policies", "import consent.errors", "Shared packages know no deployable"),
        ("policies", "import httpx", "policies is the leaf"),
        ("audit", "import models.errors", "audit and models import only chassis and policies"),
        ("models", "import client.biometrics.observations", "Raw biometrics stay in the client"),
        ("chassis", "import audit.errors", "chassis is about no domain"),
        ("audit/tlog", "import audit.entries.events", "The rooms of audit"),
        ("consent/storage", "import consent.registry.orgs", "The rooms of consent"),
        ("client", "import audit.writer.log", "Nodes and coordinators only write entries of the log"),
        ("models/privacy", "import models.training.recipes", "No room needs one that needs it"),
        ("deploy/demo", "import consent.settings", "deploy imports no deployable"),
        ("consent", "import torch", "Consent, audit, chassis and policies carry no machine learning"),
    ],
)
def test_a_planted_violation_is_caught(copied_source: Path, package: str, line: str, contract: str) -> None:
    (copied_source / package / "planted.py").write_text(f'"""Planted by a test."""\n\n{line}\n', encoding="utf-8")

    done = lint_imports(copied_source)

    assert done.returncode == 1, done.stdout + done.stderr
    broken = [found for found in done.stdout.splitlines() if found.endswith("BROKEN")]
    assert any(found.startswith(contract) for found in broken)
