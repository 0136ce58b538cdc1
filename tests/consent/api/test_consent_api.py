"""The signed interface: endpoints as the nodes and the league use them, and attacks that must fail."""

from collections.abc import Iterator

import pytest

from audit.entries.details.forms import FORMS
from chassis.http.limits import MOST_ITEMS
from consent.api import campaigns, decisions, events, leagues, membership, releases
from consent.decisions.reported_events import REPORTABLE
from consent.registry import members
from consent.registry.values import OrgKind, SecondClub
from policies.snapshot import open_snapshot
from policies.vocabulary import Category, OrgId, Role
from tests.audit.entries.details.samples import SAMPLES
from tests.consent.league import Caller, acts, outcomes

REFUSED = {"error": "request refused"}
NEW = "ath-00000000000000ee"
LEAGUE = OrgId("league")
MEMBERS = {"club-a": OrgKind.CLUB, "league": OrgKind.LEAGUE, "gb": OrgKind.GOVERNING_BODY}
REPORTS = [(org, form.form) for org, kind in MEMBERS.items() for form in REPORTABLE[kind].values()]
"""Each organisation that signs requests, and every form of event that it may report."""


def enrol_body(athlete: str = NEW) -> dict[str, object]:
    return {"athlete": athlete, "name": "New Player", "shirt_no": 23, "is_minor": False}


def test_keys_and_health_are_open(caller: Caller) -> None:
    service = caller.world.service

    assert caller.http.get("/v1/keys").json() == {
        "service_key": service.keys.service.verify_key.text,
        "log_vkey": service.log.vkey,
        "log_vkeys": list(service.log.vkeys),
        "log_origin": service.log.origin,
    }
    assert caller.http.get("/health").json() == {"status": "ok"}
    assert caller.http.get("/log/trust.policy").text == (service.settings.directory / "trust.policy").read_text()
    assert caller.http.get("/log/checkpoint").text.startswith(service.log.origin)


def test_the_whole_path_of_a_campaign(caller: Caller) -> None:
    world = caller.world
    athlete = world.athletes["club-a"][0]
    world.take_part(athlete)
    signed = world.campaign()
    sha256 = signed.manifest.sha256

    registered = caller.send("league", "POST", "/v1/campaigns", signed.as_json())
    issued = caller.send("club-a", "POST", f"/v1/campaigns/{sha256}/tokens", {"athletes": [athlete]})
    tokens = [token["token"] for token in issued.json()["tokens"]]
    paid = caller.send("club-a", "POST", f"/v1/campaigns/{sha256}/rounds/1/commit", {"tokens": tokens})
    spent = caller.send("league", "GET", f"/v1/campaigns/{sha256}/spend")

    assert (registered.status_code, registered.json()) == (201, {"sha256": sha256})
    assert issued.json()["skipped"] == 0
    assert paid.json() == {"accepted": [athlete]}
    assert set(spent.json()) == {"epsilon_per_athlete_max", "rho_micro_per_athlete_max"}


def test_a_token_says_its_weight_only_where_it_is_of_a_part(caller: Caller) -> None:
    world = caller.world
    whole, both, _ = world.athletes["club-a"]
    world.store.set_second_club(both, SecondClub(OrgId("club-b"), 5, None))
    for athlete in (whole, both):
        world.take_part(athlete)
    sha256 = world.store.register_campaign(OrgId("league"), world.campaign())

    issued = caller.send("club-a", "POST", f"/v1/campaigns/{sha256}/tokens", {"athletes": [whole, both]})
    second = caller.send("club-b", "POST", f"/v1/campaigns/{sha256}/tokens", {"athletes": [both]})

    by_athlete = {one["athlete"]: one for one in issued.json()["tokens"]}
    assert set(by_athlete[whole]) == {"athlete", "token", "epoch"}
    assert by_athlete[both]["sixteenths"] == 11
    assert second.json()["tokens"][0]["sixteenths"] == 5


def test_enrolment_decisions_snapshot_release_and_event(caller: Caller) -> None:
    world = caller.world
    assert caller.send("club-a", "POST", "/v1/members", enrol_body()).json() == {"athlete": NEW}
    athlete = world.athletes["club-a"][0]
    world.give(athlete, Category.SLEEP, Role.COACH)
    body = {
        "actor": {"person": "R. D.", "role": "coach"},
        "action": "read",
        "purpose": "training",
        "items": [
            {"athlete": athlete, "category": "sleep", "granularity": "daily"},
            {"athlete": NEW, "category": "sleep", "granularity": "daily"},
        ],
    }

    decided = caller.send("club-a", "POST", "/v1/decisions", body).json()
    snapshot = caller.send("club-a", "GET", "/v1/snapshot").content
    proposal = world.proposal(athlete)
    proposed = caller.send("club-a", "POST", "/v1/releases", proposal.model_dump(mode="json"))
    event = caller.send("club-a", "POST", "/v1/events", {"kind": "ingest", "details": {"files": 2}})

    assert [result["allowed"] for result in decided["results"]] == [True, False]
    assert decided["policy_hash"] == world.store.status().policy_hash
    key = world.service.keys.service.verify_key
    assert len(open_snapshot(snapshot, key, club=OrgId("club-a"), now=world.clock.now).epochs) == 4
    hashes = {"sha256": proposal.sha256, "bytes_sha256": proposal.index.sha256}
    assert (proposed.status_code, proposed.json()) == (201, {"release_id": proposal.index.approval_id} | hashes)
    assert world.service.log.is_pending(bytes.fromhex(event.json()["entry"]))


