"""Deeds at the node's own terminal: the log first, then the deed, unless the deed must not wait for it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from chassis.clock import utc_now
from chassis.errors import ChassisError
from client.errors import ClientError, ConsentNotAnswering, ConsentUnavailable
from policies.errors import PolicyError

if TYPE_CHECKING:
    from audit.entries.details.base import Details
    from client.settings import NodeSettings


def report(settings: "NodeSettings", details: "Details") -> None:
    """Have a deed logged before it is done. A node that is not linked yet shares nothing and has nobody to tell.

    Raises ConsentUnavailable, and then the deed is not done.
    """
    if settings.consent_url is None:
        return
    from client.consent_client import NodeConsentClient

    try:
        with closing(NodeConsentClient.of(settings, clock=utc_now)) as consent:
            consent.event(details)
    except ConsentNotAnswering as error:
        raise ConsentUnavailable(f"nothing was done: {error}") from error
    except ConsentUnavailable as error:
        raise ConsentUnavailable(
            f"nothing was done, because the log cannot take it now: {error}; "
            "an athlete must be known to the consent service, see `homefield-node enrol`"
        ) from error


@contextmanager
def reporting_anyway(settings: "NodeSettings", details: "Details") -> Iterator[None]:
    """Have a deed logged that must not wait for the log, such as signing out a lost tablet; it is done in any case.

    Raises ConsentUnavailable afterwards if the log could not take it.
    """
    failed: ChassisError | ClientError | PolicyError | None = None
    if settings.consent_url is not None:
        from client.consent_client import NodeConsentClient

        try:
            with closing(NodeConsentClient.of(settings, clock=utc_now)) as consent:
                consent.event(details)
        except (ChassisError, ClientError, PolicyError) as error:
            failed = error
    yield
    if failed is not None:
        raise ConsentUnavailable(f"it is done here, but the log does not say so ({cause(failed)})") from failed


def cause(error: Exception) -> str:
    """Return why the log could not take something, without what to do about it: the deed is done already."""
    return error.what if isinstance(error, ConsentUnavailable) else str(error)
