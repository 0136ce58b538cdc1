"""A new field in anything that leaves a node is a privacy decision: it must be added to the golden file by hand."""

import json
import runpy
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from models.wire import ContributionSum, TrainRequest
from policies.campaign import AnswerNote, CampaignManifest, SignedManifest
from policies.release import OfficeIndex, OwnView, ReleaseProposal

VECTORS = Path(__file__).parents[1] / "vectors"
GOLDEN = json.loads((VECTORS / "wire_fields.json").read_text(encoding="utf-8"))
SCRIPT = runpy.run_path(str(VECTORS / "make_wire_fields.py"))


def test_every_field_that_leaves_a_node_is_in_the_golden_file() -> None:
    assert SCRIPT["describe"]() == GOLDEN


def test_a_new_field_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    class ContributionSum(BaseModel):
        """One with a field more."""

        __module__ = "models.wire"
        athletes: int

    monkeypatch.setattr("models.wire.ContributionSum", ContributionSum)

    assert SCRIPT["describe"]()["models.wire.ContributionSum"] == {"athletes": "int"}


def test_a_new_type_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    class Metrics(BaseModel):
        """One more type."""

        __module__ = "models.wire"
        loss: float

    monkeypatch.setattr("models.wire.Metrics", Metrics, raising=False)

    assert set(SCRIPT["describe"]()) - set(GOLDEN) == {"models.wire.Metrics"}


@pytest.mark.parametrize(
    "kind",
    [
        ContributionSum,
        TrainRequest,
        CampaignManifest,
        SignedManifest,
        AnswerNote,
        OfficeIndex,
        OwnView,
        ReleaseProposal,
    ],
)
def test_a_field_that_nobody_declared_is_refused_on_the_wire(kind: type[BaseModel]) -> None:
    with pytest.raises(ValidationError) as caught:
        kind.model_validate({"heart_rate": 1})

    assert any(error["type"] == "extra_forbidden" for error in caught.value.errors())
