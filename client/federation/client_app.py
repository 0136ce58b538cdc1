"""The ClientApp that its operator installed on this node: the only code that a message can reach."""

from collections.abc import Callable

import client.federation.switches  # noqa: F401 - must come before flwr

# isort: split
from flwr.app import ConfigRecord, Context, Message, RecordDict
from flwr.clientapp import ClientApp

from client.errors import RoundRefused

REQUEST, REPLY, BYTES = "request", "sum", "b"


def build_client_app(
    *,
    answer: Callable[[bytes], bytes],
    receive: Callable[[bytes], None],
    masked: Callable[[bytes], bytes] | None = None,
    notice: Callable[[bytes], None] | None = None,
) -> ClientApp:
    """Return an app with its actions.

    train: bytes of a wire type in, bytes of a wire type out; train.masks: the same for a stage of a masked round, where
    the node can do them. query.model: a published model in, nothing out; query.campaign: a notice of a campaign in,
    nothing out.
    """
    app = ClientApp()

    @app.train()
    def train(message: Message, _context: Context) -> Message:
        reply = RecordDict({REPLY: ConfigRecord({BYTES: answer(request_bytes(message))})})
        return Message(reply, reply_to=message)

    if masked is not None:

        @app.train("masks")
        def masks(message: Message, _context: Context) -> Message:
            return Message(RecordDict({REPLY: ConfigRecord({BYTES: masked(request_bytes(message))})}), reply_to=message)

    @app.query("model")
    def model(message: Message, _context: Context) -> Message:
        receive(request_bytes(message))
        return Message(RecordDict(), reply_to=message)

    if notice is not None:

        @app.query("campaign")
        def campaign(message: Message, _context: Context) -> Message:
            notice(request_bytes(message))
            return Message(RecordDict(), reply_to=message)

    return app


def request_bytes(message: Message) -> bytes:
    """Return the only bytes of a message; raises RoundRefused for any other content.

    Nothing else is read: a record of arrays, of configuration or of code is not even looked at.
    """
    content = message.content
    if list(content) != [REQUEST] or not isinstance(record := content[REQUEST], ConfigRecord):
        raise RoundRefused("expected one request and nothing else")
    data = record.get(BYTES)
    if list(record) != [BYTES] or not isinstance(data, bytes):
        raise RoundRefused("expected one request and nothing else")
    return data
