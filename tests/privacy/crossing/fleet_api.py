"""The crossing of the Fleet API: messages of two enrolled clubs, and who may name them."""

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import server.federation.switches  # noqa: F401 - must come before flwr

# isort: split
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi.testclient import TestClient
from flwr.app import ConfigRecord, Message, RecordDict
from flwr.app.message import remove_content_from_message
from flwr.common.constant import TIMESTAMP_HEADER
from flwr.common.serde import message_to_proto
from flwr.proto import fleet_pb2, heartbeat_pb2, message_pb2
from flwr.proto.node_pb2 import Node
from flwr.supercore.constant import FLEET_HTTP_PUBLIC_KEY_HEADER, FLEET_HTTP_SIGNATURE_HEADER
from flwr.supercore.inflatable.inflatable_object import get_all_nested_objects, get_object_tree
from flwr.supercore.primitives.asymmetric import public_key_to_bytes, sign_message

from server.federation.fleet import Fleet, build_fleet_app
from server.federation.grid import StateGrid
from tests.privacy.crossing.findings import Answered, Crossing, Walls
from tests.privacy.crossing.tenants import NOTHING, OTHER, OWN

TENANTS = (OWN, OTHER, NOTHING)
STRANGERS = ("nobody", "a wrong signature", "a key that nobody enrolled")
CALLERS = (*STRANGERS, OWN, OTHER)
CANARY = {club: f"canary of {club}" for club in (OWN, OTHER)}


@dataclass(frozen=True, slots=True)
class Theirs:
    """What a club has at the Fleet API: its node, a question to it, its answer, and the objects of both.

    whole: every object of the answer by its id. session: in which the node may send them.
    """

    node: int
    question: str
    objects: tuple[str, ...]
    reply: Message | None = None
    whole: dict[str, bytes] = field(default_factory=dict)
    session: str = ""

    @property
    def answer(self) -> str:
        """Id of an object of its answer that nobody but the coordinator may have."""
        return next(iter(self.whole))


Filled = Callable[["FleetCrossings", dict[str, Theirs], bytes], Any]


def _push(world: "FleetCrossings", things: dict[str, Theirs], _key: bytes) -> Any:
    """An answer, from the node of one club to the question of another or to none."""
    reply = things["question"].reply or world.theirs[OWN].reply
    proto = message_to_proto(remove_content_from_message(reply))
    proto.metadata.src_node_id = things["node"].node
    proto.metadata.reply_to_message_id = things["question"].question
    trees = [get_object_tree(reply)]
    return fleet_pb2.PushMessagesRequest(
        node=Node(node_id=things["node"].node), messages_list=[proto], message_object_trees=trees
    )


ROUTES: dict[str, tuple[tuple[str, ...], Filled]] = {
    "POST /v1/fleet/activate-node": (
        (),
        lambda w, t, key: fleet_pb2.ActivateNodeRequest(public_key=key, heartbeat_interval=30),
    ),
    "POST /v1/fleet/send-node-heartbeat": (
        ("node",),
        lambda w, t, key: heartbeat_pb2.SendNodeHeartbeatRequest(node=_node(t), heartbeat_interval=30),
    ),
    "POST /v1/fleet/pull-messages": (("node",), lambda w, t, key: fleet_pb2.PullMessagesRequest(node=_node(t))),
    "POST /v1/fleet/pull-object": (
        ("node", "object"),
        lambda w, t, key: message_pb2.PullObjectRequest(
            node=_node(t), run_id=w.run_id, object_id=t["object"].objects[-1]
        ),
    ),
    "POST /v1/fleet/push-messages": (("node", "question"), _push),
    "POST /v1/fleet/push-object": (
        ("node", "answer"),
        lambda w, t, key: message_pb2.PushObjectRequest(
            node=_node(t),
            run_id=w.run_id,
            session_id=t["node"].session if t["answer"] is t["node"] else "",  # a session of others nobody knows
            object_id=t["answer"].answer,
            object_content=t["answer"].whole[t["answer"].answer],
        ),
    ),
    "POST /v1/fleet/confirm-message-received": (
        ("node", "question"),
        lambda w, t, key: message_pb2.ConfirmMessageReceivedRequest(
            node=_node(t), run_id=w.run_id, message_object_id=t["question"].question
        ),
    ),
    "POST /v1/fleet/deactivate-node": (
        ("node",),
        lambda w, t, key: fleet_pb2.DeactivateNodeRequest(node_id=t["node"].node),
    ),
    "GET /health": ((), lambda w, t, key: None),
}
"""How every route of the Fleet API is filled."""


def _node(things: dict[str, Theirs]) -> Node:
    return Node(node_id=things["node"].node)


def may_name(caller: str, slot: str, tenant: str) -> bool:
    """A club names its own node and what was sent to or by it."""
    return caller == tenant


