"""Attacks by reported events: in another's name, about another's campaign, in a role that nobody there has."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from audit.entries.details.base import Details
from consent.app import app_of
from consent.decisions.report_checks import CHECKS, NAMES_NOTHING, ROLES
from consent.decisions.reported_events import REPORTABLE
from consent.registry.values import OrgKind
from policies.signing import SigningKey
from policies.vocabulary import OrgId, Role
from tests.audit.entries.details.samples import SAMPLES
from tests.consent.league import Caller, World, manifest

CALLERS = {OrgKind.CLUB: "club-a", OrgKind.LEAGUE: "league", OrgKind.GOVERNING_BODY: "gb"}
FORMS = [(kind, form) for kind, forms in REPORTABLE.items() for form in forms.values()]
SENT = [(CALLERS[kind], form) for kind, form in FORMS if kind in CALLERS]


@pytest.fixture
def caller(lite: World) -> Iterator[Caller]:
    with TestClient(app_of(lite.service, clock=lite.clock), raise_server_exceptions=False) as http:
        yield Caller(lite, http)


TAKES_ANY_CAMPAIGN = {("club-a", "campaign_refused")}
"""A club says what it refused: it may never have been registered, so that any hash is taken, alike for all."""


def having(*names: str) -> list[Any]:
    """Each form with one of these fields, and who reports it."""
    found = [(org, form, name) for org, form in SENT for name in names if name in form.model_fields]
    return [pytest.param(*one, id=f"{one[0]}-{one[1].form}") for one in found]


def send(caller: Caller, org: str, form: type[Details], **changed: object) -> tuple[int, object]:
    """Report the form's sample, true in everything but what is changed."""
    world, body = caller.world, SAMPLES[form.form].body()
    own = {
        "athlete": world.athletes["club-a"][0],
        "manifest": world.store.register_campaign(OrgId("league"), world.campaign()),
    }
    body |= {name: value for name, value in (own | {"campaign": own["manifest"]}).items() if name in body}
    answer = caller.send(org, "POST", "/v1/events", {"kind": form.kind.value, "details": body | changed})
    return answer.status_code, answer.json()


@pytest.mark.parametrize(("kind", "form"), FORMS, ids=str)
def test_every_field_of_every_reportable_form_is_checked_or_names_nobody(kind: OrgKind, form: type[Details]) -> None:
    assert set(form.model_fields) <= set(CHECKS) | NAMES_NOTHING
    assert not set(CHECKS) & NAMES_NOTHING


@pytest.mark.parametrize(("org", "form"), SENT, ids=str)
def test_a_true_report_is_taken(caller: Caller, org: str, form: type[Details]) -> None:
    assert send(caller, org, form)[0] == 200


@pytest.mark.parametrize(("org", "form", "name"), having("club"))
@pytest.mark.parametrize("other", ["club-b", "league", "nobody"])
def test_a_club_reports_in_its_own_name_alone(
    caller: Caller, org: str, form: type[Details], name: str, other: str
) -> None:
    role = {"role": "front_office"} if org == "league" and "role" in form.model_fields else {}

    status, _ = send(caller, org, form, club=other, **role)

    # A league names clubs; those that are not its own are attacked in test_leagues_and_clubs.
    assert status == (403 if org == "club-a" else 200 if other == "club-b" else 404)


@pytest.mark.parametrize(("org", "form", "name"), having("manifest", "campaign"))
def test_a_campaign_of_others_is_like_one_that_is_not_there(
    caller: Caller, org: str, form: type[Details], name: str
) -> None:
    world, rival = caller.world, OrgId("a-rival")
    world.keys[rival] = SigningKey.generate()
    world.store.add_org(rival, name="A rival", kind=OrgKind.LEAGUE, key=world.keys[rival].verify_key)
    world.store.join_league(OrgId("club-b"), rival)
    signed = world.signed(manifest(world, league=rival, clubs={"club-b": "key"}), rival)
    theirs = world.store.register_campaign(rival, signed)

    nothing = send(caller, org, form, **{name: "0" * 64})
    size = world.log_size
    hidden = send(caller, org, form, **{name: theirs})

    if (org, form.form) in TAKES_ANY_CAMPAIGN:
        assert (nothing[0], hidden[0], world.log_size) == (200, 200, size + 1)
        return
    assert hidden == nothing == (404, {"error": "expected a registered campaign"})
    assert world.log_size == size


@pytest.mark.parametrize(("org", "form", "name"), having("role"))
@pytest.mark.parametrize("role", [role.value for role in Role])
def test_only_roles_of_ones_own_people_are_reported(
    caller: Caller, org: str, form: type[Details], name: str, role: str
) -> None:
    kind = next(kind for kind, one in CALLERS.items() if one == org)

    status, _ = send(caller, org, form, role=role, **({"club": "club-a"} if "club" in form.model_fields else {}))

    assert (status == 200) is (role in ROLES[kind])
    assert status in (200, 403, 422)


@pytest.mark.parametrize("form", ["league_staff_signed_in", "league_code_issued"])
def test_a_front_office_has_a_club_and_an_operator_none(caller: Caller, form: str) -> None:
    details = type(SAMPLES[form])

    assert send(caller, "league", details, role="front_office", club="")[0] == 403
    assert send(caller, "league", details, role="operator", club="club-a")[0] == 403
