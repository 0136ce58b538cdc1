"""Under which address a club's node shows athletes their own site: what the node itself said, signed."""

import re
from typing import Final
from urllib.parse import urlsplit

from audit.entries.details.clubs import NodeAccessChanged
from audit.entries.details.codes import NodeAccessChange
from chassis.errors import BadPublicUrl
from chassis.http.loopback import is_loopback
from chassis.web.site_address import parse_site
from consent.errors import InvalidChange
from consent.registry import orgs
from consent.registry.values import OrgKind
from consent.storage.log_journal import Draft
from consent.storage.rows import NodeSiteRow
from consent.storage.transaction import Transaction
from policies.vocabulary import OrgId

_ORIGIN: Final = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?", re.ASCII)
_EXPECTED: Final = "address: expected https:// and a host, or http:// and a loopback address with its port"


def register(tx: Transaction, club: OrgId, address: str) -> str:
    """Keep the address of a club's node, empty for none; the same again changes nothing.

    Raises NotAllowed unless a club asks, InvalidChange for an address that is neither https nor of one machine.
    """
    orgs.require(tx, club, OrgKind.CLUB)
    checked = checked_address(address)
    row = tx.session.get(NodeSiteRow, club)
    if (row.address if row is not None else "") == checked:
        tx.without_entry("registered already, nothing changes")
        return checked
    row = row or NodeSiteRow(club=club, address=checked)
    row.address = checked
    tx.session.add(row)
    tx.append([Draft.of_org(club, NodeAccessChanged(change=NodeAccessChange.ADDRESS_CHANGED))])
    return checked


def of_club(tx: Transaction, club: OrgId) -> str:
    """Return the address of a club's node; empty where it has said none."""
    row = tx.session.get(NodeSiteRow, club)
    return "" if row is None else row.address


def is_of_one_machine(address: str) -> bool:
    """True for an address that is reached on its own machine alone."""
    return is_loopback(urlsplit(address).hostname or "")


def checked_address(address: str) -> str:
    """Return the origin that an address names; raises InvalidChange, which never repeats what came."""
    try:
        origin = _of_one_machine(address) or parse_site(address).public
    except (BadPublicUrl, ValueError) as error:
        raise InvalidChange(_EXPECTED) from error
    # It stands in a Content-Security-Policy, where a blank or a semicolon would begin something else.
    if origin and not _ORIGIN.fullmatch(origin):
        raise InvalidChange(_EXPECTED)
    return origin


def _of_one_machine(address: str) -> str:
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme != "http" or not is_loopback(host) or parts.port is None:
        return ""
    if parts.path or parts.query or parts.fragment or parts.username or parts.password:
        return ""
    return f"http://[{host}]:{parts.port}" if ":" in host else f"http://{host}:{parts.port}"
