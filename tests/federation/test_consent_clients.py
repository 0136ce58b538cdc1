"""Both clients of the consent service: signed requests out, and no use of any answer that is not sound."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from chassis.http.key_change import SignedKeyChange
from chassis.http.limits import MOST_ITEMS
from chassis.http.request_signature import verify_request
from chassis.http.signed_client import SignedClient
from client.consent_client import NodeConsentClient, Question
from client.errors import AnsweredAlready, ConsentBusy, ConsentRefused, ConsentUnavailable, NodeKeyNotTaken
from policies.campaign import AnswerNote
from policies.signing import SigningKey
from policies.snapshot import ConsentSnapshot
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role
from server.consent_client import CoordinatorConsentClient as LeagueClient
from server.errors import ConsentAskedTooOften, ConsentServiceFailed, LeagueKeyNotTaken, NothingForThisLeague
from tests.audit.entries.details.samples import SAMPLES

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KEY, SERVICE = SigningKey.generate(), SigningKey.generate()
ONE = AthleteId("ath-0000000000000001")
SHA = "a" * 64


def node_client(answer, **limits):
    seen = []

    def respond(request):
        seen.append(request)
        return answer(request) if callable(answer) else answer

    return NodeConsentClient(line(respond, **limits), SERVICE.verify_key, OrgId("club-a"), lambda: NOW), seen


def line(respond, *, largest_answer=4096):
    transport = httpx.MockTransport(respond)
    return SignedClient(
        "http://consent",
        KEY,
        audience=SERVICE.verify_key.key_id,
        clock=lambda: NOW,
        largest_answer=largest_answer,
        transport=transport,
    )


def as_json(body, status=200):
    return httpx.Response(status, content=json.dumps(body).encode())


def snapshot(*, club="club-a", key=SERVICE, issued=NOW):
    made = ConsentSnapshot(OrgId(club), issued, issued + timedelta(minutes=5), {ONE: 1}, ())
    return httpx.Response(200, content=made.signed(key))


def test_requests_are_signed_over_method_path_and_body():
    client, seen = node_client(as_json({"accepted": [ONE]}))

    assert client.commit_round(SHA, 3, ["t1"]) == {ONE}

    (request,) = seen
    assert request.url.path == f"/v1/campaigns/{SHA}/rounds/3/commit"
    verify_request(
        KEY.verify_key,
        {name.title(): value for name, value in request.headers.items()},
        audience=SERVICE.verify_key.key_id,
        method="POST",
        target=request.url.path,
        body=request.content,
        now=NOW,
    )


def test_an_answer_is_noted_by_its_hash_and_another_note_is_no_answer():
    note = AnswerNote.of(b"reply")
    client, seen = node_client(as_json({"answer": note.answer}))

    client.note_answer(SHA, 3, note)

    assert (seen[0].url.path, json.loads(seen[0].content)) == (
        f"/v1/campaigns/{SHA}/rounds/3/answer",
        {"answer": note.answer},
    )
    with pytest.raises(ConsentUnavailable):
        client.note_answer(SHA, 3, AnswerNote.of(b"another"))


def test_a_round_that_is_answered_already_is_told_from_every_other_refusal():
    answered, refused = (node_client(as_json({"error": "no"}, status))[0] for status in (410, 409))

    for client, kind in ((answered, AnsweredAlready), (refused, ConsentRefused)):
        with pytest.raises(kind) as note:
            client.note_answer(SHA, 1, AnswerNote.of(b"reply"))
        with pytest.raises(kind) as commit:
            client.commit_round(SHA, 1, [], again=True)
        assert {type(note.value), type(commit.value)} == {kind}


def test_a_fresh_snapshot_of_the_own_club_is_believed():
    assert node_client(snapshot())[0].snapshot().epochs == {ONE: 1}


@pytest.mark.parametrize(
    "answer",
    [
        snapshot(club="club-b"),
        snapshot(key=SigningKey.generate()),
        snapshot(issued=NOW - timedelta(minutes=6)),
        snapshot(issued=NOW + timedelta(minutes=6)),
        as_json({}),
        as_json({"error": "request refused"}, 401),
        httpx.Response(503),
        httpx.Response(302, headers={"location": "http://elsewhere/"}),
    ],
)
def test_any_other_snapshot_is_none(answer):
    with pytest.raises(ConsentUnavailable):
        node_client(answer)[0].snapshot()


@pytest.mark.parametrize(
    "body",
    [
        {"tokens": [{"athlete": "ath-somebody-else", "token": "t", "epoch": 1}], "skipped": 0},
        {"tokens": [{"athlete": ONE, "token": "t", "epoch": 1}] * 2, "skipped": 0},
        {"tokens": [{"athlete": ONE}], "skipped": 0},
        {"tokens": [{"athlete": ONE, "token": "t", "epoch": 1, "sixteenths": 0}], "skipped": 0},
        {"tokens": [{"athlete": ONE, "token": "t", "epoch": 1, "sixteenths": 17}], "skipped": 0},
        {"tokens": []},
    ],
)
def test_tokens_that_were_not_asked_for_are_no_answer(body):
    with pytest.raises(ConsentUnavailable):
        node_client(as_json(body))[0].tokens(SHA, [ONE])


def test_a_token_without_a_weight_is_of_a_whole_athlete():
    token = {"athlete": ONE, "token": "t", "epoch": 1}

    assert node_client(as_json({"tokens": [token], "skipped": 0}))[0].tokens(SHA, [ONE])[ONE].sixteenths == 16
    half = as_json({"tokens": [token | {"sixteenths": 8}], "skipped": 0})
    assert node_client(half)[0].tokens(SHA, [ONE])[ONE].sixteenths == 8


def test_a_ruling_about_somebody_else_is_no_answer():
    rulings = [{"athlete": "ath-somebody-else", "category": "sleep", "allowed": True, "epoch": 1}]
    client, _ = node_client(as_json({"policy_hash": "x", "results": rulings}))

    with pytest.raises(ConsentUnavailable):
        client.decisions(
            person="p",
            role=Role.COACH,
            action=Action.READ,
            purpose=Purpose.TRAINING,
            questions=[Question(ONE, Category.SLEEP, Granularity.DAILY)],
        )


def test_a_list_that_is_longer_than_a_call_may_be_is_asked_in_several():
    athletes = [AthleteId(f"ath-{number:016x}") for number in range(2 * MOST_ITEMS + 1)]

    def respond(request):
        items = json.loads(request.content)["items"]
        answers = [{"athlete": i["athlete"], "category": i["category"], "allowed": True, "epoch": 1} for i in items]
        return as_json({"policy_hash": "x", "results": answers})

    client, seen = node_client(respond, largest_answer=1 << 20)
    rulings = client.decisions(
        person="p",
        role=Role.COACH,
        action=Action.READ,
        purpose=Purpose.TRAINING,
        questions=[Question(athlete, Category.SLEEP, Granularity.DAILY) for athlete in athletes],
    )

    assert [ruling.athlete for ruling in rulings] == athletes
    assert [len(json.loads(request.content)["items"]) for request in seen] == [MOST_ITEMS, MOST_ITEMS, 1]


def test_a_service_that_cannot_be_reached_is_a_refusal():
    def broken(request):
        raise httpx.ConnectError("no route")

    with pytest.raises(ConsentUnavailable):
        node_client(broken)[0].snapshot()


def league_client(answer):
    return LeagueClient(line(lambda _request: answer))


ROW = {"no": 1, "name": "P", "band": None, "range": None}


def test_a_squad_page_is_parsed_strictly():
    view = league_client(as_json({"club_name": "E", "published": None, "rows": [ROW]})).office("club-a", person="T. W.")

    assert [row.band for row in view.rows] == [None]


@pytest.mark.parametrize(
    "body",
    [
        {"club_name": "E", "published": None, "rows": [ROW | {"reason": "withdrawn"}]},
        {"club_name": "E", "published": None, "rows": [ROW | {"band": "75-80"}]},
        {"club_name": "E", "published": None, "rows": [ROW], "shared": 9},
        {"rows": []},
    ],
)
def test_a_squad_answer_that_tells_more_than_it_may_is_not_shown(body):
    with pytest.raises(ConsentServiceFailed):
        league_client(as_json(body)).office("club-a", person="T. W.")


def test_an_event_that_could_not_be_logged_raises():
    with pytest.raises(ConsentServiceFailed):
        league_client(httpx.Response(503)).event(SAMPLES["round_aggregated"])


@pytest.mark.parametrize(("said", "wait"), [("7", 7), ("", 60), ("soon", 60), ("99999999999999999999", 60), ("-1", 60)])
def test_a_busy_service_is_a_refusal_that_says_when_to_ask_again(said, wait):
    busy = httpx.Response(429, headers={"Retry-After": said})

    with pytest.raises(ConsentBusy) as node:
        node_client(busy)[0].snapshot()
    with pytest.raises(ConsentAskedTooOften) as league:
        LeagueClient(line(lambda _request: busy)).office("club-a", person="p")

    assert (node.value.retry_after_s, league.value.retry_after_s) == (wait, wait)


def test_a_squad_that_the_service_does_not_know_is_of_no_club_of_this_league():
    with pytest.raises(NothingForThisLeague, match="join"):
        league_client(as_json({"error": "expected a club of this league"}, 404)).office("club-a", person="T. W.")


@pytest.mark.parametrize(
    ("client", "refused", "command"),
    [
        (lambda answer: node_client(answer)[0], NodeKeyNotTaken, "homefield-node rotate-key"),
        (league_client, LeagueKeyNotTaken, "homefield-server rotate-key"),
    ],
)
def test_a_key_that_the_service_does_not_take_is_told_with_whom_to_ask(client, refused, command):
    with pytest.raises(refused, match=f"ask the union's operator.*{command}"):
        client(as_json({"error": "request refused"}, 401)).event(SAMPLES["round_aggregated"])


@pytest.mark.parametrize(
    ("client", "refused"),
    [(lambda answer: node_client(answer)[0], ConsentUnavailable), (league_client, ConsentServiceFailed)],
)
def test_a_changed_key_is_the_one_that_was_sent_or_none(client, refused):
    new, until = SigningKey.generate(), NOW + timedelta(days=14)
    statement = SignedKeyChange.create("club-a", former=KEY, new=new, service_key_id=SERVICE.verify_key.key_id, now=NOW)
    taken = {"key": new.verify_key.text, "former_counts_until": until.isoformat()}

    assert client(as_json(taken)).change_key(statement) == until
    assert client(as_json(taken | {"former_counts_until": None})).change_key(statement) is None
    for unsound in (taken | {"key": KEY.verify_key.text}, taken | {"more": 1}, {"key": new.verify_key.text}):
        with pytest.raises(refused):
            client(as_json(unsound)).change_key(statement)
