"""The coordinator's side of Flower's Fleet API: what is served, who may speak, and nothing else.

It holds docs/invariants.md §7. Together with `grid` this is the only place that touches flwr's internals on this
side; a contract test holds it against the pinned version. Of Flower's routes only those are mounted that a node
needs for messages. There is no Control API, no Runtime API, no bundle and no registration: nodes exist because the
operator enrolled them.
"""

import threading
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import server.federation.switches

# isort: split
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_public_key
from fastapi import FastAPI
from flwr.common.constant import NOOP_ACCOUNT_NAME, NOOP_FLWR_AID, TIMESTAMP_HEADER
from flwr.server.superlink.linkstate import InMemoryLinkState, LinkStateFactory
from flwr.supercore.constant import (
    FLEET_HTTP_PUBLIC_KEY_HEADER,
    FLEET_HTTP_SIGNATURE_HEADER,
    FLWR_IN_MEMORY_DB_NAME,
    NodeStatus,
)
from flwr.supercore.error import http_error_translator
from flwr.supercore.primitives.asymmetric import public_key_to_bytes
from flwr.supercore.protobuf.translation import ProtobufTranslationMiddleware
from flwr.superlink.config_loader import get_federation_manager, get_objectstore_linkstate_factories
from flwr.superlink.routers.fleet.node_auth import NodeAuthMiddleware
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.http.limited_bodies import BodyLimit, BodyLimits
from chassis.operations.health import ALWAYS_WELL, ProgramHealth
from models.masks.node_line import with_masks_part_of
from server.errors import AlreadyExists, BadCoordinatorSettings
from server.federation.fleet_api.arrivals import Arrivals
from server.federation.fleet_api.fleet_routes import FLEET, SERVED, fleet_routes

SWITCHED_OFF = server.federation.switches.SWITCHES

HEALTH = "/health"
LARGEST_BODY = 8 * 1024 * 1024  # ours: a sum of 100,000 integers is below 2 MiB
LEAST_RATE = 64 * 1024  # bytes a second, ours: half a megabit, which any club's line has
FLEET_BODIES = BodyLimits(
    uploads={FLEET + name: BodyLimit(LARGEST_BODY, LEAST_RATE) for name in ("push-messages", "push-object")},
    most_in_memory=256 * 1024 * 1024,
)
"""What may be uploaded and how slowly; the bodies of 128 clubs at once. Every other route takes the usual."""
REGISTERED_HEARTBEAT_S = 30.0


class OnlyServedPaths:
    """Answers 404 to every path but the few served, before Flower's own middleware looks at the request.

    Flower reads a body before it asks who sent it. What it will refuse for its headers is refused here, unread: its
    signature covers the time alone, so the headers are all there is to check.
    """

    def __init__(self, app: ASGIApp, *, factory: LinkStateFactory) -> None:
        self._app = app
        self._factory = factory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass served paths on; refuse bodies that announce more than the largest message."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] not in SERVED and scope["path"] != HEALTH:
            await PlainTextResponse("Not Found", 404)(scope, receive, send)
        elif _announced_length(scope) > LARGEST_BODY:
            await PlainTextResponse("Too large", 413)(scope, receive, send)
        elif scope["path"] in SERVED and not self._may_send(scope):
            await PlainTextResponse("Invalid SuperNode authentication", 401)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _may_send(self, scope: Scope) -> bool:
        """Whether a body of this caller is worth reading: signed by an enrolled node, or asking to be activated."""
        headers = Headers(scope=scope)
        try:
            public_key = b64decode(headers[FLEET_HTTP_PUBLIC_KEY_HEADER], validate=True)
            b64decode(headers[FLEET_HTTP_SIGNATURE_HEADER], validate=True)
            datetime.fromisoformat(headers[TIMESTAMP_HEADER])
        except (KeyError, ValueError):
            return False
        if scope["path"] == FLEET + "activate-node":
            return True  # the key is refused by Flower, which says that it is unknown; the body is small
        return self._factory.state().get_node_id_by_public_key(public_key) is not None


