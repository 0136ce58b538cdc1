"""What follows from a sum of evidence, its variances against drawn sums, and records that do not follow."""

from datetime import UTC, datetime
from fractions import Fraction

import numpy as np
import pytest

from models.errors import BadShape, BadWeights
from models.evidence.contribution import evidence_contribution
from models.evidence.figures import Estimate, EvidenceFigures, figures_of
from models.evidence.pooled_gate import NO_BETTER_LOSS, NO_BETTER_ORDER, TOO_LITTLE, pooled_figures, pooled_reasons
from models.evidence.record import (
    EvidenceRecord,
    SignedEvidence,
    check_figures,
    check_signature,
    manifest_of,
    parse_evidence,
    sign_evidence,
)
from models.privacy.discrete_gaussian import add_in_ring, from_ring, to_ring
from models.training.derivation import Derivation, recomputed
from models.training.server_step import start, step
from policies.errors import BadSignature
from policies.signing import SigningKey
from tests.models.evidence.risk_days import RECORD, WEIGHTS, asking, athlete

LEAGUE = SigningKey(bytes(range(32)))
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ASKED = asking()
TOTAL = (3_000_000, 2_000_000, -1_500_000)


def signed(total: tuple[int, ...] = TOTAL) -> SignedEvidence:
    return sign_evidence(total, ASKED, key=LEAGUE, now=NOW)


def changed(**changes: object) -> EvidenceRecord:
    return EvidenceRecord.model_validate(signed().record.model_dump() | changes)


def test_the_figures_are_the_sum_in_its_own_units() -> None:
    found = figures_of(TOTAL, ASKED)

    assert found.excess.value == pytest.approx(3e6 / 2**16 / 0.8, rel=1e-15)
    assert found.comparable.value == pytest.approx(2e6 / 2**16 / 0.25, rel=1e-15)
    assert found.difference.value == pytest.approx(-1.5e6 / 2**16 / 0.54, rel=1e-15)
    bound = Fraction(2**16) + Fraction(3**0.5 / 2)  # the clip and half a step on each axis
    noise = 2 * (4 * bound / 2**16) ** 2  # two clubs, sigma 4
    for one, share in ((found.excess, 0.8), (found.comparable, 0.25), (found.difference, 0.54)):
        assert one.noise == pytest.approx(float(noise) / share**2, rel=1e-12)
    assert found.excess.sampling == found.difference.sampling == found.comparable.value
    assert found.comparable.sampling == 0.0


def test_drawn_sums_scatter_as_the_published_variance_says() -> None:
    clubs = [[athlete(seed) for seed in range(12)], [athlete(seed) for seed in range(12, 20)]]
    drawn = []
    for _ in range(300):
        sums = [evidence_contribution(ASKED, WEIGHTS.tolist(), one) for one in clubs]
        drawn.append(figures_of(from_ring(add_in_ring(sums, ASKED.modulus_bits), ASKED.modulus_bits), ASKED))

    for name in ("excess", "comparable", "difference"):
        found: list[Estimate] = [getattr(one, name) for one in drawn]
        spread = np.var([one.value for one in found], ddof=1)
        assert spread == pytest.approx(found[0].noise, rel=6 * (2 / 299) ** 0.5)


def test_the_step_keeps_weights_and_sum() -> None:
    state = step(start(WEIGHTS), to_ring(TOTAL, ASKED.modulus_bits), ASKED)

    assert state.weights.tolist() == WEIGHTS.tolist()
    assert state.sums == (TOTAL,)
    with pytest.raises(BadShape):
        step(start(WEIGHTS), to_ring((1, 2), ASKED.modulus_bits), ASKED)


def test_a_campaign_for_evidence_teaches_no_model() -> None:
    follows = Derivation(start=ASKED.initial_weights, sums=(tuple(map(str, TOTAL)),))

    with pytest.raises(BadWeights, match="one for evidence"):
        recomputed(follows, ASKED)


def test_a_record_is_signed_read_back_and_proven() -> None:
    made = signed()
    read = parse_evidence(made.model_dump_json().encode())

    check_signature(read, [LEAGUE.verify_key])
    assert read.record.sha256 == made.record.sha256
    manifest = manifest_of(read.record, ASKED.canonical())
    check_figures(read.record, manifest)
    assert (read.record.judges, read.record.campaign) == (RECORD, ASKED.sha256)


def test_figures_that_do_not_follow_are_refused() -> None:
    better = changed(figures=figures_of((9_000_000, *TOTAL[1:]), ASKED).model_dump())

    with pytest.raises(BadWeights, match="follow from the sum"):
        check_figures(better, ASKED)


@pytest.mark.parametrize("total", [("1", "2"), ("1", "2", "3", "4"), (str(10**15), "0", "0")])
def test_a_sum_that_the_manifest_cannot_have_is_refused(total: tuple[str, ...]) -> None:
    with pytest.raises(BadWeights, match="expected a sum"):
        check_figures(changed(total=total), ASKED)


@pytest.mark.parametrize("total", [["one", "2", "3"], ["1.5", "2", "3"], [], ["01", "2", "3"]])
def test_a_sum_with_text_is_no_record(total: list[str]) -> None:
    body = signed().model_dump(mode="json")
    body["record"]["total"] = total

    with pytest.raises(BadWeights, match="another shape"):
        parse_evidence(SignedEvidence.model_construct(**body).model_dump_json(warnings=False).encode())


@pytest.mark.parametrize("changes", [{"judges": "cd" * 32}, {"league": "another"}, {"model": "recovery-linear-1"}])
def test_a_record_of_another_model_or_league_than_its_manifest_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(BadWeights, match="the record's own model"):
        manifest_of(changed(**changes), ASKED.canonical())


def test_another_manifest_or_signature_is_refused() -> None:
    with pytest.raises(BadWeights, match="expected the manifest"):
        manifest_of(signed().record, asking(sigma=5.0).canonical())
    with pytest.raises(BadWeights, match="another shape"):
        manifest_of(signed().record, b"{}")
    with pytest.raises(BadSignature):
        check_signature(signed(), [SigningKey.generate().verify_key])


def figures(excess: float, comparable: float, difference: float, *, noise: float = 25.0) -> EvidenceFigures:
    values = {"excess": excess, "comparable": comparable, "difference": difference}
    return EvidenceFigures(**{k: Estimate(value=v, noise=noise, sampling=0.0) for k, v in values.items()})


def test_the_levels_are_those_of_a_normal_law() -> None:
    assert pooled_reasons(figures(8.23, 100.0, -2.63)) == ()  # 1.6449 and .5244 standard deviations of 5
    assert pooled_reasons(figures(8.22, 99.9, -2.62)) == (TOO_LITTLE, NO_BETTER_ORDER, NO_BETTER_LOSS)


def test_what_a_verdict_keeps_of_it() -> None:
    kept = pooled_figures(figures(40.0, 200.0, -10.0), public_athletes=500)

    assert kept == pytest.approx(
        {
            "league_public_athletes": 500.0,
            "league_comparable": 200.0,
            "league_log_loss_difference": -10.0,
            "league_log_loss_difference_high": -10.0 + 0.5244 * 5,
            "league_concordance": 0.55,
            "league_concordance_low": 0.5 + (40 - 1.6449 * 5) / 800,
        }
    )
    assert "league_concordance" not in pooled_figures(figures(40.0, 0.5, -10.0), public_athletes=500)
