"""Records of a season at a node: each follows from the one before it in the same season, and nothing else passes."""

import json
from pathlib import Path
from typing import Any

import pytest

from client.errors import KeptOut
from client.league_models.chain import ModelChain
from client.league_models.parcel import read_parcel
from client.league_models.received import ReceivedModels
from client.league_models.season_starts import SeasonStarts
from models.registry import RECORD, WEIGHTS, read_folder, read_weights_file
from models.training.derivation import Derivation
from models.training.initial_weights import weights_sha256
from policies.campaign import CampaignManifest
from server.verify_model import CheckResult, VersionFiles, check_version, is_proven
from tests.client.league_models.test_chain import NOW, chain, held, league, resigned, send
from tests.published import LEAGUE, RECOVERY, League

__all__ = ["chain", "league"]


class Approved:
    """A club that has approved whatever the league asks."""

    league_keys = (LEAGUE.verify_key,)

    def approved(self, sha256: str) -> CampaignManifest:
        raise NotImplementedError


def starts(chain: ModelChain) -> SeasonStarts:
    return SeasonStarts(ReceivedModels(chain.directory, Approved(), chain.adopted, lambda: NOW))


def follows(folder: Path) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((folder / RECORD).read_bytes())["record"]["follows"]
    return body


def start_of(folder: Path) -> str:
    return weights_sha256(read_weights_file(read_folder(folder).weights).tolist())


def test_a_season_is_followed_exchange_by_exchange_and_found_by_its_number(league: League, chain: ModelChain) -> None:
    season = league.season()
    published = []
    for number in (1, 2, 3):
        assert starts(chain).published(season, number) is None
        published.append(league.publish_exchange(season, number))
        send(league, chain, published[-1])
        assert held(chain) == published[-1].name
        assert starts(chain).published(season, number) == start_of(published[-1])

    told = [Derivation.model_validate(follows(folder)) for folder in published]
    assert [one.exchange for one in told] == [1, 2, 3]
    assert [one.start_record for one in told] == [None, published[0].name, published[1].name]
    assert [read_folder(folder).signed.record.goes_back_to for folder in published] == [None] * 3


def test_a_node_that_was_away_finds_every_exchange_in_the_next_parcel(league: League, chain: ModelChain) -> None:
    season = league.season()
    published = [league.publish_exchange(season, number) for number in (1, 2)]

    send(league, chain, published[-1])

    assert [starts(chain).published(season, number) for number in (1, 2)] == [start_of(one) for one in published]


def test_what_stands_between_two_exchanges_changes_nothing(league: League, chain: ModelChain) -> None:
    season = league.season()
    first = league.publish_exchange(season, 1)
    league.publish()
    back = league.registry.keep_return(league.registry.returning_to(first.name))
    league.days += 1
    league.registry.publish(back, b"{}")
    other = league.season()
    league.publish_exchange(other, 1, seed=5)
    second = league.publish_exchange(season, 2)

    send(league, chain, second)

    assert follows(second)["start_record"] == first.name
    assert starts(chain).published(season, 1) == start_of(first)
    assert starts(chain).published(season, 2) == start_of(second)
    assert starts(chain).published(other, 1) not in (None, start_of(first))
    assert starts(chain).published(other, 2) is None


@pytest.mark.parametrize("what", ["sum", "posterior", "start", "exchange", "older", "other season", "no record"])
def test_a_record_whose_weights_do_not_follow_is_kept_out(league: League, chain: ModelChain, what: str) -> None:
    season = league.season()
    other = league.publish_exchange(league.season(exchanges=2), 1, seed=9)
    first, second = (league.publish_exchange(season, number) for number in (1, 2))
    third = league.publish_exchange(season, 3)
    body = follows(third)
    total = body["sums"][0]
    changes: dict[str, dict[str, Any]] = {
        "sum": {"sums": [[str(int(total[0]) + 1), *total[1:]]]},
        "posterior": {"posterior": follows(second)["posterior"]},
        "start": {"start": start_of(first)},
        "exchange": {"exchange": 2},
        "older": {"start_record": first.name},
        "other season": {"start_record": other.name},
        "no record": {"start_record": None},
    }
    spoilt = resigned(third, follows=body | changes[what])
    assert spoilt.name != third.name

    with pytest.raises(KeptOut):
        send(league, chain, spoilt)

    assert held(chain) is None
    assert starts(chain).published(season, 3) is None


def test_a_record_in_the_middle_with_a_changed_sum_stops_what_follows(league: League, chain: ModelChain) -> None:
    season = league.season()
    first = league.publish_exchange(season, 1)
    body = follows(first)
    total = body["sums"][0]
    spoilt = resigned(first, follows=body | {"sums": [[str(int(total[0]) + 1), *total[1:]]]})
    (league.folder / f"{RECOVERY}.latest").write_text(spoilt.name)
    second = league.publish_exchange(season, 2)

    with pytest.raises(KeptOut):
        send(league, chain, second)

    assert starts(chain).published(season, 1) is None


def test_a_record_that_was_changed_on_disk_is_no_start(league: League, chain: ModelChain) -> None:
    season = league.season()
    first = league.publish_exchange(season, 1)
    send(league, chain, first)
    weights = chain.directory / first.name / WEIGHTS

    kept = weights.read_bytes()
    weights.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))

    assert starts(chain).published(season, 1) is None
    weights.write_bytes(kept)
    assert starts(chain).published(season, 1) == start_of(first)


def test_of_two_records_of_one_exchange_the_first_counts(league: League, chain: ModelChain) -> None:
    season = league.season()
    first = league.publish_exchange(season, 1)
    send(league, chain, first)
    again = league.publish_exchange(season, 1, seed=3)
    send(league, chain, again)

    assert held(chain) == again.name
    assert start_of(again) != start_of(first)
    assert starts(chain).published(season, 1) == start_of(first)


def test_anybody_verifies_an_exchange_from_the_folders_beside_it(league: League, tmp_path: Path) -> None:
    season = league.season()
    published = [league.publish_exchange(season, number) for number in (1, 2, 3)]

    checks = check_version(VersionFiles(published[2]), [LEAGUE.verify_key])

    assert is_proven(checks)
    assert {check.result for check in checks} == {CheckResult.PROVEN}
    published[0].rename(tmp_path / "elsewhere")
    weights = next(one for one in check_version(VersionFiles(published[2])) if one.name == "weights")
    assert weights.result is CheckResult.NOT_CHECKED
    assert published[0].name[:12] in weights.detail


def test_a_card_counts_the_exchanges_that_it_follows_from(league: League) -> None:
    season = league.season()
    cards = [json.loads(read_folder(league.publish_exchange(season, number)).card) for number in (1, 2, 3)]

    assert [card["rounds"] for card in cards] == [1, 2, 3]
    assert [card["rho_micro"] for card in cards] == [number * cards[0]["rho_micro"] for number in (1, 2, 3)]
    assert cards[0]["epsilon_proved"] < cards[1]["epsilon_proved"] < cards[2]["epsilon_proved"]


def test_a_parcel_is_read_as_it_was_sent(league: League) -> None:
    season = league.season()
    first, second = (league.publish_exchange(season, number) for number in (1, 2))

    parcel = read_parcel(league.registry.parcel(second.name))

    assert [one.record.sha256 for one in (*parcel.before, parcel.newest)] == [first.name, second.name]
