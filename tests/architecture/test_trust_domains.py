"""Each deployable imports with the others' source physically absent, and consent without machine learning."""

from collections.abc import Callable

import pytest

from tests.architecture.test_dependencies import OF_NETWORKS

LEARNERS = {
    "client": ["client", "models", "audit", "chassis", "policies"],
    "server": ["server", "models", "audit", "chassis", "policies"],
}
OURS = {"client", "server", "consent", "policies", "audit", "chassis", "models", "deploy", "tests"}
NETWORKS = ["torch", "opacus", "scipy"]
LEARNING = ["torch", "flwr", "opacus", "opendp", "numpy", "scipy"]

ImportAlone = Callable[..., set[str]]


@pytest.mark.parametrize(
    "packages",
    [
        ["policies"],
        ["chassis", "policies"],
        ["audit", "chassis", "policies"],
        ["consent", "audit", "chassis", "policies"],
    ],
    ids=lambda names: names[0],
)
def test_consent_audit_chassis_and_policies_import_without_machine_learning(
    import_alone: ImportAlone, packages: list[str]
) -> None:
    """By import blocking: a finder refuses these libraries as if they were not installed."""
    loaded = import_alone(packages, blocked=LEARNING)

    assert not loaded & set(LEARNING)
    assert loaded & OURS == set(packages)


@pytest.mark.parametrize("deployable", LEARNERS)
def test_node_and_coordinator_import_alone_without_the_libraries_of_networks(
    import_alone: ImportAlone, deployable: str
) -> None:
    loaded = import_alone(LEARNERS[deployable], blocked=NETWORKS, without=OF_NETWORKS)

    assert not loaded & set(NETWORKS)
    assert loaded & OURS == set(LEARNERS[deployable])


def test_the_shared_rules_import_without_web_or_database(import_alone: ImportAlone) -> None:
    """The leaf needs neither: it has no input and no output."""
    loaded = import_alone(["policies"], blocked=[*LEARNING, "fastapi", "sqlmodel", "sqlalchemy", "httpx"])

    assert "policies" in loaded


def test_the_block_does_block(import_alone: ImportAlone) -> None:
    with pytest.raises(AssertionError, match="No module named 'casbin'"):
        import_alone(["policies"], blocked=["casbin"])
