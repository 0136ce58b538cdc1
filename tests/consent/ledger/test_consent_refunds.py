"""Budget that comes back: booked and told at once, and in the public log only when the campaign closes."""

from audit.entries.details.league import CampaignClosed
from audit.entries.events import EventKind
from consent.grants.values import ConsentMethod
from policies.budget import rho_micro_per_round
from policies.vocabulary import AthleteId, OrgId
from tests.consent.league import World, opened

CLUB_A, LEAGUE = OrgId("club-a"), OrgId("league")
ROUND = rho_micro_per_round(5.0)


def test_the_entry_of_a_refund_waits_for_the_close_and_tells_all_that_came_back(world: World) -> None:
    one, two, _ = world.athletes["club-a"]
    for athlete in (one, two):
        world.take_part(athlete)
    campaign = world.store.register_campaign(LEAGUE, world.campaign())
    tokens = [token.token for token in world.store.issue_tokens(CLUB_A, campaign, [one, two]).tokens]
    world.store.commit_round(CLUB_A, campaign, 1, tokens)
    world.store.withdraw_all(one, method=ConsentMethod.PORTAL)
    before = refunds_of(world, one)

    world.store.append_event(LEAGUE, CampaignClosed(campaign=campaign))

    assert before == []
    assert refunds_of(world, one) == refunds_of(world, two) == [3 * ROUND]


def refunds_of(world: World, athlete: AthleteId) -> list[int]:
    """What the refund entries in this athlete's own part of the log say."""
    entries = [entry for entry in opened(world.service) if entry["kind"] == EventKind.BUDGET_REFUNDED]
    numbers = {look.number - 1 for look in world.store.looks(athlete).entries if look.kind == "budget_refunded"}
    return [entry["micro_rho"] for entry in entries if entry["number"] in numbers and entry["micro_rho"]]
