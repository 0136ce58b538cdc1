"""Attacks on the Fleet port: strangers, code, other clubs' names; each must fail (docs/invariants.md §6, §7 and §8)."""

import ast
import base64
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from flwr.app import ConfigRecord, Message, RecordDict
from flwr.common.constant import NOOP_FLWR_AID, TIMESTAMP_HEADER
from flwr.proto import fab_pb2, fleet_pb2, heartbeat_pb2, message_pb2, run_pb2
from flwr.proto.node_pb2 import Node
from flwr.supercore.constant import (
    FLEET_HTTP_PUBLIC_KEY_HEADER,
    FLEET_HTTP_SIGNATURE_HEADER,
    NOOP_FEDERATION_ID,
    TaskType,
)
from flwr.supercore.primitives.asymmetric import public_key_to_bytes, sign_message
from flwr.supercore.protobuf.translation import PROTOBUF_REQUEST_TYPES
from flwr.supernode.fleet_http_client import FleetHttpClient

from client.federation.client_app import build_client_app
from server.errors import AlreadyExists, BadCoordinatorSettings
from server.federation.fleet import HEALTH, LARGEST_BODY, SERVED, read_fleet_key
from server.federation.grid import StateGrid
from tests.waiting import HANG_S

ROOT = Path(__file__).parents[2]
UNSERVED = sorted({path for _, path in PROTOBUF_REQUEST_TYPES if path not in SERVED})


def with_node(kind, node_id, **more):
    return kind(node=Node(node_id=node_id), **more)


REQUESTS = {
    "activate-node": lambda n, key: fleet_pb2.ActivateNodeRequest(public_key=key, heartbeat_interval=30),
    "deactivate-node": lambda n, key: fleet_pb2.DeactivateNodeRequest(node_id=n),
    "send-node-heartbeat": lambda n, key: with_node(heartbeat_pb2.SendNodeHeartbeatRequest, n, heartbeat_interval=30),
    "pull-messages": lambda n, key: with_node(fleet_pb2.PullMessagesRequest, n),
    "pull-object": lambda n, key: with_node(message_pb2.PullObjectRequest, n, run_id=1, object_id="0" * 64),
    "confirm-message-received": lambda n, key: with_node(message_pb2.ConfirmMessageReceivedRequest, n, run_id=1),
    "push-messages": lambda n, key: with_node(fleet_pb2.PushMessagesRequest, n),
    "push-object": lambda n, key: with_node(message_pb2.PushObjectRequest, n, run_id=1, object_id="0" * 64),
    "register-node": lambda n, key: fleet_pb2.RegisterNodeFleetRequest(public_key=key),
    "unregister-node": lambda n, key: fleet_pb2.UnregisterNodeFleetRequest(node_id=n),
    "get-run": lambda n, key: with_node(run_pb2.GetRunRequest, n, run_id=1),
    "get-fab": lambda n, key: with_node(fab_pb2.GetFabRequest, n, hash_str="0" * 64, run_id=1),
}


class Caller:
    """Somebody who holds the CA certificate and a key of their own."""

    def __init__(self, coordinator, key):
        self.key, self.public = key, public_key_to_bytes(key.public_key())
        context = ssl.create_default_context(cadata=coordinator.ca.decode())
        self.http = httpx.Client(
            verify=context, base_url=f"https://{coordinator.address}", trust_env=False, timeout=HANG_S
        )

    def signed(self):
        stamp = datetime.now(UTC).isoformat()
        return {
            FLEET_HTTP_PUBLIC_KEY_HEADER: base64.b64encode(self.public).decode(),
            TIMESTAMP_HEADER: stamp,
            FLEET_HTTP_SIGNATURE_HEADER: base64.b64encode(sign_message(self.key, stamp.encode())).decode(),
        }

    def post(self, name, node_id, *, signed=True, path=None):
        headers = {"content-type": "application/protobuf", "accept": "application/protobuf"}
        if signed:
            headers |= self.signed()
        body = REQUESTS[name](node_id, self.public).SerializeToString() if name else b""
        return self.http.post(path or f"/v1/fleet/{name}", content=body, headers=headers)


@pytest.fixture
def stranger(coordinator):
    caller = Caller(coordinator, generate_private_key(SECP384R1()))
    yield caller
    caller.http.close()