def walls() -> Walls:
    """The walls between clubs."""
    return Walls(may_name, lambda caller: [text for club, text in CANARY.items() if club != caller])


def what_is_left(crossing: Crossing, answered: Answered) -> list[str]:
    """What is wrong with the status of an answer. Nothing here leaves an entry: the parts are recorded elsewhere."""
    if crossing.route == "GET /health":
        return [] if answered.status == 200 else [f"{crossing.name}: {answered.status}"]
    if crossing.caller in STRANGERS:
        is_unknown = crossing.caller == STRANGERS[2] and crossing.route.endswith("/activate-node")
        return [] if answered.status == (412 if is_unknown else 401) else [f"{crossing.name}: {answered.status}"]
    if dict(crossing.slots).get("node", crossing.caller) != crossing.caller:
        return [] if answered.status == 401 else [f"{crossing.name}: {answered.status}"]
    return []


class FleetCrossings:
    """Carries crossings out over the real application and link state, new for each: a message is pulled only once."""

    def __init__(self) -> None:
        self.keys = {club: generate_private_key(SECP384R1()) for club in CALLERS}

    def _open(self) -> None:
        self.fleet = Fleet.open()
        self.nodes = {club: self.fleet.enrol(club, _line(self.keys[club])) for club in (OWN, OTHER)}
        for node in self.nodes.values():
            self.fleet.state.activate_node(node, 30)
        self.grid = StateGrid(self.fleet.state)
        self.run_id = self.grid.run.run_id
        nothing = Theirs(1, "0" * 64, ("0" * 64,), None, {"0" * 64: b"x"})
        self.theirs = {club: self._theirs(club) for club in (OWN, OTHER)} | {NOTHING: nothing}
        self.http = TestClient(build_fleet_app(self.fleet), raise_server_exceptions=False)

    def _theirs(self, club: str) -> Theirs:
        """A question that waits for the club's node, and the answer that its node has announced."""
        content = RecordDict({"request": ConfigRecord({"b": CANARY[club].encode()})})
        asked = Message(content, self.nodes[club], "train", group_id="1")
        (question,) = self.grid.push_messages([asked])
        reply = Message(RecordDict({"sum": ConfigRecord({"b": CANARY[club].encode() * 2})}), reply_to=asked)
        reply.metadata.__dict__["_message_id"] = reply.object_id
        whole = {name: one.deflate() for name, one in get_all_nested_objects(reply).items()}
        state = self.fleet.state
        session = state.start_session(self.run_id)
        state.store_message_and_object_tree(remove_content_from_message(reply), get_object_tree(reply), session)
        ids = [tree.object_id for tree in _below(state.object_store.get_object_tree(question))]
        return Theirs(self.nodes[club], question, tuple(ids), reply, whole, session)

    def send(self, crossing: Crossing) -> Answered:
        """Carry out one crossing on a coordinator of its own, and say whether it changed what another club has."""
        self._open()
        _, fill = ROUTES[crossing.route]
        things = {slot: self.theirs[tenant] for slot, tenant in crossing.slots}
        key = self.keys[crossing.caller]
        made = fill(self, things, public_key_to_bytes(key.public_key()))
        before = self._held_by_others(crossing.caller)
        method, path = crossing.route.split()
        answer = self.http.request(
            method,
            path,
            content=b"" if made is None else made.SerializeToString(),
            headers=self._headers(crossing.caller, key),
        )
        changed = b"" if self._held_by_others(crossing.caller) == before else b" and changed what another club has"
        self.grid.close()
        sent = [name for one in things.values() for name in (one.question, *one.objects, *one.whole)]
        sent += [self.theirs[OWN].reply.metadata.message_id] + [
            one.reply.metadata.message_id for one in things.values() if one.reply
        ]
        answered = Answered.of(answer, sent, ())
        return replace(answered, content=answered.content + changed)

    def _held_by_others(self, caller: str) -> list[Any]:
        store = self.fleet.state.object_store
        others = [self.theirs[club] for club in (OWN, OTHER) if club != caller]
        return [store.get(name) for one in others for name in (*one.objects, *one.whole)]

    def _headers(self, caller: str, key: EllipticCurvePrivateKey) -> dict[str, str]:
        headers = {"content-type": "application/protobuf", "accept": "application/protobuf"}
        if caller == "nobody":
            return headers
        stamp, signer = datetime.now(UTC).isoformat(), key
        shown = self.keys[OWN] if caller == "a wrong signature" else key
        return headers | {
            FLEET_HTTP_PUBLIC_KEY_HEADER: base64.b64encode(public_key_to_bytes(shown.public_key())).decode(),
            TIMESTAMP_HEADER: stamp,
            FLEET_HTTP_SIGNATURE_HEADER: base64.b64encode(sign_message(signer, stamp.encode())).decode(),
        }


def _line(key: EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def _below(tree: Any) -> Iterable[Any]:
    yield tree
    for child in tree.children:
        yield from _below(child)
