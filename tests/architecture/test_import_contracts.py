"""The import directions of docs/architecture.md §1: they hold, and the contracts that say so do catch a violation."""

import subprocess
import sys
from pathlib import Path


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


PLANTED = [
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
]
"""Where an import stands, the import, and the contract that it breaks."""
ROOMS_IN_A_RING = {"No room needs one that needs it": ".privacy -> .training"}
"""A ring is told by its rooms, not by the module that closed it."""


def test_planted_violations_are_caught_each_by_its_contract(copied_source: Path) -> None:
    for number, (package, line, _) in enumerate(PLANTED):
        planted = copied_source / package / f"planted_{number}.py"
        planted.write_text(f'"""Planted by a test."""\n\n{line}\n', encoding="utf-8")

    done = lint_imports(copied_source)

    assert done.returncode == 1, done.stdout + done.stderr
    reasons = reasons_by_contract(done.stdout)
    for number, (package, _, contract) in enumerate(PLANTED):
        (reason,) = (text for name, text in reasons.items() if name.startswith(contract))
        planted_module = f"{package.replace('/', '.')}.planted_{number}"
        assert (planted_module in reason) or (ROOMS_IN_A_RING.get(contract, planted_module) in reason), contract


def reasons_by_contract(printed: str) -> dict[str, str]:
    """What import-linter says below each broken contract's name, underlined with as many dashes."""
    lines = printed.splitlines()
    starts = [at for at in range(1, len(lines)) if lines[at] and set(lines[at]) == {"-"}]
    ends = [at - 1 for at in starts[1:]] + [len(lines)]
    return {lines[at - 1]: "\n".join(lines[at + 1 : end]) for at, end in zip(starts, ends, strict=True)}
