"""Which objects of the link state a node may name: those of questions to it, and those of its own answers.

Flower authenticates the node and then takes any object's id for a permission: whoever knows the id of another club's
question or answer could read, complete or delete it (docs/invariants.md §8). What is not the caller's is asked for
under an id that no object has, so that the answer is the one for nothing.

Objects of an answer belong to the push session that the node was given for it, a random id. Without one Flower looks
for any session that waits for the object, for the sake of older nodes; ours always send it. Whether the answer is still
kept does not matter: the coordinator may have taken it already while its last objects are under way.
"""

from collections.abc import Iterable, Iterator

import server.federation.switches  # noqa: F401 - must come before flwr

# isort: split
from flwr.app import Message
from flwr.proto.message_pb2 import ConfirmMessageReceivedRequest, ObjectTree, PullObjectRequest, PushObjectRequest
from flwr.server.superlink.linkstate import InMemoryLinkState
from flwr.supercore.object_store.object_store import NoObjectInStoreError

NO_OBJECT = "0" * 64


def own_objects_only(state: InMemoryLinkState, asked: object) -> None:
    """Have a request for an object name one of the caller's, or none. Any other request is left as it is."""
    if isinstance(asked, ConfirmMessageReceivedRequest | PullObjectRequest | PushObjectRequest):
        _narrow(state, asked)


def _narrow(
    state: InMemoryLinkState, asked: ConfirmMessageReceivedRequest | PullObjectRequest | PushObjectRequest
) -> None:
    node_id = asked.node.node_id
    if isinstance(asked, PushObjectRequest):
        if not asked.session_id:
            asked.object_id = NO_OBJECT
        return
    questions = (one for one in list(state.message_ins_store.values()) if one.metadata.dst_node_id == node_id)
    if isinstance(asked, PullObjectRequest):
        if asked.object_id not in _objects(state, questions):
            asked.object_id = NO_OBJECT
    elif asked.message_object_id not in {one.metadata.message_id for one in questions}:
        asked.message_object_id = NO_OBJECT


def _objects(state: InMemoryLinkState, messages: Iterable[Message]) -> Iterator[str]:
    """The ids of these messages' objects, as long as they are kept."""
    for message in messages:
        try:
            yield from _ids(state.object_store.get_object_tree(message.metadata.message_id))
        except NoObjectInStoreError:
            continue


def _ids(tree: ObjectTree) -> Iterator[str]:
    yield tree.object_id
    for child in tree.children:
        yield from _ids(child)
