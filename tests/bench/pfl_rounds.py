"""One round of pfl, again and again, in an environment of its own: run by `bench_pfl`, and it imports nothing of ours.

python pfl_rounds.py WORK.npz REPEATS. The gradient of an athlete is two products of numpy, the least that anybody can
write for it; what is pfl's are its backend, its users and cohorts, its clipping and its sum. No noise is added, so that
the sum can be compared. It prints JSON: processor seconds of each repeat, and the sum of the clipped gradients.
"""

import asyncio
import json
import sys
import time

import numpy as np
from pfl.aggregate.simulate import SimulatedBackend
from pfl.algorithm.base import FederatedAlgorithm
from pfl.common_types import Population
from pfl.context import CentralContext
from pfl.data.dataset import Dataset
from pfl.data.federated_dataset import FederatedDataset
from pfl.internal.ops import numpy_ops
from pfl.internal.ops.selector import set_framework_module
from pfl.metrics import Metrics
from pfl.privacy.privacy_mechanism import CentrallyAppliedPrivacyMechanism, NormClippingOnly
from pfl.stats import MappedVectorStatistics


class Gradients(FederatedAlgorithm):
    """The mean gradient of each user's days at fixed weights; huber: the threshold, 0 for the logistic loss."""

    def __init__(self, weights, huber):
        super().__init__()
        self.weights, self.huber = weights, huber

    def simulate_one_user(self, model, user_dataset, central_context):
        X, y = user_dataset.raw_data
        score = X @ self.weights[:-1] + self.weights[-1]
        slope = np.clip(score - y, -self.huber, self.huber) if self.huber else 1.0 / (1.0 + np.exp(-score)) - y
        gradient = np.append(slope @ X, slope.sum()) / len(y)
        return MappedVectorStatistics({"gradient": gradient}), Metrics()

    def get_next_central_contexts(self, *arguments, **named):
        raise NotImplementedError

    def process_aggregated_statistics(self, *arguments, **named):
        raise NotImplementedError


def main(work, repeats):
    set_framework_module(numpy_ops)
    X, y, athletes = work["X"], work["y"], len(work["X"])
    users = iter(range(athletes * repeats))
    data = FederatedDataset(lambda user: Dataset((X[user], y[user]), user_id=str(user)), lambda: next(users) % athletes)
    clip = CentrallyAppliedPrivacyMechanism(NormClippingOnly(2.0, float(work["clip"])))
    backend = SimulatedBackend(training_data=data, val_data=data, postprocessors=[clip])
    algorithm = Gradients(work["weights"], float(work["huber"]))
    context = CentralContext(0, False, athletes, Population.TRAIN, None, None)
    seconds = []
    with asyncio.Runner() as loop:
        for _ in range(repeats):
            began = time.process_time()
            total, _ = loop.run(backend.async_gather_results(None, algorithm, central_context=context))
            seconds.append(time.process_time() - began)
    print(json.dumps({"seconds": seconds, "sum": total["gradient"].tolist()}))


if __name__ == "__main__":
    main(np.load(sys.argv[1]), int(sys.argv[2]))
