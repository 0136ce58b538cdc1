"""One light for every reader, from all that the node holds: a page tells of each kind only what its own grant shows."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from client.biometrics.observations import Observation, observe
from client.biometrics.streams import SPECS, Stream
from client.coaching.domains import TRAITS
from client.coaching.light.at_home import LIGHT_CATEGORIES, leave_out
from client.errors import BadOwnSetting
from client.settings import NodeSettings
from client.vault.store import Vault
from client.web import text
from policies.vocabulary import AthleteId, Category, Granularity, Role
from tests.client.web.conftest import NOW, SOURCE, TIRED, WELL, Clock, readings
from tests.client.web.home_light import Levels, Node, node_of
from tests.scale import scaled

DAILY, INDEX, BAND = Granularity.DAILY, Granularity.INDEX, Granularity.BAND
SHARED = (Category.HEART, Category.SLEEP, Category.WELLNESS, Category.TESTS, Category.TRAINING_LOAD, Category.INJURY)
LIGHT = r'<span class="light (\w+)"'
SEEDS = range(scaled(4))
PEOPLE = {seed: AthleteId(f"ath-{seed:016x}") for seed in SEEDS}


def history(seed: int) -> list[Observation]:
    """Weeks of readings of which some kinds are missing, with jump tests; the last days are worse for some."""
    chance = random.Random(seed)
    found = readings(chance.choice([30, 50]), seed=seed, tired_days=chance.choice([0, 1, 2, 4]))
    for back in range(0, 45, 3):
        height = 38 + chance.random() - (6 if chance.random() < 0.2 else 0)
        found.append(observe(Stream.JUMP_HEIGHT_CM, NOW - timedelta(days=back), height, SOURCE))
    gone = chance.sample(sorted(LIGHT_CATEGORIES), chance.choice([0, 0, 1, 2]))
    return [one for one in found if SPECS[one.stream].category not in gone or chance.random() < 0.3]


def fill(vault: Vault) -> None:
    for seed, who in PEOPLE.items():
        vault.add_athlete(who, f"Person {seed}", shirt_no=seed + 1)
        vault.add(who, history(seed))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def node(settings: NodeSettings, tmp_path: Path, clock: Clock) -> Iterator[Node]:
    with node_of(settings, fill, tmp_path, clock=clock) as opened:
        opened.consent.enrolled = set(PEOPLE.values())
        yield opened


def random_levels(chance: random.Random, readiness: Granularity) -> dict[Category, Granularity]:
    return {Category.READINESS: readiness} | {one: DAILY for one in SHARED if chance.random() < 0.6}


def without(levels: Levels, gone: Category) -> Levels:
    return {what: level for what, level in levels.items() if what is not gone}


FRAME = re.compile(
    "^(Source Against own usual Measured Points Yesterday|This morning alone|Source This morning alone, in steps"
    "|Values of this morning alone.*|No source has enough days for points this morning.|Measurements"
    "|Not in this list this morning|.*“Less volume” needs 2 points.*)$"
)
"""Frames of lists: they stand while their list has a row."""
CHARTED = {
    Category.HEART: "variability|Variability|rest",
    Category.SLEEP: "[Nn]ight|[Ss]leep",
    Category.WELLNESS: "(?!)",
    Category.TESTS: "(?!)",
}


def blocks(page: str) -> Counter[str]:
    """Every paragraph, row, line and heading of a page, as text; a chart is one block."""
    charts = re.findall(r"<figure.*?</figure>", page, re.S)
    rest = re.sub(r"<figure.*?</figure>", "", page, flags=re.S)
    rest = re.sub(r"</dt>\s*<dd>", " ", rest)
    found = re.findall(r"<(tr|li|p|h1|h2|h3|dt|summary)\b[^>]*>(.*?)</(?:\1|dd)>", rest, re.S)
    texts = [re.sub(r"<[^>]+>", " ", inside) for _, inside in found] + charts
    return Counter(" ".join(one.split()) for one in texts)


def is_own(block: str, gone: Category) -> bool:
    """True for what is about one category alone, and for the frame of a list that may have lost its only row."""
    labels = [trait.label for trait in TRAITS.values() if trait.category is gone]
    names = [*labels, text.CATEGORY_WORDS[gone].capitalize()]
    if block.startswith("<figure"):
        return re.search(CHARTED[gone], block) is not None
    return block.startswith(tuple(names)) or FRAME.match(block) is not None


@pytest.mark.parametrize("gone", sorted(LIGHT_CATEGORIES))
@pytest.mark.parametrize("role", [Role.COACH, Role.MEDICAL])
def test_who_withdraws_a_category_takes_its_own_panel_away_and_nothing_else(
    node: Node, role: Role, gone: Category
) -> None:
    node.as_role(role)
    for seed, who in PEOPLE.items():
        chance = random.Random(f"{seed} {gone} {role}")
        readiness = chance.choice([BAND, INDEX, DAILY] if role is Role.MEDICAL else [BAND, INDEX])
        levels = random_levels(chance, readiness) | {gone: DAILY}
        node.consent.share(who, levels)
        before = node.look("/board"), node.look(f"/athletes/{who}")

        node.consent.share(who, without(levels, gone))
        after = node.look("/board"), node.look(f"/athletes/{who}")

        assert after[0] == before[0]
        shown, left = blocks(before[1]), blocks(after[1])
        assert [one for one in shown - left if not is_own(one, gone)] == []
        assert [one for one in left - shown if not is_own(one, gone)] == []
        rows = [one for one in left if is_own(one, gone) and not FRAME.match(one)]
        assert rows == [f"{text.CATEGORY_WORDS[gone].capitalize()} nothing recorded"]


def lights(board: str) -> dict[str, str]:
    """The light of everybody on the board, by id."""
    rows = re.findall(r'<li id="a-([^"]+)">(.*?)</li>', board, re.S)
    return {who: re.findall(LIGHT, row)[0] for who, row in rows}


def test_every_reader_sees_the_same_light_whatever_else_is_shared(node: Node) -> None:
    seen = []
    for number in range(4):
        role = (Role.COACH, Role.MEDICAL)[number % 2]
        node.as_role(role)
        for seed, who in PEOPLE.items():
            chance = random.Random(f"{seed} {number}")
            finest = [BAND, INDEX, DAILY] if role is Role.MEDICAL else [BAND, INDEX]
            node.consent.share(who, random_levels(chance, chance.choice(finest)) | {Category.INJURY: DAILY})
        board = node.look("/board")
        seen.append(lights(board))
        pages = {who: re.findall(LIGHT, node.look(f"/athletes/{who}"))[0] for who in PEOPLE.values()}
        assert pages == seen[-1]

    assert all(one == seen[0] for one in seen)
    assert len(seen[0]) == len(PEOPLE)
    assert {"rest", "ready"} & set(seen[0].values())


FIGURES = re.compile(r"of 100 of own days|\(Z |\d+ points?|Share of Z|\d independent|weighs? \d")


@pytest.mark.parametrize("readiness", [BAND, INDEX])
def test_readiness_alone_is_a_light_and_no_figure_kind_or_source(node: Node, readiness: Granularity) -> None:
    for who in PEOPLE.values():
        node.consent.share(who, {Category.READINESS: readiness})

        page = node.look(f"/athletes/{who}")
        told = page.partition('id="e">Evidence')[2].partition("</section>")[0].replace(text.LIGHT_NEEDS, "")

        assert not FIGURES.search(told.partition("“Less volume”")[0])
        for trait in TRAITS.values():
            assert trait.label not in told
        because = re.findall(r"<dt>Because</dt>\s*<dd>(.*?)</dd>", page, re.S)
        assert not any(re.search(r"\d|kind", one) for one in because)


def test_at_the_light_alone_nothing_follows_from_it(node: Node) -> None:
    who = next(one for one in PEOPLE.values() if _proposes(node, one))

    node.consent.share(who, {Category.READINESS: BAND})
    page, board = node.look(f"/athletes/{who}"), node.look("/board")

    assert lights(board)[who] == re.findall(LIGHT, page)[0]
    assert "Proposed change" not in page
    assert "Yesterday</dt>" not in page
    assert {
        q.granularity for _, _, asked in node.consent.asked[-2:] for q in asked if q.category is Category.READINESS
    } >= {BAND}


def _proposes(node: Node, who: AthleteId) -> bool:
    node.consent.share(who, {Category.READINESS: INDEX})
    return "The light was" in node.look(f"/athletes/{who}")


def test_a_grant_of_before_the_notice_shows_the_light_of_what_is_shared(node: Node) -> None:
    who = next(who for who, light in _seen(node).items() if light != "unknown")

    node.consent.notice = "2026-11"
    assert lights(node.look("/board"))[who] == "unknown"
    node.consent.notice = "2031-01"  # one that this node does not know means no more than the first did
    assert lights(node.look("/board"))[who] == "unknown"


def _seen(node: Node) -> dict[str, str]:
    for one in PEOPLE.values():
        node.consent.share(one, {Category.READINESS: INDEX})
    return lights(node.look("/board"))


def test_without_a_grant_nothing_of_the_light_is_shown(node: Node) -> None:
    assert set(_seen(node).values()) != {"unknown"}

    for who in PEOPLE.values():
        node.consent.share(who, dict.fromkeys(SHARED, DAILY))  # a freeze leaves not even these

    assert set(lights(node.look("/board")).values()) == {"unknown"}


def test_what_is_left_out_counts_from_the_next_morning_and_is_shown_to_nobody(node: Node, clock: Clock) -> None:
    who = next(who for who, light in _seen(node).items() if light != "unknown")
    athlete = AthleteId(who)
    node.consent.share(athlete, {Category.READINESS: INDEX} | dict.fromkeys(SHARED, DAILY))
    before = node.look("/board"), node.look(f"/athletes/{who}")

    leave_out(node.vault, athlete, LIGHT_CATEGORIES - {Category.SLEEP}, today=clock().date())

    assert (node.look("/board"), node.look(f"/athletes/{who}")) == before
    clock.at += timedelta(days=1)
    node.as_role(Role.COACH)
    assert lights(node.look("/board"))[who] == "unknown"
    left = node.look(f"/athletes/{who}")
    assert "left out" not in left
    assert "Morning answers" in left  # what is shared is shown as before
    leave_out(node.vault, athlete, (), today=clock().date())
    clock.at += timedelta(days=1)
    node.as_role(Role.COACH)
    assert lights(node.look("/board"))[who] != "unknown"


def test_only_what_a_light_is_made_of_can_be_left_out(node: Node) -> None:
    with pytest.raises(BadOwnSetting, match="no light is computed of injury"):
        leave_out(node.vault, PEOPLE[0], [Category.INJURY], today=NOW.date())


@pytest.mark.parametrize("who", [WELL, TIRED])
def test_whom_the_node_does_not_hold_has_no_light(node: Node, who: AthleteId) -> None:
    node.consent.share(who, {Category.READINESS: INDEX})

    assert who not in lights(node.look("/board"))