def _announced_length(scope: Scope) -> int:
    """Content-Length of the request; a POST without a readable one counts as too large."""
    headers: Mapping[bytes, bytes] = dict(scope["headers"])
    if scope["method"] != "POST":
        return 0
    text = headers.get(b"content-length", b"")
    return int(text) if text.isdigit() else LARGEST_BODY + 1


def read_fleet_key(text: str) -> str:
    """Return a node's line: its public key in OpenSSH form, and its key for masks where the comment is one.

    Any other comment is left out. Raises BadCoordinatorSettings unless the key is EC P-384.
    """
    try:
        key = load_ssh_public_key(text.strip().encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadCoordinatorSettings("expected a public key line in OpenSSH form") from error
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP384R1):
        raise BadCoordinatorSettings("expected an EC P-384 key (ecdsa-sha2-nistp384)")
    return with_masks_part_of(key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode(), text)


@dataclass(slots=True)
class Fleet:
    """The nodes that may speak, and the link state behind the Fleet API.

    The state is held in memory: a run does not survive a restart of Flower's link state anyway, and weights, rounds
    and budget are kept durably by us. arrivals: the nodes' questions that are held until there is a message.
    """

    factory: LinkStateFactory
    arrivals: Arrivals = field(default_factory=Arrivals)
    nodes: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def open(cls, *, hold_s: float = 0.0) -> "Fleet":
        """Return a fleet without nodes. hold_s: how long a node's question for messages waits for one."""
        _, factory = get_objectstore_linkstate_factories(
            FLWR_IN_MEMORY_DB_NAME, get_federation_manager(is_simulation=False)
        )
        return cls(factory, Arrivals(hold_s))

    @property
    def state(self) -> InMemoryLinkState:
        """The link state that the Fleet API and the Grid share."""
        state = self.factory.state()
        if not isinstance(state, InMemoryLinkState):
            raise BadCoordinatorSettings("expected a link state in memory; this one keeps messages elsewhere")
        return state

    def enrol(self, club: str, key_line: str) -> int:
        """Let the node with this public key speak for `club`; returns its node id. The same pair again is fine.

        Raises BadCoordinatorSettings for another kind of key, AlreadyExists if the key serves another club.
        """
        loaded = load_ssh_public_key(read_fleet_key(key_line).encode())
        if not isinstance(loaded, EllipticCurvePublicKey):  # read_fleet_key checked it; this tells the type checker
            raise BadCoordinatorSettings("expected an EC P-384 key")
        with self._lock:
            if club in self.nodes:
                return self.nodes[club]
            try:
                node_id: int = self.state.create_node(
                    NOOP_FLWR_AID, NOOP_ACCOUNT_NAME, public_key_to_bytes(loaded), REGISTERED_HEARTBEAT_S, name=club
                )
            except ValueError as error:
                raise AlreadyExists("expected a key that no other club uses") from error
            # Flower refuses messages to a node that was never online, and a campaign would fail where it should wait.
            self.state.activate_node(node_id, REGISTERED_HEARTBEAT_S)
            self.state.deactivate_node(node_id)
            self.nodes[club] = node_id
            return node_id

    def online(self) -> frozenset[str]:
        """Clubs whose node has been heard within its heartbeat time."""
        found = {node.node_id for node in self.state.get_node_info(statuses=[NodeStatus.ONLINE])}
        with self._lock:
            return frozenset(club for club, node_id in self.nodes.items() if node_id in found)


def build_fleet_app(fleet: Fleet, *, health: ProgramHealth = ALWAYS_WELL) -> FastAPI:
    """Return the ASGI application of the Fleet port. health: what /health tells everybody."""
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        middleware=[  # outermost first
            Middleware(OnlyServedPaths, factory=fleet.factory),
            Middleware(BaseHTTPMiddleware, dispatch=http_error_translator),
            Middleware(ProtobufTranslationMiddleware),
            Middleware(NodeAuthMiddleware),
        ],
    )
    app.state.linkstate_factory = fleet.factory
    app.add_api_route(HEALTH, health.public)
    app.router.routes.extend(fleet_routes(fleet.state, fleet.arrivals))
    return app
