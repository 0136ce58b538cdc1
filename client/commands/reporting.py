"""Deeds at the node's own terminal: the log first, then the deed."""

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from audit.entries.events import EventKind
from chassis.clock import utc_now
from client.consent_client import NodeConsentClient
from client.errors import ConsentUnavailable
from client.settings import NodeSettings


def report(settings: NodeSettings, kind: EventKind, details: Mapping[str, Any]) -> None:
    """Have a deed logged before it is done. A node that is not linked yet shares nothing and has nobody to tell.

    Raises ConsentUnavailable, and then the deed is not done.
    """
    if settings.consent_url is None:
        return
    try:
        with closing(NodeConsentClient.of(settings, clock=utc_now)) as consent:
            consent.event(kind, details)
    except ConsentUnavailable as error:
        raise ConsentUnavailable(
            f"nothing was done, because the log cannot take it now: {error}; "
            "an athlete must be known to the consent service, see `homefield-node enrol`"
        ) from error
