"""The routes of the Fleet API: Flower's handlers behind our checks, one turn in a thread for each request.

Flower's own router resolves three dependencies in threads of their own before it calls the same handlers, which is most
of what a request costs. None of the three does anything here: the link state is ours, nobody is registered by a node,
and no version is refused. Who asks was established by Flower's own middleware before (see `fleet`).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import server.federation.switches  # noqa: F401 - must come before flwr

# isort: split
from fastapi import HTTPException, Request, Response
from flwr.proto.fleet_pb2 import PullMessagesRequest, PullMessagesResponse, PushMessagesRequest
from flwr.server.superlink.linkstate import InMemoryLinkState
from flwr.supercore.protobuf.translation import get_protobuf_request
from flwr.superlink.servicer.fleet import fleet_handlers
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from server.federation.fleet_api.arrivals import Arrivals
from server.federation.fleet_api.own_objects import own_objects_only

FLEET = "/v1/fleet/"
DISCONNECTED = "http.disconnect"

FleetHandler = Callable[[Any, InMemoryLinkState], Any]
HANDLERS: Mapping[str, FleetHandler] = {
    "activate-node": lambda asked, state: fleet_handlers.activate_node(asked, state),
    "deactivate-node": lambda asked, state: fleet_handlers.deactivate_node(asked, state),
    "send-node-heartbeat": lambda asked, state: fleet_handlers.send_node_heartbeat(asked, state),
    "pull-messages": lambda asked, state: fleet_handlers.pull_messages(asked, state, state.object_store),
    "pull-object": lambda asked, state: fleet_handlers.pull_object(asked, state),
    "confirm-message-received": lambda asked, state: fleet_handlers.confirm_message_received(
        asked, state, state.object_store
    ),
    "push-messages": lambda asked, state: fleet_handlers.push_messages(asked, state),
    "push-object": lambda asked, state: fleet_handlers.push_object(asked, state),
}
"""What is served of Flower's Fleet API, by the last part of its path."""
SERVED = frozenset(FLEET + name for name in HANDLERS)


def fleet_routes(state: InMemoryLinkState, arrivals: Arrivals) -> list[Route]:
    """Return a route for each of `HANDLERS`."""
    served = _Served(state, arrivals)
    return [Route(FLEET + name, served.endpoint(handle), methods=["POST"]) for name, handle in HANDLERS.items()]


@dataclass(frozen=True, slots=True)
class _Served:
    state: InMemoryLinkState
    arrivals: Arrivals

    def endpoint(self, handle: FleetHandler) -> Callable[[Request], Awaitable[Response]]:
        """Return what answers one route; Flower's middleware puts its answer into bytes."""

        async def answered(request: Request) -> Response:
            asked: Any = get_protobuf_request(request)
            if isinstance(asked, PullMessagesRequest) and not await self._may_fetch(request, asked.node.node_id):
                request.state.protobuf_response = PullMessagesResponse()
            else:
                request.state.protobuf_response = await run_in_threadpool(self._handled, handle, asked)
            return Response()

        return answered

    def _handled(self, handle: FleetHandler, asked: Any) -> Any:
        own_replies_only(asked)
        own_objects_only(self.state, asked)
        return handle(asked, self.state)

    async def _may_fetch(self, request: Request, node_id: int) -> bool:
        async def until_gone() -> None:
            while (await request.receive())["type"] != DISCONNECTED:
                pass

        return await self.arrivals.may_fetch(
            node_id, has_message=lambda: self._has_message(node_id), until_gone=until_gone
        )

    def _has_message(self, node_id: int) -> bool:
        """Whether the link state has one for this node that it has not given away yet."""
        kept = (one.metadata for one in list(self.state.message_ins_store.values()))
        return any(one.dst_node_id == node_id and not one.delivered_at for one in kept)


def own_replies_only(asked: Any) -> None:
    """Refuse a reply that names another node as its source; raises HTTPException (401).

    Flower authenticates who pushes, but stores the source that the message itself claims; without this check
    one enrolled club could answer in another's name (docs/invariants.md §8).
    """
    if isinstance(asked, PushMessagesRequest):
        sources = [message.metadata.src_node_id for message in asked.messages_list]
        if sources != [asked.node.node_id]:
            raise HTTPException(401, "Invalid SuperNode authentication")
