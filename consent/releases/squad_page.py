"""The front office's squad page: one row logic for every line, the same work and log entries whatever its state.

Never asked, refused, deferred, withdrawn, expired, frozen, not computed, below minimum and no such athlete all come
out as the same row. Only an approved, unexpired and published release shows its band. What differs between lines is
found out before anybody looks (`squad_lines`).
"""

from audit.entries.details.access import Access, SquadPageOpened
from audit.entries.details.codes import AccessOutcome
from consent.decisions.decide import reason_of
from consent.decisions.values import Actor
from consent.errors import NotAllowed
from consent.registry import leagues, members, orgs, players
from consent.registry.values import OrgKind
from consent.releases.squad_lines import PURPOSE, SquadLine, SquadLines
from consent.releases.values import OfficePage, OfficeRow
from consent.storage.log_journal import Draft
from consent.storage.transaction import Transaction
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Role


def view(tx: Transaction, caller: OrgId, club: OrgId, actor: Actor, squads: SquadLines) -> OfficePage:
    """Return the squad page for the league's server; see `ConsentStore.office_view`."""
    orgs.require(tx, caller, OrgKind.LEAGUE)
    if actor.role is not Role.FRONT_OFFICE:
        raise NotAllowed("expected someone of the front office")
    org, rows = leagues.require_club(tx, caller, club), members.locked_club(tx, club)
    lines = squads.of_club(tx, club, rows)
    shown = [(player, athlete, lines.of(athlete)) for player, athlete in players.shown(tx, club, rows)]
    page = SquadPageOpened(person=actor.person, role=actor.role, asked_by=caller)
    drafts = [_draft(club, athlete, _access(actor, line)) for _, athlete, line in shown]
    appended = tx.append([Draft.of_org(club, page), *drafts])
    published = tx.context.publication.last(tx.now).isoformat()
    office_rows = tuple(OfficeRow(player.shirt_no, player.name, line.band, line.interval) for player, _, line in shown)
    return OfficePage(org.name, published, office_rows, appended.event)


def _draft(club: OrgId, athlete: AthleteId | None, details: Access) -> Draft:
    return Draft.dummy(club, details) if athlete is None else Draft.about(athlete, club, details)


def _access(actor: Actor, line: SquadLine) -> Access:
    """The access to one line."""
    return Access(
        person=actor.person,
        role=actor.role,
        action=Action.READ,
        purpose=PURPOSE,
        category=Category.DURABILITY,
        granularity=Granularity.BAND,
        outcome=AccessOutcome.DENIED if line.band is None else AccessOutcome.GRANTED,
        rule=line.decision.rule_id or None,
        reason=reason_of(line.decision),
        basis=line.basis,
        since=line.answered and line.answered.date(),
    )
