"""What a node answers in a campaign for evidence: the same path as a gradient takes, from athletes' answers on."""

from collections.abc import Sequence

import numpy as np

from models.errors import BadWeights
from models.evidence.answer import evidence_answers
from models.features import AthleteSeries
from models.privacy.contribution import fitting, noisy_answer, schema_of, weighted
from policies.campaign import CampaignManifest


def evidence_contribution(
    manifest: CampaignManifest, weights: Sequence[float], series: Sequence[AthleteSeries]
) -> tuple[int, ...]:
    """The club's evidence on the weights, modulo 2**modulus_bits: bounded answers, rounded, added up, noise once.

    series: all days of every athlete with a token and a live grant. Raises BadWeights as
    `models.privacy.contribution.contribution` does, and for a manifest that asks for no evidence.
    """
    schema = schema_of(manifest)
    if manifest.evidence is None:
        raise BadWeights("expected a campaign for evidence")
    judged = np.asarray(weights, dtype=np.float64)
    schema.check_weights(judged)
    taken = fitting(schema, series)
    rows = weighted(manifest, evidence_answers(judged, taken), taken)
    return noisy_answer(manifest, rows, [one.sixteenths for one in taken])