@pytest.fixture(scope="module")
def victim(coordinator, tmp_path_factory):
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = generate_private_key(SECP384R1())
    line = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    return coordinator.fleet.enrol("club-victim", line), key


@pytest.mark.parametrize("name", [path.rsplit("/", 1)[1] for path in sorted(SERVED)])
@pytest.mark.parametrize("signed", [True, False])
def test_a_stranger_with_the_ca_certificate_is_refused_everywhere(stranger, victim, name, signed):
    node_id, _ = victim

    answer = stranger.post(name, node_id, signed=signed)

    # An activation proves that the caller holds the key it names; it then fails because nobody enrolled that key.
    assert answer.status_code == (412 if signed and name == "activate-node" else 401)
    assert b"node_id" not in answer.content


@pytest.mark.parametrize("name", ["register-node", "unregister-node", "get-fab", "get-run"])
def test_registration_bundle_and_run_configuration_are_not_served_to_anybody(coordinator, stranger, victim, name):
    node_id, key = victim
    enrolled = Caller(coordinator, key)

    assert stranger.post(name, node_id).status_code == 404
    assert enrolled.post(name, node_id).status_code == 404
    enrolled.http.close()


def test_a_stranger_cannot_register_a_key_of_their_own(coordinator, stranger):
    before = dict(coordinator.fleet.nodes)

    assert stranger.post("register-node", 0).status_code == 404
    assert stranger.post("activate-node", 0).status_code == 412

    assert coordinator.fleet.nodes == before
    assert coordinator.fleet.state.get_node_id_by_public_key(stranger.public) is None


def test_everything_that_flower_could_serve_beside_the_fleet_api_is_404(stranger):
    assert any(path.startswith("/v1/control/") for path in UNSERVED)
    assert any(path.startswith("/v1/runtime/") for path in UNSERVED)

    found = {path: stranger.post(None, 0, path=path).status_code for path in UNSERVED}

    assert set(found.values()) == {404}, found


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/redoc", "/v1/fleet", "/v1/fleet/", "/v1/control"])
def test_no_page_and_no_schema_is_served(stranger, path):
    assert stranger.http.get(path).status_code == 404


def test_health_is_all_that_is_open(stranger):
    assert stranger.http.get(HEALTH).json() == {"status": "ok"}


@pytest.mark.parametrize("length", [LARGEST_BODY + 1, None])
def test_a_body_that_announces_too_much_or_nothing_is_refused_unread(stranger, length):
    headers = {} if length is None else {"content-length": str(length)}
    body = iter([b"x"]) if length is None else iter([b"x" * length])

    answer = stranger.http.post("/v1/fleet/push-object", headers=headers, content=body)

    assert answer.status_code == 413


NAMES = [path.rsplit("/", 1)[1] for path in sorted(SERVED)]
UNREAD = [(name, signed) for name in NAMES for signed in (True, False) if not (signed and name == "activate-node")]
"""Whoever asks to be activated names a key that nobody knows yet; their body is small, and is read."""


