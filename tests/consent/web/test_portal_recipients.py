"""Whatever is registered and given: active grants, lines shown and working stop buttons are the same things."""

import contextlib
import random
import re
from datetime import timedelta
from typing import Any

import pytest

from consent.errors import ConsentError
from consent.grants.active import live_grants
from consent.grants.values import ConsentAnswer, ConsentMethod, MatrixCell
from consent.registry.values import OrgKind, SecondClub
from policies.grant import Recipient
from policies.signing import SigningKey
from policies.vocabulary import AthleteId, OrgId, Role
from tests.consent.portal_choices import portal

ATHLETE = AthleteId("ath-00000000000000a1")
KINDS = (OrgKind.LEAGUE, OrgKind.GOVERNING_BODY, OrgKind.CLUB)
CARD = re.compile(r'<input type="hidden" name="recipient" value="([^"]+)">')


def register(world: Any, chance: random.Random) -> None:
    """Register one organisation whose identifier may sort before or after every other one."""
    kind = chance.choice(KINDS)
    org = OrgId(f"{chance.choice('anz')}{chance.randrange(1 << 30):x}")
    name = chance.choice(["Coast League", f"Name {org}"])
    world.store.add_org(org, name=name, kind=kind, key=SigningKey.generate().verify_key)


def give(world: Any, chance: random.Random) -> None:
    """Give one random cell for a random time."""
    cells: list[MatrixCell] = [c for c in world.store.matrix(ATHLETE) if not c.never_rule and not c.by_release]
    cell = chance.choice(cells)
    ends = world.clock.now + timedelta(days=chance.choice([3, 40, 300]))
    portal(world.store).give(ATHLETE, cell.cell, granularity=cell.ceiling, ends=ends, method=ConsentMethod.PORTAL)


def approve(world: Any, chance: random.Random) -> None:
    """Approve one release of the durability band, if none was proposed before."""
    if not world.store.releases(ATHLETE):
        view = world.propose()
        portal(world.store).answer_release(
            ATHLETE, view.release_id, ConsentAnswer.YES, sha256=view.sha256, method=ConsentMethod.PORTAL
        )


def second(world: Any, chance: random.Random) -> None:
    """Be at a second club, or no longer."""
    clubs = [org.org_id for org in world.store.orgs() if org.kind is OrgKind.CLUB]
    until = chance.choice([None, world.clock.now + timedelta(days=chance.choice([2, 30]))])
    with contextlib.suppress(ConsentError):  # the own club, or a third one
        world.store.set_second_club(ATHLETE, SecondClub(chance.choice(clubs), 8, until))
    if chance.random() < 0.2:
        with contextlib.suppress(ConsentError):
            world.store.end_second_club(ATHLETE)


def pass_time(world: Any, chance: random.Random) -> None:
    """Let days pass, so that some grants end by themselves."""
    world.service.publish()
    world.clock.now += timedelta(days=chance.choice([1, 5]))


def active(world: Any) -> set[tuple[str, str]]:
    """What the decision point honours now: (category, "org.role"), read without the matrix."""
    with world.store.transactions.read() as tx:
        grants = live_grants(tx, [ATHLETE])
    found = {(cell.category.value, _key(cell.recipient)) for cell in grants}
    approved = [view for view in world.store.releases(ATHLETE) if view.state.is_valid_for_processing]
    return found | {("durability", _key(view.recipient)) for view in approved}


def _key(recipient: Recipient) -> str:
    return f"{recipient.org}.{recipient.role.value}"


@pytest.mark.parametrize("seed", range(6))
def test_active_grants_are_lines_shown_are_working_stop_buttons(world: Any, seed: int) -> None:
    chance = random.Random(seed)
    for step in chance.choices([register, give, approve, pass_time, second], weights=[4, 6, 1, 1, 2], k=20):
        step(world, chance)
    browser = world.browser()
    recipients = {key for _, key in active(world)}

    page = browser.get("/shared").text

    assert set(CARD.findall(page)) == recipients
    assert page.count('class="tag on"') == len(active(world))
    heads = re.findall(r'<th[^>]*scope="col"[^>]*>([^<]+)', page)
    assert len(set(heads)) == len(heads)
    for key in sorted(recipients):
        org, _, role = key.partition(".")
        assert browser.get(f"/shared/preview/{org}/{role}").status_code == 200
        stopped = browser.post("/shared/stop", {"csrf": browser.csrf(), "recipient": key})
        assert re.search("<h1>Sharing .*has stopped</h1>", stopped.text)
        assert key not in {left for _, left in active(world)}
    assert active(world) == set()
    assert "Nobody gets anything from you." in browser.get("/shared").text


def test_a_second_league_of_a_smaller_identifier_hides_nothing(world: Any) -> None:
    learning = next(
        c for c in world.store.matrix(ATHLETE) if c.recipient.role is Role.FL_AGGREGATOR and not c.never_rule
    )
    ends = world.clock.now + timedelta(days=100)
    portal(world.store).give(
        ATHLETE, learning.cell, granularity=learning.ceiling, ends=ends, method=ConsentMethod.PORTAL
    )
    key = SigningKey.generate().verify_key
    world.store.add_org(OrgId("a-league"), name="Another League", kind=OrgKind.LEAGUE, key=key)
    browser = world.browser()

    page, budget = browser.get("/shared").text, browser.get("/budget").text

    assert "One group gets something from you." in page
    assert "League learning of Coast League" in page
    assert "league learning of Another League" in page
    assert "Leave league learning of Coast League" in budget
    row = browser.get(f"/change/{learning.category.value}")
    stopped = browser.submit(row, f"/change/{learning.category.value}/stop").text
    assert re.search("<h1>Sharing your .* has stopped</h1>", stopped)
    assert active(world) == set()
