"""The running service's end of the local channel, in the service's own folder."""

from collections.abc import Mapping
from typing import Any

from audit.errors import AuditError
from chassis.errors import ChassisError
from chassis.local_channel.listening import LocalChannel
from consent.errors import ConsentError
from consent.operator.perform import perform
from consent.operator.requests import read_operator_request
from consent.service import Service
from policies.errors import PolicyError

EXPECTED = (ConsentError, AuditError, ChassisError, PolicyError)


def operator_channel(service: Service) -> LocalChannel:
    """Return the channel of an open service, for its caller to start, and to stop before the service is closed."""

    def answer(request: Mapping[str, Any]) -> Mapping[str, Any]:
        return perform(service, read_operator_request(request))

    return LocalChannel(service.settings.directory, answer, expected=EXPECTED)
