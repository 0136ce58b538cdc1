"""The way from the portal to an athlete's own site at their club's node: its address, and a ticket for one sign-in."""

import secrets
from dataclasses import dataclass

from consent.registry import members, node_sites, orgs
from consent.storage.transaction import Transactions
from policies.sign_in.ticket import TICKET_LIFE, Ticket
from policies.vocabulary import AthleteId


@dataclass(frozen=True, slots=True)
class OwnSite:
    """Where one athlete's data can be opened. club: its name. address: the origin of its node."""

    club: str
    address: str


class NodeTickets:
    """Issues tickets; each is signed with the service's key and good for two minutes, whoever holds it."""

    def __init__(self, transactions: Transactions, *, is_public: bool) -> None:
        """is_public: whether the portal is reached from other machines, where a node on one machine is not."""
        self._transactions = transactions
        self._is_public = is_public

    def site_of(self, athlete: AthleteId) -> OwnSite | None:
        """Return where the athlete's data can be opened; None where no node has said an address that can be reached."""
        with self._transactions.read() as tx:
            club = members.get(tx, athlete).club
            address = node_sites.of_club(tx, club)
            if not address or (self._is_public and node_sites.is_of_one_machine(address)):
                return None
            return OwnSite(orgs.get(tx, club).name, address)

    def issue(self, athlete: AthleteId) -> str:
        """Return a fresh ticket for the athlete at their club's node; raises NotFound for nobody.

        Nothing is recorded: a ticket discloses nothing, and the node has its use logged before it opens anything.
        """
        with self._transactions.read() as tx:
            member, now = members.get(tx, athlete), tx.now
            ticket = Ticket(athlete, member.club, secrets.token_hex(16), now, now + TICKET_LIFE)
            return ticket.signed(tx.context.keys.service)
