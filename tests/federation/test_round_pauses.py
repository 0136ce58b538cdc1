"""How long the coordinator pauses: between questions to clubs that have not answered, and between two campaigns."""

import itertools
import threading

from models.training.recipes import exchange_recipe
from models.training.simulation import simulated_manifest
from server.federation import campaigns
from server.federation.rounds import ATTEMPTS, Training
from server.store import CampaignState
from tests.federation.test_campaign_end_to_end import clubs, open_with, world
from tests.waiting import HANG_S, wait_until

__all__ = ["clubs", "world"]


class Pauses:
    """A stop that is never set, and notes how long was waited for it."""

    def __init__(self):
        self.waited = []

    def is_set(self):
        return False

    def wait(self, seconds):
        self.waited.append(seconds)
        return False


def pauses(number, attempts):
    manifest, noted = simulated_manifest(exchange_recipe("recovery-linear-1", athletes=40, clubs=2), 2), Pauses()
    training = Training(manifest=manifest, nodes={}, reporting=None, stop=noted, wait_s=1e9)
    asked = list(itertools.islice(training._attempts(number), attempts))
    return noted.waited, len(asked)


def test_a_club_that_approves_is_asked_within_a_part_of_the_time_that_it_took():
    waited, asked = pauses(1, 5_000)

    assert asked == 5_000
    assert max(waited) == 2.0
    elapsed = [0.0, *itertools.accumulate(waited)]
    assert all(pause <= 0.06 + 0.25 * since for pause, since in zip(waited, elapsed, strict=False))
    assert sum(pause == 2.0 for pause in waited) > 4_900  # a club that takes days is not asked all the time


def test_later_rounds_ask_a_few_times_over_some_seconds():
    waited, asked = pauses(2, 100)

    assert (asked, waited) == (ATTEMPTS, [0.5, 1.0, 2.0, 2.0])


def test_a_campaign_that_is_started_while_the_worker_rests_is_begun_at_once(
    world, clubs, league_key, key_line, monkeypatch
):
    monkeypatch.setattr(campaigns, "IDLE_S", 100 * HANG_S)
    resting = threading.Event()
    monkeypatch.setattr(campaigns.CampaignWorker, "deliver_missed", lambda _worker: resting.set())
    worker = threading.Thread(target=world.run)
    worker.start()
    assert resting.wait(HANG_S)

    campaign = open_with(world, clubs, league_key, key_line)

    wait_until(lambda: world.store.campaign(campaign.sha256).state is not CampaignState.OPEN)
    world.stop.set()
    worker.join(HANG_S)
    assert not worker.is_alive()
