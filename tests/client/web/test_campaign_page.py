"""A campaign's page says in plain words what its manifest says, and what the club has decided about it."""

import re
from pathlib import Path
from typing import Any

import pytest

from client.campaigns.known_campaigns import known_campaigns
from client.commands.deciding.campaigns import describe
from client.federation.decided.decisions import Against
from client.federation.journal import RoundJournal
from client.league_models.chain import ModelChain
from client.league_models.parcel import read_parcel
from client.settings import NodeSettings
from policies.campaign import SignedManifest
from policies.campaigns.cost import cost_of
from tests.client.web.shown_campaigns import linked, shown, shown_evidence
from tests.published import LEAGUE, League

RISK = "risk-logistic-1"


@pytest.fixture
def settings(settings: NodeSettings) -> NodeSettings:
    return linked(settings)


@pytest.fixture
def asked(settings: NodeSettings, clock: Any) -> SignedManifest:
    return shown(settings, clock())


def page_of(context: Any, signed: SignedManifest) -> str:
    answer = context.http.get(f"/campaigns/{signed.manifest.sha256}")
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def test_a_campaign_that_waits_is_listed_and_its_page_says_what_it_asks_and_costs(
    context: Any, asked: SignedManifest
) -> None:
    listed, page = context.http.get("/model").text, page_of(context, asked)

    assert f'href="/campaigns/{asked.manifest.sha256}"' in listed
    assert "Waits for the club" in listed
    cost = cost_of(asked.manifest)
    assert "Let our node take part in “recovery-winter”?" in page
    assert f"This campaign: ε {cost.epsilon:.2f}" in page
    assert f"A year, at most {cost.in_a_year} like this: ε {cost.year_epsilon:.2f}" in page
    assert "61: sums are divided by it, whoever takes part" in page
    assert "Three noisy numbers, once" in page.replace("<strong>", "").replace("</strong>", "")
    assert f"moves the answer by more than {asked.manifest.clip_norm:g}" in page
    assert re.search(r"<li>league</li>\s*<li>union</li>", page)
    assert "campaign approve" in page


def test_how_many_fit_a_year_is_left_out_where_nobody_could_plan_so_many(
    context: Any, settings: NodeSettings, clock: Any
) -> None:
    signed = shown(settings, clock(), epsilon=0.1)
    page, cost = page_of(context, signed), cost_of(signed.manifest)

    assert cost.in_a_year > 12
    assert f"A year, all like this together: ε {cost.year_epsilon:.2f} at most" in page
    assert str(cost.in_a_year) not in page
    assert str(cost.most_in_a_life) not in page
    assert "A year" not in dict(describe(signed.manifest, settings))


def test_a_campaign_of_rounds_says_so(context: Any, settings: NodeSettings, clock: Any) -> None:
    page = page_of(context, shown(settings, clock(), rounds=8))

    assert "One list of noisy numbers in each of eight rounds" in page
    assert "8. Each node answers each of them once; a repeated question gets the same bytes" in page


def test_who_sees_a_clubs_sum_is_said_with_and_without_masks(
    context: Any, settings: NodeSettings, clock: Any, asked: SignedManifest
) -> None:
    masked = page_of(context, shown(settings, clock(), masking="secagg-1"))
    plain = page_of(context, asked)

    assert "Each node sends noisy sums and nothing else." in plain
    assert "Each club’s sum with that club’s full noise in it" in plain
    assert "None: the league sees each club&#39;s noisy sum" in plain
    assert "noisy sums under masks, with the masks’ keys and shares, and nothing else." in masked
    assert "The sum over all clubs, with the full noise of each in it" in masked
    assert "Each club’s sum with that club’s full noise in it" not in masked
    assert "a club opens it where the sum of all is too large to be honest" in masked


def test_an_approved_campaign_says_how_it_is_stopped_and_a_revoked_one_that_nothing_runs(
    context: Any, settings: NodeSettings, clock: Any, asked: SignedManifest
) -> None:
    known = known_campaigns(settings)
    known.approvals.approve(asked, settings.node_key(), now=clock())
    approved = page_of(context, asked)
    known.decisions.keep(asked, Against.REVOKED, settings.node_key(), now=clock())
    revoked = page_of(context, asked)

    assert "Our club approved “recovery-winter”" in approved
    assert "campaign revoke" in approved
    assert "Our club revoked its approval" in revoked
    assert "No message of it is answered here" in revoked
    assert "may have closed it early" in approved
    assert "may have closed it early" not in revoked
    assert "campaign revoke" not in revoked
    assert "campaign approve" not in revoked


def test_what_was_answered_before_a_revocation_is_not_said_to_cost_nothing(
    context: Any, settings: NodeSettings, clock: Any, asked: SignedManifest
) -> None:
    known = known_campaigns(settings)
    known.approvals.approve(asked, settings.node_key(), now=clock())
    journal = RoundJournal(settings.journal_path)
    journal.record(asked.manifest.sha256, 1, b"asked", b"answered", clock())
    journal.close()

    known.decisions.keep(asked, Against.REVOKED, settings.node_key(), now=clock())
    revoked = page_of(context, asked)

    assert "No further message of it is answered here" in revoked
    assert "no athlete’s budget is reserved or used for it" not in revoked


def test_a_campaign_of_before_that_the_league_alone_signed_is_shown_as_one_that_does_not_count(
    context: Any, settings: NodeSettings, clock: Any, asked: SignedManifest
) -> None:
    known_campaigns(settings).approvals.approve(asked, settings.node_key(), now=clock())
    approval = settings.approved / f"{asked.manifest.sha256}.json"
    alone = asked.model_copy(update={"signatures": asked.signatures[:1]})
    approval.write_text(approval.read_text().replace(asked.signatures[1].signature, "0" * 128))
    (settings.shown_campaigns / f"{asked.manifest.sha256}.json").write_text(alone.model_dump_json())

    page = page_of(context, asked)

    assert "cannot run here" in page
    assert "second signature" in page


def test_a_campaign_that_this_node_was_not_shown_does_not_exist(context: Any, consent: Any) -> None:
    told = len(consent.events)

    for name in ("0" * 64, "..%2Fkeys", "recovery-winter"):
        assert context.http.get(f"/campaigns/{name}").status_code == 404
    assert len(consent.events) == told


def test_the_page_is_the_same_whoever_shares(context: Any, consent: Any, asked: SignedManifest) -> None:
    with_all = page_of(context, asked)
    consent.granted.clear()

    assert page_of(context, asked) == with_all


def test_a_campaign_for_evidence_says_that_it_judges_and_teaches_nothing(
    context: Any, settings: NodeSettings, clock: Any, tmp_path: Path
) -> None:
    league = League(tmp_path / "the-league")
    model = league.publish(model=RISK)
    ModelChain(settings.received, (LEAGUE.verify_key,)).take(
        read_parcel(league.registry.parcel(model.name)), now=clock()
    )
    asked = shown_evidence(settings, clock(), league.registry)

    page = page_of(context, asked).replace("<strong>", "").replace("</strong>", "")

    assert f"It would judge the published model {model.name[:12]} for injury in the next seven days" in page
    assert "teaches nothing" in page
    assert "would teach" not in page
    assert "how many pairs of days were ordered rightly, and no day and no injury" in page
    assert "61: no squad list may be longer" in page
    assert "Signed evidence on the model" in page
    assert "same evidence" in page
    rows = dict(describe(asked.manifest, settings))
    assert "Learns from" not in rows
    assert rows["Method"].startswith(f"three numbers, asked once: how many pairs of days the model {model.name[:16]}")