def test_a_huge_body_is_refused_before_it_is_read(caller: Caller) -> None:
    body = b"x" * (3 * 1024 * 1024)
    headers = caller.world.headers("club-a", "POST", "/v1/members", body)

    assert caller.http.post("/v1/members", content=body, headers=headers).status_code == 413
    assert caller.http.post("/v1/members", content=body).status_code == 401


def test_an_unsigned_body_is_not_read(caller: Caller) -> None:
    """What would be read is an error here: the answer must come before it."""

    def body() -> Iterator[bytes]:
        raise AssertionError("nobody may read this")
        yield b""

    assert caller.http.post("/v1/members", content=body()).json() == REFUSED


@pytest.mark.parametrize(("items", "status"), [(MOST_ITEMS, 200), (MOST_ITEMS + 1, 422)])
def test_a_call_holds_at_most_a_thousand_items(caller: Caller, items: int, status: int) -> None:
    item = {"athlete": caller.world.athletes["club-a"][0], "category": "sleep", "granularity": "daily"}
    asked = {"actor": {"person": "R. D.", "role": "coach"}, "action": "read", "purpose": "training"}
    size = caller.world.log_size

    answer = caller.send("club-a", "POST", "/v1/decisions", asked | {"items": [item] * items})

    assert answer.status_code == status
    if status == 422:
        assert answer.json() == {"error": "items is not as expected"}
        assert caller.world.log_size == size