@pytest.mark.parametrize(("name", "signed"), UNREAD)
def test_no_body_of_a_stranger_is_read(coordinator, stranger, name, signed):
    """Headers alone are sent, with a body announced that never comes: whoever answers has not waited for it."""
    headers = {"host": "x", "content-type": "application/protobuf", "content-length": "1000000"}
    headers |= stranger.signed() if signed else {}
    lines = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
    context = ssl.create_default_context(cadata=coordinator.ca.decode())

    with (
        socket.create_connection(("127.0.0.1", coordinator.port), timeout=HANG_S) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        connection.sendall(f"POST /v1/fleet/{name} HTTP/1.1\r\n{lines}\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 401 ")


def test_a_replayed_signature_of_an_hour_ago_is_refused(coordinator, victim):
    node_id, key = victim
    enrolled = Caller(coordinator, key)
    stamp = "2026-01-01T00:00:00+00:00"
    headers = {
        "content-type": "application/protobuf",
        FLEET_HTTP_PUBLIC_KEY_HEADER: base64.b64encode(enrolled.public).decode(),
        TIMESTAMP_HEADER: stamp,
        FLEET_HTTP_SIGNATURE_HEADER: base64.b64encode(sign_message(key, stamp.encode())).decode(),
    }

    body = with_node(fleet_pb2.PullMessagesRequest, node_id).SerializeToString()
    assert enrolled.http.post("/v1/fleet/pull-messages", content=body, headers=headers).status_code == 401
    enrolled.http.close()


def test_an_enrolled_club_cannot_answer_in_another_clubs_name(coordinator, victim, key_line):
    other_key = generate_private_key(SECP384R1())
    other_id = coordinator.fleet.enrol("club-rival", key_line(other_key))
    victim_id, _ = victim
    rival = Caller(coordinator, other_key)
    push = with_node(fleet_pb2.PushMessagesRequest, other_id)
    message = push.messages_list.add()
    message.metadata.src_node_id = victim_id
    REQUESTS["forged"] = lambda n, key: push

    answer = rival.post("forged", other_id, path="/v1/fleet/push-messages")

    assert answer.status_code == 401
    rival.http.close()


def test_an_enrolled_club_cannot_pull_as_another(coordinator, victim, key_line):
    other_key = generate_private_key(SECP384R1())
    coordinator.fleet.enrol("club-curious", key_line(other_key))
    curious = Caller(coordinator, other_key)

    assert curious.post("pull-messages", victim[0]).status_code == 401
    curious.http.close()


def test_one_key_serves_one_club_and_only_the_right_kind(coordinator, victim, key_line):
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1

    with pytest.raises(AlreadyExists):
        coordinator.fleet.enrol("club-second", key_line(victim[1]))
    for text in ("", "ssh-rsa AAAA", key_line(generate_private_key(SECP256R1()))):
        with pytest.raises(BadCoordinatorSettings):
            read_fleet_key(text)


def test_a_run_that_carries_a_bundle_is_never_fetched_nor_executed(
    coordinator, start_node, wait_until, key_line, node_key, monkeypatch
):
    fetched = []
    for name in ("GetFab", "GetRun"):
        monkeypatch.setattr(FleetHttpClient, name, lambda *a, name=name: fetched.append(name))
    node_id = coordinator.fleet.enrol("club-bundle", key_line(node_key))
    create = coordinator.fleet.state.create_run

    def with_bundle(*_args, **_more):
        override = {"sigma": 0.0001, "app": "evil"}
        return create(
            "evil/app", "1.0.0", "f" * 64, override, NOOP_FEDERATION_ID, None, NOOP_FLWR_AID, TaskType.SERVER_APP
        )

    monkeypatch.setattr(coordinator.fleet.state, "create_run", with_bundle)
    start_node(coordinator, node_key, build_client_app(answer=lambda data: b"own:" + data, receive=print))
    wait_until(lambda: "club-bundle" in coordinator.fleet.online())

    with StateGrid(coordinator.fleet.state) as grid:
        content = RecordDict({"request": ConfigRecord({"b": b"x"})})
        (reply,) = grid.send_and_receive([Message(content, node_id, "train", group_id="1")], timeout=HANG_S)

    assert grid.run.override_config == {"sigma": 0.0001, "app": "evil"}
    assert bytes(reply.content["sum"]["b"]) == b"own:x"
    assert fetched == []


def test_the_nodes_source_never_names_the_bundle():
    for path in (ROOT / "client").rglob("*.py"):
        names = {n.attr for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Attribute)}
        assert not names & {"GetFab", "GetRun", "get_fab", "get_run"}, path


@pytest.mark.parametrize(
    "content",
    [
        {"request": ConfigRecord({"b": b"x"}), "code": ConfigRecord({"b": b"import os"})},
        {"request": ConfigRecord({"b": b"x", "sigma": 0.1})},
        {"request": ConfigRecord({"b": "text"})},
        {"config": ConfigRecord({"b": b"x"})},
        {},
    ],
)
@pytest.mark.parametrize("kind", ["train", "evaluate", "query", "train.replace", "query.model"])
def test_any_other_content_or_kind_is_answered_with_an_error(
    coordinator, start_node, wait_until, key_line, node_key, content, kind
):
    computed = []
    club = f"club-{key_line(node_key)[-12:].lower().replace('/', 'x').replace('+', 'y').replace('=', '')}"
    node_id = coordinator.fleet.enrol(club, key_line(node_key))
    start_node(coordinator, node_key, build_client_app(answer=computed.append, receive=computed.append))
    wait_until(lambda: club in coordinator.fleet.online())

    with StateGrid(coordinator.fleet.state) as grid:
        (reply,) = grid.send_and_receive([Message(RecordDict(content), node_id, kind, group_id="1")], timeout=HANG_S)

    assert reply.has_error()
    assert computed == []
