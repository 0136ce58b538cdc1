"""Details of what a league reports, of campaigns as the ledger sees them, and of the service's own acts."""

from typing import Annotated

from pydantic import Field

from audit.entries.details.base import PRINTABLE, Count, Details, Organisation, PersonText, Sha256, Word
from audit.entries.details.codes import LeaguePage, LeagueRole
from audit.entries.events import EventKind

PRINTABLE_OR_EMPTY = r"^[^\x00-\x1f\x7f]*$"
FrontOfficeClub = Annotated[str, Field(pattern=PRINTABLE_OR_EMPTY, max_length=64)]


class RoundAggregated(Details):
    """The league summed one round of a campaign. clubs: how many took part."""

    kind = EventKind.ROUND_AGGREGATED
    form = "round_aggregated"

    manifest: Sha256
    round: Count
    clubs: Count


class RoundAnswered(Details):
    """A club had the fingerprint of its answer to one round noted, before it sent the answer; no other counts.

    answer: SHA-256 of the bytes that it sends, which carry the whole noise.
    """

    kind = EventKind.ROUND_ANSWERED
    form = "round_answered"

    campaign: Sha256
    round: Count
    answer: Sha256


class ModelRegistered(Details):
    """A finished model, or evidence on one, was entered in the league's registry."""

    kind = EventKind.MODEL_REGISTERED
    form = "model_registered"

    manifest: Sha256
    model: Word
    model_id: Sha256


class CampaignOpened(Details):
    """A league registered a campaign with the ledger."""

    kind = EventKind.CAMPAIGN_OPENED
    form = "campaign_opened"

    campaign: Sha256
    campaign_id: Word


class CampaignClosed(Details):
    """A league closed a campaign; every unused reservation goes back."""

    kind = EventKind.CAMPAIGN_CLOSED
    form = "campaign_closed"

    campaign: Sha256


class NodeAdded(Details):
    """A league let a club's node into its training. fleet_key: the node's line, as campaigns name it."""

    kind = EventKind.NODE_ADDED
    form = "node_added"

    club: Organisation
    fleet_key: Annotated[str, Field(pattern=PRINTABLE, max_length=400)]


class LeagueStaffSignedIn(Details):
    """A person signed in at the league's pages. club: whose front office; empty for an operator."""

    kind = EventKind.SIGNED_IN
    form = "league_staff_signed_in"

    person: PersonText
    role: LeagueRole
    club: FrontOfficeClub = ""


class LeagueCodeIssued(Details):
    """A league issued a one-time sign-in code. club: whose front office; empty for an operator."""

    kind = EventKind.CODE_ISSUED
    form = "league_code_issued"

    person: PersonText
    role: LeagueRole
    club: FrontOfficeClub = ""


class LeaguePageRefused(Details):
    """A person at the league's pages asked for one that is not for their role, and was shown nothing."""

    kind = EventKind.LOOK_REFUSED
    form = "league_page_refused"

    person: PersonText
    role: LeagueRole
    page: LeaguePage


class RulesLoaded(Details):
    """The decision point loaded a bundle of rules."""

    kind = EventKind.RULES_LOADED
    form = "rules_loaded"

    pack: Word
    policy_hash: Sha256


class Heartbeat(Details):
    """The log shows that it runs; it is about nobody and says nothing else."""

    kind = EventKind.HEARTBEAT
    form = "heartbeat"