def test_the_athletes_of_a_club_fit_into_one_call(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens and squad pages leave an entry for every one of them in one transaction."""
    monkeypatch.setattr(members, "MOST_ITEMS", 4)

    first = caller.send("club-a", "POST", "/v1/members", enrol_body())
    second = caller.send("club-a", "POST", "/v1/members", enrol_body("ath-00000000000000ef"))
    again = caller.send("club-a", "POST", "/v1/members", enrol_body() | {"shirt_no": 24})

    assert [first.status_code, second.status_code, again.status_code] == [201, 422, 201]
    assert "at most 4 athletes" in second.json()["error"]


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("/v1/members", enrol_body("somebody")),
        ("/v1/members", enrol_body() | {"role": "athlete"}),
        ("/v1/members", enrol_body() | {"shirt_no": -1}),
        ("/v1/events", {"kind": "no_such_kind", "details": {}}),
        ("/v1/decisions", {"items": []}),
        ("/v1/campaigns", {"manifest": {}, "signature": "00"}),
    ],
)
def test_malformed_bodies_name_the_field_and_never_its_content(caller: Caller, target: str, body: object) -> None:
    answer = caller.send("club-a", "POST", target, body)

    assert answer.status_code == 422
    assert "somebody" not in answer.text
    assert "no_such_kind" not in answer.text


def test_a_club_cannot_enrol_decide_or_propose_for_another(caller: Caller) -> None:
    foreign = caller.world.athletes["club-b"][0]
    size = caller.world.log_size

    enrolled = caller.send("club-a", "POST", "/v1/members", enrol_body(foreign))
    proposed = caller.send("club-a", "POST", "/v1/releases", caller.world.proposal(foreign).model_dump(mode="json"))

    assert [enrolled.status_code, proposed.status_code] == [403, 403]
    assert caller.world.store.member(foreign).club == "club-b"
    assert caller.world.log_size == size + 2  # each refusal is itself logged


@pytest.mark.parametrize("kind", ["consent_decision", "look_allowed", "round_committed", "budget_reserved"])
def test_nobody_reports_what_only_happens_here(caller: Caller, kind: str) -> None:
    for org in ("club-a", "league", "gb"):
        assert caller.send(org, "POST", "/v1/events", {"kind": kind, "details": {}}).status_code == 403


ANSWERED = {"person": "R. D.", "role": "coach", "proposal": "5f0c", "answer": "accept"}


def test_an_event_about_an_athlete_needs_the_athletes_own_club(caller: Caller) -> None:
    own, foreign = caller.world.athletes["club-a"][0], caller.world.athletes["club-b"][0]
    body = {"kind": "proposal_decided", "details": ANSWERED | {"athlete": own}}

    accepted = caller.send("club-a", "POST", "/v1/events", body)
    refused = caller.send("club-a", "POST", "/v1/events", {**body, "details": ANSWERED | {"athlete": foreign}})

    assert [accepted.status_code, refused.status_code] == [200, 403]
    assert caller.world.store.looks(own, limit=1).entries[0].kind == "proposal_decided"


@pytest.mark.parametrize(("org", "form"), REPORTS, ids=str)
def test_every_form_of_report_is_taken_as_it_is_and_with_no_field_more(caller: Caller, org: str, form: str) -> None:
    details = SAMPLES[form]
    body = {"kind": details.kind.value, "details": details.body()}
    for name in {"campaign", "manifest"} & set(body["details"]):
        body["details"][name] = caller.world.store.register_campaign(LEAGUE, caller.world.campaign())
    before = caller.world.log_size

    taken = caller.send(org, "POST", "/v1/events", body)
    size = caller.world.log_size
    refused = [
        caller.send(org, "POST", "/v1/events", {**body, "details": changed})
        for changed in (
            {**body["details"], "wombat": "as agreed on the phone"},
            {**body["details"], "form": form},
            {**body["details"], "kind": details.kind.value},
            *(
                {name: value for name, value in body["details"].items() if name != left_out}
                for left_out in needed(form)
            ),
            *({**body["details"], name: "x" * 500} for name in body["details"]),
        )
    ]

    assert (taken.status_code, [answer.status_code for answer in refused]) == (200, [422] * len(refused))
    assert caller.world.log_size == size > before
    assert not [answer for answer in refused if "wombat" in answer.text or "xxx" in answer.text]


@pytest.mark.parametrize("form", sorted(FORMS))
def test_a_kind_is_reported_only_by_who_may_and_only_in_its_own_form(caller: Caller, form: str) -> None:
    body = {"kind": FORMS[form].kind.value, "details": SAMPLES[form].body()}
    for org in ("club-a", "league", "gb"):
        answer = caller.send(org, "POST", "/v1/events", body)
        may = form in {reported for by, reported in REPORTS if by == org}
        other = FORMS[form].kind in {FORMS[reported].kind for by, reported in REPORTS if by == org} and not may
        assert answer.status_code in ((200, 404) if may else (403, 422) if other else (403,)), (org, answer.text)


@pytest.mark.parametrize("athlete", ["ath-ffffffffffffffff", "nobody", "Zoë"])
def test_an_event_about_somebody_who_is_not_known_is_refused(caller: Caller, athlete: str) -> None:
    body = {"kind": "operator_look", "details": {"athlete": athlete, "what": "metrics"}}

    assert caller.send("club-a", "POST", "/v1/events", body).status_code == 403


def needed(form: str) -> list[str]:
    """The fields without which a report is incomplete."""
    return [name for name, field in FORMS[form].model_fields.items() if field.is_required()]


def test_there_is_no_way_to_give_consent_over_the_interface(caller: Caller) -> None:
    """A controller trying to make a consent given finds no route, and the state machine refuses its kind anyway."""
    routers = (membership, leagues, decisions, campaigns, releases, events)

    assert {route.path for routes in routers for route in routes.router.routes} == {  # type: ignore[attr-defined]
        "/v1/keys",
        "/v1/members",
        "/v1/members/erased",
        "/v1/leagues",
        "/v1/leagues/{league}/join",
        "/v1/leagues/{league}/leave",
        "/v1/decisions",
        "/v1/snapshot",
        "/v1/campaigns",
        "/v1/campaigns/{sha256}/tokens",
        "/v1/campaigns/{sha256}/rounds/{round_no}/commit",
        "/v1/campaigns/{sha256}/rounds/{round_no}/answer",
        "/v1/campaigns/{sha256}/spend",
        "/v1/releases",
        "/v1/office/{club}",
        "/v1/events",
    }
    assert caller.send("club-a", "POST", "/v1/grants", {}).status_code == 404
    assert caller.http.get("/openapi.json").status_code != 200


def test_a_long_list_is_decided_in_several_acts_each_with_its_outcome(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A withdrawal waits for one writing transaction; a list of a thousand must not be one."""
    monkeypatch.setattr(decisions, "MOST_TOGETHER", 2)
    athletes = caller.world.athletes["club-a"]
    caller.world.give(athletes[1])
    before = set(acts(caller.world.service))
    items = [{"athlete": athlete, "category": "sleep", "granularity": "daily"} for athlete in athletes]
    asked = {"actor": {"person": "R. D.", "role": "coach"}, "action": "read", "purpose": "training", "items": items}

    answer = caller.send("club-a", "POST", "/v1/decisions", asked).json()

    assert [(one["athlete"], one["allowed"]) for one in answer["results"]] == [
        (athlete, athlete == athletes[1]) for athlete in athletes
    ]
    new = {event: act for event, act in acts(caller.world.service).items() if event not in before}
    assert sorted(len(act.entries) for act in new.values()) == [1, 2]
    assert outcomes(caller.world.service) == dict.fromkeys(new, True)
