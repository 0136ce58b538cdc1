"""Deeds at the node's own terminal: the log first, then the deed."""

from contextlib import closing
from typing import TYPE_CHECKING

from chassis.clock import utc_now
from client.errors import ConsentUnavailable

if TYPE_CHECKING:
    from audit.entries.details.base import Details
    from client.settings import NodeSettings


def report(settings: "NodeSettings", details: "Details") -> None:
    """Have a deed logged before it is done. A node that is not linked yet shares nothing and has nobody to tell.

    Raises ConsentUnavailable, and then the deed is not done.
    """
    from client.consent_client import NodeConsentClient

    if settings.consent_url is None:
        return
    try:
        with closing(NodeConsentClient.of(settings, clock=utc_now)) as consent:
            consent.event(details)
    except ConsentUnavailable as error:
        raise ConsentUnavailable(
            f"nothing was done, because the log cannot take it now: {error}; "
            "an athlete must be known to the consent service, see `homefield-node enrol`"
        ) from error
