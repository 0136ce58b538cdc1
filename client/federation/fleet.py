"""The node's side of Flower's Fleet API: one long-lived loop that runs only what is installed here.

It holds docs/invariants.md §6, and is the only place that touches flwr's internals on this side; a contract test holds
it against the pinned version. Flower's own connection helper is not used: it ends the whole process when a heartbeat
is refused, and retries without a way to stop. The bundle that Flower could ship is never asked for, and run
configuration is never read.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import client.federation.switches  # noqa: F401 - must come before flwr

# isort: split
import httpx
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from flwr.app import Context, Error, Message, RecordDict
from flwr.app.message import remove_content_from_message
from flwr.clientapp import ClientApp
from flwr.common.constant import HEARTBEAT_MIN_INTERVAL, ErrorCode
from flwr.common.serde import message_from_proto, message_to_proto
from flwr.proto.fleet_pb2 import (
    ActivateNodeRequest,
    DeactivateNodeRequest,
    PullMessagesRequest,
    PushMessagesRequest,
)
from flwr.proto.heartbeat_pb2 import SendNodeHeartbeatRequest
from flwr.proto.message_pb2 import ObjectTree
from flwr.proto.node_pb2 import Node
from flwr.supercore.inflatable.inflatable_object import (
    get_all_nested_objects,
    get_object_tree,
    iterate_object_tree,
    no_object_id_recompute,
)
from flwr.supercore.inflatable.inflatable_protobuf_utils import (
    make_confirm_message_received_fn_protobuf,
    make_pull_object_fn_protobuf,
    make_push_object_fn_protobuf,
)
from flwr.supercore.inflatable.inflatable_utils import (
    inflate_object_from_contents,
    pull_objects,
    push_object_contents_from_iterable,
)
from flwr.supercore.primitives.asymmetric import public_key_to_bytes
from flwr.supernode.fleet_http_client import FleetHttpClient
from flwr.supernode.node_auth_http_interceptor import NodeAuthHttpInterceptor

from chassis.operations.once_until_changed import OnceUntilChanged
from client.federation.lost_connection import reason_of
from client.federation.poll_pace import PollPace

POLL_S = 0.1  # Flower's own loop sleeps 3 s, which would be most of a round
HEARTBEAT_S = float(HEARTBEAT_MIN_INTERVAL)  # the shortest allowed: a node that was killed may return after 2 of them
FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 0.2, 5.0
REFUSAL_LENGTH = 64
COORDINATOR = "coordinator"

logger = logging.getLogger(__name__)


class ConnectionLost(Exception):
    """The coordinator cannot be reached, or does not know this node (any more); the loop tries again."""


@dataclass(slots=True)
class Connection:
    """One activated session with the coordinator."""

    client: FleetHttpClient
    node: Node
    lost: threading.Event = field(default_factory=threading.Event)

    def beat(self, stop: threading.Event) -> None:
        """Send heartbeats until `stop` or until the coordinator no longer knows this node."""
        while not stop.wait(HEARTBEAT_S * 0.5):
            try:
                request = SendNodeHeartbeatRequest(node=self.node, heartbeat_interval=HEARTBEAT_S)
                if self.client.SendNodeHeartbeat(request).success:
                    continue
            except (httpx.HTTPError, ValueError):
                logger.warning("heartbeat not answered")
            self.lost.set()
            return

    def receive(self) -> Message | None:
        """Return the next whole message for this node, or None when there is none."""
        response = self.client.PullMessages(PullMessagesRequest(node=self.node))
        if not response.messages_list:
            return None
        announced: Message = message_from_proto(response.messages_list[0])
        return self._pull(announced, response.message_object_trees[0])

    def _pull(self, announced: Message, tree: ObjectTree) -> Message | None:
        run_id, message_id = announced.metadata.run_id, announced.metadata.message_id
        pull = make_pull_object_fn_protobuf(self.client.PullObject, self.node, run_id)
        contents = pull_objects([leaf.object_id for leaf in iterate_object_tree(tree)], pull_object_fn=pull)
        make_confirm_message_received_fn_protobuf(self.client.ConfirmMessageReceived, self.node, run_id)(message_id)
        with no_object_id_recompute():
            full = inflate_object_from_contents(message_id, contents)
        if not isinstance(full, Message):
            return None  # nothing that this node could answer
        full.metadata.__dict__.update(announced.metadata.__dict__)
        return full

    def send(self, reply: Message) -> None:
        """Push a reply and its objects. How long the answer took stays here: it grows with the athletes in it."""
        run_id = reply.metadata.run_id
        with no_object_id_recompute():
            reply.metadata.__dict__["_message_id"] = reply.object_id
            objects, tree = get_all_nested_objects(reply), get_object_tree(reply)
            bare = remove_content_from_message(reply) if reply.has_content() else reply
            response = self.client.PushMessages(
                PushMessagesRequest(
                    node=self.node,
                    messages_list=[message_to_proto(bare)],
                    message_object_trees=[tree],
                    clientapp_runtime_list=[0.0],
                )
            )
            push = make_push_object_fn_protobuf(self.client.PushObject, self.node, run_id, response.session_id)
            push_object_contents_from_iterable(
                ((wanted, objects[wanted].deflate()) for wanted in response.objects_to_push), push_object_fn=push
            )


@dataclass(slots=True)
class FleetLoop:
    """Keeps one node signed in at the coordinator and answers its messages with the installed ClientApp.

    address: "host:port"; ca: the coordinator's CA certificate in PEM. `on_change` hears True when the node comes
    online and False when it goes offline. poll_s: the pause between two polls in a round; it grows where none goes on.
    """

    address: str
    ca: bytes
    key: EllipticCurvePrivateKey
    app: ClientApp
    on_change: Callable[[bool], None] = field(default=lambda _online: None)
    poll_s: float = POLL_S
    _said: OnceUntilChanged = field(default_factory=OnceUntilChanged)

    def run(self, stop: threading.Event) -> None:
        """Serve until `stop` is set; whatever breaks on the way is a reason to connect again, later and later."""
        backoff_s = FIRST_BACKOFF_S
        while not stop.is_set():
            began = time.monotonic()
            try:
                self._session(stop)
            except Exception as error:  # a node that stops polling is lost to its club until somebody notices
                self._note_lost(reason_of(error))
            if time.monotonic() - began > 2 * LONGEST_BACKOFF_S:
                backoff_s = FIRST_BACKOFF_S
            stop.wait(backoff_s)
            backoff_s = min(backoff_s * 2, LONGEST_BACKOFF_S)

    def _note_lost(self, reason: str) -> None:
        """Once for a reason: it is tried every few seconds, for as long as the coordinator is away."""
        if self._said.is_new(COORDINATOR, reason):
            logger.warning("not connected to the coordinator", extra={"reason": reason})

    def _session(self, stop: threading.Event) -> None:
        interceptor = NodeAuthHttpInterceptor(self.key, self.key.public_key())
        with FleetHttpClient.from_server_address(self.address, False, self.ca, [interceptor]) as http:
            public = public_key_to_bytes(self.key.public_key())
            answer = http.ActivateNode(ActivateNodeRequest(public_key=public, heartbeat_interval=HEARTBEAT_S))
            connection = Connection(http, Node(node_id=answer.node_id))
            quiet = threading.Event()
            beat = threading.Thread(target=connection.beat, args=(quiet,), name="fleet-heartbeat", daemon=True)
            beat.start()
            self.on_change(True)
            if self._said.is_over(COORDINATOR):
                logger.info("connected to the coordinator again")
            try:
                self._serve(connection, stop)
            finally:
                self.on_change(False)
                quiet.set()
                beat.join()
                _sign_off(connection)

    def _serve(self, connection: Connection, stop: threading.Event) -> None:
        pace = PollPace(self.poll_s)
        while not stop.is_set():
            if connection.lost.is_set():
                raise ConnectionLost
            asked = time.monotonic()
            message = connection.receive()
            if message is None:
                stop.wait(pace.pause_s(took_s=time.monotonic() - asked))
                continue
            pace.on_message()
            _while_run_lasts(partial(connection.send, self._answer(message)))

    def _answer(self, message: Message) -> Message:
        """Run the installed app. A refusal or failure leaves as the name of its class and nothing else."""
        context = Context(
            run_id=message.metadata.run_id,
            node_id=message.metadata.dst_node_id,
            node_config={},
            state=RecordDict(),
            run_config={},  # never what the coordinator says: parameters come from the approved manifest
        )
        try:
            return self.app(message=message, context=context)
        except Exception as error:  # whatever the app raises becomes an error reply; the loop must survive it
            reason = type(error).__name__[:REFUSAL_LENGTH]
            return Message(Error(code=ErrorCode.CLIENT_APP_RAISED_EXCEPTION, reason=reason), reply_to=message)


def _while_run_lasts(push: Callable[[], None]) -> None:
    """Push a reply; a run that ended meanwhile (answered 4xx other than 401) wants it no more."""
    try:
        push()
    except httpx.HTTPStatusError as error:
        if error.response.status_code == httpx.codes.UNAUTHORIZED or error.response.is_server_error:
            raise
        logger.warning("the run ended before the reply was ready")


def _sign_off(connection: Connection) -> None:
    try:
        connection.client.DeactivateNode(DeactivateNodeRequest(node_id=connection.node.node_id))
    except (httpx.HTTPError, ValueError, RuntimeError):
        logger.warning("could not sign off; the coordinator will notice by the missing heartbeat")
