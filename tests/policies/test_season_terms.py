"""Seasons in a manifest: their windows, their price, and that whatever is no season keeps the bytes that it had."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from pydantic import ValidationError

from policies.budget import BUDGET_DELTA, epsilon_proved, rho_micro_per_round, sigma_for
from policies.campaign import CampaignManifest, SignedManifest, parse_signed_manifest
from policies.campaigns.cost import cost_of, terms_as_json, terms_in_words
from policies.campaigns.season_cost import season_as_json, season_cost
from policies.campaigns.season_line import SEASON
from policies.campaigns.season_windows import rounds_left, season_of, window, window_problem
from policies.signing import SigningKey
from policies.snapshot import CLOCK_TOLERANCE
from policies.terms.season import SeasonTerms
from policies.terms.season_length import LONGEST_SEASON
from tests.policies.test_campaign_manifest import EXCHANGE, manifest

OPENS = datetime(2026, 11, 24, 8, tzinfo=UTC)
WEEKS, OPEN_FOR = timedelta(weeks=16), timedelta(days=28)
TERMS = {"exchanges": 3, "every_days": 112, "drift": "1/10"}
TICK = timedelta(microseconds=1)


def season(**changes: object) -> CampaignManifest:
    """Three exchanges at ε = 1, sixteen weeks apart, each open for four weeks."""
    terms = TERMS | {name: changes.pop(name) for name in list(changes) if name in TERMS}
    exchanges = int(str(terms["exchanges"]))
    every = timedelta(days=int(str(terms["every_days"])))
    values: dict[str, object] = {
        "rounds": exchanges,
        "noise_multiplier": sigma_for(1.0, 1, 1e-6),
        "exchange": {"artefacts": "d" * 64, "axes": 3, "season": terms},
        "opens": OPENS,
        "expires": OPENS + (exchanges - 1) * every + OPEN_FOR,
    }
    return manifest(**EXCHANGE | values | changes)


def test_what_is_no_season_has_the_bytes_that_it_had_before_there_were_any() -> None:
    once = manifest(**EXCHANGE)

    assert once.sha256 == "54f4d3c5561d9ac32d4dfe719414a5f1ea8cb3097f96e2c760f63a85401a4463"
    assert manifest().sha256 == "b7b620de467743c379e58dc6dfb18a0b2635ae92fdfd710630408ddd37fbd9d8"
    assert b"season" not in once.canonical()
    assert "season" not in SignedManifest.create(once, SigningKey.generate()).as_json()["manifest"]["exchange"]


def test_a_season_is_signed_with_its_terms_and_read_back() -> None:
    key = SigningKey.generate()
    signed = SignedManifest.create(season(), key)

    read = parse_signed_manifest(signed.model_dump_json().encode()).verify(key.verify_key)

    assert season_of(read) == SeasonTerms(exchanges=3, every_days=112, drift="1/10")
    assert read.sha256 == signed.manifest.sha256
    others = [season(exchanges=2), season(every_days=84), season(drift="1/20")]
    assert len({one.sha256 for one in (*others, read)}) == 4


@pytest.mark.parametrize(
    "changes",
    [
        {"rounds": 1},
        {"rounds": 2},
        {"learning_rate": 0.5},
        {"exchanges": 1},
        {"exchanges": 17, "every_days": 20},
        {"every_days": 0},
        {"every_days": 27},  # shorter than each exchange is open
        {"every_days": 182},  # the third would end after 365 days
        {"expires": OPENS + 2 * WEEKS},
        {"expires": OPENS + LONGEST_SEASON + TICK},
        *({"drift": drift} for drift in ("2/20", "0.1", "11/10", "1/0", "01/10", "-1/10", "1", "0/2", 0.1)),
    ],
)
def test_what_no_season_can_be_is_no_manifest(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        season(**changes)


@pytest.mark.parametrize(("text", "share"), [("0/1", 0), ("1/10", Fraction(1, 10)), ("1/1", 1)])
def test_a_drift_is_an_exact_fraction(text: str, share: Fraction) -> None:
    found = season_of(season(drift=text))

    assert found is not None
    assert found.drift_share == share


def test_each_exchange_is_open_as_long_as_the_last_and_nothing_is_asked_in_between() -> None:
    made = season()

    for number, opens in ((1, OPENS), (2, OPENS + WEEKS), (3, OPENS + 2 * WEEKS)):
        assert window(made, number) == (opens, opens + OPEN_FOR)
        assert window_problem(made, number, opens - CLOCK_TOLERANCE) is None
        assert window_problem(made, number, opens + OPEN_FOR - TICK) is None
        early = window_problem(made, number, opens - CLOCK_TOLERANCE - TICK)
        late = window_problem(made, number, opens + OPEN_FOR)
        assert early == f"exchange {number} of 3 opens on {opens:%Y-%m-%d} 08:00 UTC and is not asked before"
        assert (
            late == f"exchange {number} of 3 ended on {opens + OPEN_FOR:%Y-%m-%d} 08:00 UTC and is not asked any more"
        )
    assert window(made, 3)[1] == made.expires


def test_what_is_left_falls_as_windows_end() -> None:
    made = season()

    ends = [OPENS + at for at in (OPEN_FOR, WEEKS + OPEN_FOR, 2 * WEEKS + OPEN_FOR)]

    assert [rounds_left(made, OPENS), *(rounds_left(made, end) for end in ends)] == [3, 2, 1, 0]
    assert rounds_left(made, ends[0] - TICK) == 3


def test_any_other_campaign_has_no_windows_of_its_own() -> None:
    made = manifest()

    assert window(made, 2) == (made.opens, made.expires)
    assert window_problem(made, 2, made.expires + SEASON) is None
    assert rounds_left(made, made.expires + SEASON) == made.rounds
    assert (season_cost(made), season_as_json(made)) == (None, None)


def test_the_price_is_that_of_each_exchange_and_of_all() -> None:
    cost, each = season_cost(season()), rho_micro_per_round(sigma_for(1.0, 1, 1e-6))

    assert cost is not None
    assert (cost.booked_each, cost.booked) == (1.0, 1.81)
    assert epsilon_proved(3 * each, BUDGET_DELTA) == pytest.approx(1.81, abs=0.01)
    whole = cost_of(season())
    assert whole.micro_rho == 3 * each
    assert cost.epsilon_each < cost.booked_each
    assert cost.epsilon_each < whole.epsilon < cost.booked


def test_a_season_in_words_names_its_dates_and_its_price() -> None:
    rows, told = dict(terms_in_words(season())), terms_as_json(season())["season"]

    assert rows["Asks"] == "3 exchanges on 3 public axes (k), 112 days apart"
    assert "2: 2027-03-16 to 2027-04-13; 3: 2027-07-06 to 2027-08-03" in rows["Exchanges"]
    assert rows["In the ledger"] == "3 exchanges of ε 1.00 make ε 1.81 of the cap of ε 2.00 in 365 days"
    assert (told["exchanges"], told["drift"], told["booked"]) == (3, "1/10", 1.81)
    assert told["windows"][1] == {"opens": "2027-03-16T08:00:00+00:00", "closes": "2027-04-13T08:00:00+00:00"}
