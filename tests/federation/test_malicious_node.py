"""Attacks by an enrolled node on the coordinator: whatever it pushes costs that node its part, nobody else anything."""

import hashlib
import threading

import pytest
from flwr.app import ConfigRecord, Message, RecordDict
from flwr.app.message import remove_content_from_message
from flwr.clientapp import ClientApp
from flwr.common.serde import message_to_proto
from flwr.proto.fleet_pb2 import PushMessagesRequest
from flwr.proto.message_pb2 import ObjectTree
from flwr.supercore.inflatable.inflatable_object import no_object_id_recompute
from flwr.supercore.inflatable.inflatable_protobuf_utils import make_push_object_fn_protobuf
from flwr.supercore.inflatable.inflatable_utils import push_object_contents_from_iterable

from client.federation import fleet
from server.federation.grid import StateGrid
from tests.waiting import HANG_S


def silent_app():
    app = ClientApp()

    @app.train()
    def train(message, context):
        return Message(RecordDict(), reply_to=message)

    return app


def pushing(junk, sent):
    """A `Connection.send` that announces and pushes `junk` as its reply, and sets `sent` when that is done."""

    def send(connection, reply):
        junk_id = hashlib.sha256(junk).hexdigest()
        with no_object_id_recompute():
            reply.metadata.__dict__["_message_id"] = junk_id
            response = connection.client.PushMessages(
                PushMessagesRequest(
                    node=connection.node,
                    messages_list=[message_to_proto(remove_content_from_message(reply))],
                    message_object_trees=[ObjectTree(object_id=junk_id)],
                    clientapp_runtime_list=[0.0],
                )
            )
            push = make_push_object_fn_protobuf(
                connection.client.PushObject, connection.node, reply.metadata.run_id, response.session_id
            )
            push_object_contents_from_iterable(((one, junk) for one in response.objects_to_push), push_object_fn=push)
        sent.set()

    return send


class LookingGrid(StateGrid):
    """Sets `looked` once it has looked for replies after `sent`: whatever comes of the junk has come by then."""

    sent: threading.Event
    looked: threading.Event

    def pull_messages(self, message_ids):
        is_there = self.sent.is_set()
        replies = super().pull_messages(message_ids)
        if is_there:
            self.looked.set()
        return replies


@pytest.mark.parametrize(
    "junk", [b"Message  4\x00junk", b"RecordDict  4\x00junk", b"ConfigRecord  4\x00junk", b"RecordDict  2\x00{}"]
)
def test_objects_that_are_no_message_are_no_answer_and_no_crash(
    coordinator, start_node, wait_until, key_line, node_key, monkeypatch, junk
):
    club, sent = f"club-{hashlib.sha256(junk).hexdigest()[:8]}", threading.Event()
    node_id = coordinator.fleet.enrol(club, key_line(node_key))
    monkeypatch.setattr(fleet.Connection, "send", pushing(junk, sent))
    start_node(coordinator, node_key, silent_app())
    wait_until(lambda: club in coordinator.fleet.online())

    with LookingGrid(coordinator.fleet.state) as grid:
        grid.sent, grid.looked = sent, threading.Event()
        content = RecordDict({"request": ConfigRecord({"b": b"hello"})})
        message = Message(content, node_id, "train", group_id="1")
        replies = grid.send_and_receive([message], timeout=HANG_S, stop=grid.looked)

    assert grid.looked.is_set()
    assert replies == []


def test_how_long_an_answer_took_stays_on_the_node(
    coordinator, start_node, wait_until, key_line, node_key, monkeypatch
):
    """It grows with the number of athletes in the answer."""
    told, club = [], "club-slow"
    push = fleet.FleetHttpClient.PushMessages

    def spy(client, request):
        told.extend(request.clientapp_runtime_list)
        return push(client, request)

    monkeypatch.setattr(fleet.FleetHttpClient, "PushMessages", spy)
    node_id = coordinator.fleet.enrol(club, key_line(node_key))
    start_node(coordinator, node_key, silent_app())
    wait_until(lambda: club in coordinator.fleet.online())

    with StateGrid(coordinator.fleet.state) as grid:
        content = RecordDict({"request": ConfigRecord({"b": b"hello"})})
        grid.send_and_receive([Message(content, node_id, "train", group_id="1")], timeout=HANG_S)

    assert told == [0.0]
