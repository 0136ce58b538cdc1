"""A Flower Grid that works straight on the link state behind the Fleet API: the ServerApp runs inside the coordinator.

The other half of the adapter to flwr's internals on this side (see `fleet`).
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from types import TracebackType

import server.federation.switches  # noqa: F401 - must come before flwr

# isort: split
from flwr.app import Context, Message, RecordDict
from flwr.app.message import remove_content_from_message
from flwr.common.constant import NOOP_FLWR_AID, SubStatus
from flwr.server.superlink.linkstate import LinkState
from flwr.serverapp import Grid
from flwr.supercore.constant import NOOP_FEDERATION_ID, TaskType
from flwr.supercore.inflatable.inflatable_object import (
    get_all_nested_objects,
    get_object_tree,
    iterate_object_tree,
    no_object_id_recompute,
)
from flwr.supercore.inflatable.inflatable_utils import inflate_object_from_contents
from flwr.supercore.run import Run
from flwr.supercore.task_identity import TaskIdentity

from server.errors import CampaignFailed

TASK_HEARTBEAT_S = 10.0  # well inside the life of Flower's task token
POLL_S = 0.05  # Flower's own Grid sleeps 3 s between polls, which is most of a round
LONGEST_WAIT_S = 3600.0
COORDINATOR_NODE_ID = 1

logger = logging.getLogger(__name__)


class StateGrid(Grid):
    """One run on the link state. Use it as a context: leaving it ends the run and forgets its messages.

    Flower keeps the identity of "the task of this process" in a global, so one run exists at a time; the worker
    thread of the coordinator is the only caller.
    """

    def __init__(self, state: LinkState, *, pushed: Callable[[int], None] = lambda _node: None) -> None:
        """pushed: told the node of each message, once it is whole."""
        self._state = state
        self._pushed = pushed
        self._announced: list[Message] = []
        self._stop = threading.Event()
        # No app, no bundle, no configuration: there is nothing that a node could fetch or be told to run.
        self._run_id = state.create_run(
            None, None, None, {}, NOOP_FEDERATION_ID, None, NOOP_FLWR_AID, TaskType.SERVER_APP
        )
        self._run = state.get_run_info(run_ids=[self._run_id])[0]
        self._task_id = self._run.primary_task_id or 0
        if not (state.claim_task(self._task_id) and state.activate_task(self._task_id)):
            raise CampaignFailed("the run could not be started on the link state")
        TaskIdentity.run_id, TaskIdentity.task_id = self._run_id, self._task_id
        TaskIdentity.node_id = COORDINATOR_NODE_ID
        self._beat = threading.Thread(target=self._keep_alive, name="run-heartbeat", daemon=True)
        self._beat.start()

    def __enter__(self) -> "StateGrid":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(completed=kind is None)

    def _keep_alive(self) -> None:
        while not self._stop.wait(TASK_HEARTBEAT_S):
            self._state.acknowledge_task_heartbeat(self._task_id)

    def context(self) -> Context:
        """The context a ServerApp is called with; its run configuration is empty on purpose (docs/invariants.md §6)."""
        return Context(
            run_id=self._run_id, node_id=COORDINATOR_NODE_ID, node_config={}, state=RecordDict(), run_config={}
        )

    def set_run(self, run: Run) -> None:
        """Keep another run description; the Grid interface demands it."""
        self._run = run

    @property
    def run(self) -> Run:
        """The run this Grid drives."""
        return self._run

    def create_message(
        self, content: RecordDict, message_type: str, dst_node_id: int, group_id: str, ttl: float | None = None
    ) -> Message:
        """Return a message of this run."""
        return Message(content, dst_node_id, message_type, ttl=ttl, group_id=group_id)

    def get_node_ids(self) -> Iterable[int]:
        """Ids of the nodes that are online."""
        return self._state.get_nodes(self._run_id)

    def push_messages(self, messages: Iterable[Message]) -> list[str]:
        """Hand messages to the link state; raises CampaignFailed if it refuses one."""
        return [self._push(message) for message in messages]

    def _push(self, message: Message) -> str:
        message.metadata.__dict__["_run_id"] = self._run_id
        with no_object_id_recompute():
            message_id: str = message.object_id
            message.metadata.__dict__["_message_id"] = message_id
            objects, tree = get_all_nested_objects(message), get_object_tree(message)
            session = self._state.start_session(self._run_id)
            stored, missing = self._state.store_message_and_object_tree(
                remove_content_from_message(message), tree, session
            )
            if not stored:
                raise CampaignFailed("a message to a node was refused; the node may have been removed")
            for object_id in missing:
                self._state.store_object(self._run_id, session, object_id, objects[object_id].deflate())
        self._pushed(message.metadata.dst_node_id)
        return message_id

    def pull_messages(self, message_ids: Iterable[str]) -> list[Message]:
        """Return the replies whose objects have all arrived.

        Flower announces a reply before its objects are pushed, so an incomplete one waits here for the next call.
        """
        self._announced += self._state.get_message_res(message_ids=set(message_ids), run_id=self._run_id)
        replies = [full for message in list(self._announced) if (full := self._complete(message)) is not None]
        if replies:
            self._state.delete_messages(message_ins_ids={m.metadata.reply_to_message_id for m in replies})
        return replies

    def _complete(self, announced: Message) -> Message | None:
        full: Message | None = announced
        if not announced.has_error():
            full = self._inflated(announced)
        if full is not None:
            self._announced.remove(announced)
        return full

    def _inflated(self, announced: Message) -> Message | None:
        store, message_id = self._state.object_store, announced.metadata.message_id
        found = {t.object_id: store.get(t.object_id) for t in iterate_object_tree(store.get_object_tree(message_id))}
        contents = {object_id: content for object_id, content in found.items() if content}
        if len(contents) < len(found):
            return None
        try:
            with no_object_id_recompute():
                full = inflate_object_from_contents(message_id, contents)
        except Exception as error:  # bytes of one node, of any kind: they may cost it its part, never the campaign
            logger.warning("a node pushed objects that are no message", extra={"error": type(error).__name__})
            return None
        if not isinstance(full, Message):
            return None  # an enrolled node that pushes something else has not answered
        full.metadata.__dict__.update(announced.metadata.__dict__)
        return full

    def send_and_receive(
        self, messages: Iterable[Message], *, timeout: float | None = None, stop: threading.Event | None = None
    ) -> list[Message]:
        """Send messages and return the replies that came within `timeout` seconds, or until `stop` is set."""
        waiting, replies = set(self.push_messages(messages)), list[Message]()
        quiet, end = stop or self._stop, time.monotonic() + (LONGEST_WAIT_S if timeout is None else timeout)
        while waiting and time.monotonic() < end:
            arrived = self.pull_messages(waiting)
            replies += arrived
            waiting -= {message.metadata.reply_to_message_id for message in arrived}
            if waiting and quiet.wait(POLL_S):
                break
        self._state.delete_messages(message_ins_ids=waiting)  # a late reply to an abandoned question is dropped
        return replies

    def close(self, *, completed: bool = True) -> None:
        """End the run and forget its messages and objects."""
        if self._stop.is_set():
            return
        self._stop.set()
        self._state.finish_task(self._task_id, SubStatus.COMPLETED if completed else SubStatus.FAILED, "")
        self._state.cleanup_run(self._run_id)
