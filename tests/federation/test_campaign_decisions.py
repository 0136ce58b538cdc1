"""A club approves, rejects and revokes at its node's terminal, before the real consent service and its ledger."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, select

import client.cli
import server.cli
from audit.entries.details.clubs import CampaignRefused
from audit.entries.details.codes import CampaignRefusal
from audit.entries.events import EventKind
from client.campaigns.known_campaigns import known_campaigns
from client.errors import CampaignTurnedDown, ClientError, NotApproved
from client.federation.decided.decisions import DecisionFile
from client.federation.identity import approvals_of
from client.federation.journal import RoundJournal
from client.settings import change_settings, load_settings
from consent.errors import NotAllowed
from consent.ledger.ledger import Movement
from consent.storage.rows import LedgerRow
from policies.campaign import parse_signed_manifest
from policies.signing import SigningKey
from policies.vocabulary import Category, OrgId, Role
from tests.privacy.programs import Programs, node_added, set_up


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programs]:
    made = set_up(tmp_path, monkeypatch)
    node_added(made)
    yield made
    made.world.service.close()


def states(programs: Programs) -> dict[str, str]:
    listed = json.loads(programs.done(client.cli.app, "campaign", "list", programs.node, "--json").stdout)
    return {one["campaign_id"]: one["state"] for one in listed["campaigns"]}


def hash_of(manifest: Path) -> str:
    return parse_signed_manifest(manifest.read_bytes()).manifest.sha256


def test_a_campaign_is_shown_then_approved_then_revoked_and_that_is_kept_and_signed(programs: Programs) -> None:
    manifest = programs.opened_campaign()
    name, settings = parse_signed_manifest(manifest.read_bytes()).manifest.campaign_id, load_settings(programs.node)

    programs.done(client.cli.app, "campaign", "show", programs.node, manifest)
    waiting = states(programs)
    programs.done(client.cli.app, "campaign", "approve", programs.node, name, "--yes")
    approved, listed = states(programs), programs.done(client.cli.app, "campaign", "list", programs.node).stdout
    asked = programs.done(client.cli.app, "campaign", "show", programs.node, name).stdout
    journal = RoundJournal(settings.journal_path)
    journal.record(hash_of(manifest), 1, b"asked", b"answered", programs.world.clock())
    journal.close()
    answered = programs.done(client.cli.app, "campaign", "list", programs.node).stdout
    for command in (["list", programs.node], ["show", programs.node, "CAMPAIGN"]):
        words = [hash_of(manifest) if word == "CAMPAIGN" else word for word in command]
        told = json.loads(programs.done(client.cli.app, "campaign", *words, "--json").stdout)
        assert "answered" in [one["state"] for one in told.get("campaigns", [told])]
    revoked = programs.done(client.cli.app, "campaign", "revoke", programs.node, name, "--yes")
    again = programs.run(client.cli.app, "campaign", "approve", programs.node, manifest, "--yes")

    assert (waiting, approved, states(programs)) == ({name: "waiting"}, {name: "approved"}, {name: "revoked"})
    assert isinstance(again.exception, CampaignTurnedDown)
    for said in (listed, asked):
        assert "The league may have closed it early; this node has not been told so." in " ".join(said.split())
    assert " answered " in answered
    assert "may have closed it" not in answered
    assert "nobody pays anything further for it" in " ".join(revoked.stdout.split())
    (file,) = (programs.node / "decided").glob("*.json")
    kept = DecisionFile.model_validate_json(file.read_bytes())
    settings.node_key().verify_key.verify(kept.statement(), bytes.fromhex(kept.signature))
    assert kept.signed == parse_signed_manifest(manifest.read_bytes())
    with pytest.raises(CampaignTurnedDown):
        approvals_of(settings).get(hash_of(manifest), now=programs.world.clock.now)


def test_approving_again_asks_and_logs_and_changes_nothing(programs: Programs) -> None:
    manifest = programs.opened_campaign()
    first, _ = programs.new_acts(
        lambda: programs.done(client.cli.app, "campaign", "approve", programs.node, manifest, "--yes")
    )
    (file,) = load_settings(programs.node).approved.glob("*.json")
    kept = file.read_bytes()

    again, answer = programs.new_acts(
        lambda: programs.done(client.cli.app, "campaign", "approve", programs.node, manifest)
    )
    told = json.loads(programs.done(client.cli.app, "campaign", "approve", programs.node, manifest, "--json").stdout)

    assert [one.kinds for one in first] == [{EventKind.CAMPAIGN_APPROVED}]
    assert again == []
    assert "Approved before; nothing was changed." in answer.stdout
    assert (told["sha256"], file.read_bytes()) == (hash_of(manifest), kept)


@pytest.mark.parametrize("words", [(), ("--json",)])
@pytest.mark.parametrize("verb", ["approve", "reject", "revoke"])
def test_nothing_is_decided_without_a_yes_where_there_is_nobody_to_ask(
    programs: Programs, verb: str, words: tuple[str, ...]
) -> None:
    manifest = programs.opened_campaign()
    programs.done(client.cli.app, "campaign", "show", programs.node, manifest)
    if verb == "revoke":
        programs.done(client.cli.app, "campaign", "approve", programs.node, manifest, "--yes")
    before = states(programs)

    new, answer = programs.new_acts(
        lambda: programs.run(client.cli.app, "campaign", verb, programs.node, manifest, *words)
    )

    assert (answer.exit_code, new, states(programs)) == (2, [], before)
    assert "--yes" in answer.stderr


def test_a_rejection_is_no_approval_whatever_is_moved_where(programs: Programs) -> None:
    manifest = programs.opened_campaign()
    sha256, settings = hash_of(manifest), load_settings(programs.node)

    programs.done(client.cli.app, "campaign", "reject", programs.node, manifest, "--yes")
    kept = DecisionFile.model_validate_json((programs.node / "decided" / f"{sha256}.json").read_bytes())
    forged = {"signed": kept.signed.as_json(), "club": kept.club, "approved_at": kept.decided_at}
    settings.approved.mkdir(exist_ok=True)
    (settings.approved / f"{sha256}.json").write_text(json.dumps(forged | {"signature": kept.signature}))
    (programs.node / "decided" / f"{sha256}.json").unlink()

    with pytest.raises(NotApproved):
        approvals_of(settings).get(sha256, now=programs.world.clock.now)


def test_a_campaign_that_cannot_be_approved_here_says_so_and_can_be_rejected(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = programs.opened_campaign()

    def too_long(found: object, squad: int, *, club: str) -> None:
        raise NotApproved("laid out for a squad of fewer", refusal="small_number")

    monkeypatch.setattr("client.federation.approval.check_squad", too_long)
    shown = programs.done(client.cli.app, "campaign", "show", programs.node, manifest)
    refused = programs.run(client.cli.app, "campaign", "approve", programs.node, manifest, "--yes")
    programs.done(client.cli.app, "campaign", "reject", programs.node, manifest, "--yes")

    assert "It cannot be approved here: laid out for a squad of fewer." in " ".join(shown.stdout.split())
    assert isinstance(refused.exception, NotApproved)
    assert set(states(programs).values()) == {"rejected"}


def test_of_two_campaigns_of_one_id_the_hash_decides(programs: Programs) -> None:
    manifest = programs.opened_campaign()
    known, signed = known_campaigns(load_settings(programs.node)), parse_signed_manifest(manifest.read_bytes())
    programs.done(client.cli.app, "campaign", "show", programs.node, manifest)
    other = signed.model_copy(update={"manifest": signed.manifest.model_copy(update={"public_athletes": 41})})
    (known.shown / f"{other.manifest.sha256}.json").write_text(other.model_dump_json())

    asked = programs.run(client.cli.app, "campaign", "approve", programs.node, signed.manifest.campaign_id, "--yes")
    programs.done(client.cli.app, "campaign", "approve", programs.node, signed.manifest.sha256, "--yes")

    assert all(words in str(asked.exception) for words in ("give the hash", signed.manifest.sha256, "(N 41)"))


def test_revoking_and_rejecting_are_for_what_they_are_for(programs: Programs) -> None:
    manifest = programs.opened_campaign()

    early = programs.run(client.cli.app, "campaign", "revoke", programs.node, manifest, "--yes")
    programs.done(client.cli.app, "campaign", "approve", programs.node, manifest, "--yes")
    late = programs.run(client.cli.app, "campaign", "reject", programs.node, manifest, "--yes")
    unknown = programs.run(client.cli.app, "campaign", "show", programs.node, "autumn")

    assert "that the club approved" in str(early.exception)
    assert "revoke` ends an approval" in str(late.exception)
    assert "was shown no campaign 'autumn'" in str(unknown.exception)
    assert all(isinstance(one.exception, ClientError) for one in (early, late, unknown))


@pytest.mark.parametrize("verb", ["reject", "revoke"])
def test_a_campaign_that_was_turned_down_gets_no_token_and_takes_no_round_and_gives_all_back(
    programs: Programs, verb: str
) -> None:
    world, manifest = programs.world, programs.opened_campaign()
    sha256 = hash_of(manifest)
    world.give(programs.one, Category.READINESS, Role.FL_AGGREGATOR)
    if verb == "revoke":
        programs.done(client.cli.app, "campaign", "approve", programs.node, manifest, "--yes")
    (token,) = world.store.issue_tokens(OrgId("club-a"), sha256, [programs.one]).tokens

    new, _ = programs.new_acts(
        lambda: programs.done(client.cli.app, "campaign", verb, programs.node, manifest, "--yes")
    )

    assert new[0].kinds == {EventKind.CAMPAIGN_REFUSED, EventKind.BUDGET_REFUNDED}
    squad = len([one for one in new[0].entries if "micro_rho" in one])
    assert squad == len(world.athletes["club-a"]) + (programs.one not in world.athletes["club-a"])
    for ask in (
        lambda: world.store.issue_tokens(OrgId("club-a"), sha256, [programs.one]),
        lambda: world.store.commit_round(OrgId("club-a"), sha256, 1, [token.token]),
    ):
        with pytest.raises(NotAllowed, match="has not turned down"):
            ask()
    with Session(world.service.engine) as session:
        rows = session.exec(select(LedgerRow).where(LedgerRow.campaign == sha256)).all()
    moved = {row.movement: row.micro_rho for row in rows}
    assert moved[Movement.RESERVE] == moved[Movement.REFUND] > 0
    assert Movement.COMMIT not in moved


def test_another_club_of_the_campaign_keeps_its_part(programs: Programs) -> None:
    world, manifest = programs.world, programs.world.campaign()
    world.store.register_campaign(OrgId("league"), manifest)
    athlete = world.athletes["club-b"][0]
    world.take_part(athlete)
    rejected = CampaignRefused(manifest=manifest.manifest.sha256, reason=CampaignRefusal.REJECTED)

    world.store.append_event(OrgId("club-a"), rejected)

    assert len(world.store.issue_tokens(OrgId("club-b"), manifest.manifest.sha256, [athlete]).tokens) == 1


def test_one_signature_is_refused_at_the_terminal_and_stands_in_the_log(programs: Programs) -> None:
    manifest = programs.planned_campaign()
    programs.done(server.cli.app, "campaign", "sign", programs.league, manifest)

    for verb in ("show", "approve", "reject"):
        new, answer = programs.new_acts(
            lambda verb=verb: programs.run(client.cli.app, "campaign", verb, programs.node, manifest)
        )
        assert answer.exit_code == 1
        assert "expected two signatures" in str(answer.exception)
        assert [act.kinds for act in new] == [{EventKind.CAMPAIGN_REFUSED}]
        assert new[0].entries[0]["reason"] == "one_signature"
    assert states(programs) == {}


def test_another_second_signer_is_set_at_the_node_and_the_unions_signature_no_longer_counts(
    programs: Programs,
) -> None:
    manifest = programs.opened_campaign()
    body = SigningKey.generate()
    change_settings(programs.node, second_signer="gb", second_signer_key=body.verify_key.text)

    refused = programs.run(client.cli.app, "campaign", "approve", programs.node, manifest, "--yes")

    assert "the second signature of the organisation that is set here" in str(refused.exception)
    assert known_campaigns(load_settings(programs.node)).every(programs.world.clock.now) == ()
