"""The consent store: every method is one SQL transaction with consent fold, epoch check and log append.

The append comes before the commit. If it fails, everything rolls back, `audit.errors.LogUnavailable`
passes through and nobody gets an answer. The work itself stands in the modules named after it; this
class only says where each transaction begins and ends.
"""

from collections.abc import Sequence
from typing import Any

from audit.entries.details.base import Details
from audit.entries.details.codes import FreezeCause
from audit.entries.disclosure import Opening
from consent.athlete import access_history, change_consent, erasure, export, freezing, second_club
from consent.athlete.entry_proofs import EntryStatus
from consent.athlete.values import AccessHistory
from consent.decisions import opened_reports, reported_events, together
from consent.decisions.snapshots import ClubSnapshots
from consent.decisions.together import Answered, Asked
from consent.decisions.values import Actor, SnapshotAnswer
from consent.grants import matrix, notice_store, receipt_store
from consent.grants.invalidated import newest_invalidated
from consent.grants.values import Change, ConsentMethod, MatrixCell, ReceiptRecord
from consent.key_store import OrganisationKeyStore
from consent.ledger import answers, budgets, campaign_register, tokens
from consent.ledger.values import BudgetView, CampaignSpend, IssuedTokens, PaidRound
from consent.operations import log_status, retention, startup, status
from consent.operations.log_status import LogState
from consent.operations.retention import RetentionPreview
from consent.operations.values import StoreStatus
from consent.recovery.enrolments import charge_unattributed
from consent.registry import erasures, leagues, members, orgs, players
from consent.registry.values import KnownLeague, ListChange, ListedPlayer, Member, Org, OrgKind, SecondClub
from consent.releases import leaving, releases, squad_page
from consent.releases.squad_lines import SquadLines
from consent.releases.values import OfficePage, ReleaseView
from consent.storage.transaction import Transactions
from policies.campaign import CampaignManifest, SignedManifest
from policies.grant import Cell, Recipient
from policies.release import ReleaseProposal
from policies.signing import VerifyKey
from policies.vocabulary import AthleteId, Granularity, OrgId


class ConsentStore:
    """Grants, releases, the privacy ledger and the decision point, on one database and one log.

    Errors of every method: NotFound, NotAllowed, Conflict (see `consent.errors`) and LogUnavailable.
    """

    def __init__(self, transactions: Transactions) -> None:
        self.transactions = transactions
        self.org_keys = OrganisationKeyStore(transactions)
        self._squads = SquadLines()
        self._snapshots = ClubSnapshots()
        transactions.before_commit = lambda tx: self._squads.rebuild(tx, tx.touched)

    def begin(self) -> None:
        """Record what a start has to: the union, once, and rules and notices whenever they are others."""
        with self.transactions.write() as tx:
            notice_store.keep(tx)
            startup.begin(tx)

    # Organisations and members

    def add_org(self, org_id: OrgId, *, name: str, kind: OrgKind, key: VerifyKey | None) -> Org:
        """Register an organisation, or change its name and key; logged."""
        with self.transactions.write() as tx:
            return orgs.add(tx, org_id, name=name, kind=kind, key=key)

    def org(self, org_id: OrgId) -> Org:
        """Return one organisation; raises NotFound."""
        with self.transactions.read() as tx:
            return orgs.get(tx, org_id)

    def orgs(self) -> list[Org]:
        """Return every organisation, by identifier."""
        with self.transactions.read() as tx:
            return orgs.every(tx)

    def join_league(self, club: OrgId, league: OrgId) -> KnownLeague:
        """Have a club join a league, which may name it from now on; idempotent."""
        with self.transactions.write() as tx:
            return leagues.join(tx, club, league)

    def leave_league(self, club: OrgId, league: OrgId) -> KnownLeague:
        """Have a club leave a league: its open campaigns close for the club, releases to it end."""
        with self.transactions.write() as tx:
            return leaving.leave(tx, club, league)

    def leagues(self, club: OrgId) -> list[KnownLeague]:
        """Return every registered league, with when this club joined it."""
        with self.transactions.read() as tx:
            return leagues.of_club(tx, club)

    def enrol(self, club: OrgId, athlete: AthleteId, *, name: str, shirt_no: int, is_minor: bool) -> Member:
        """Enrol an athlete with their club; idempotent. Raises NotAllowed for an athlete of another club."""
        with self.transactions.write() as tx:
            member = members.enrol(tx, club, athlete, name=name, shirt_no=shirt_no, is_minor=is_minor)
            charge_unattributed(tx, member)
            return member

    def set_second_club(self, athlete: AthleteId, wanted: SecondClub) -> Member:
        """Have an athlete at a second club, or change weight and end there; the same again changes nothing."""
        with self.transactions.write() as tx:
            return second_club.put(tx, athlete, wanted)

    def end_second_club(self, athlete: AthleteId) -> Member:
        """End what an athlete shares with the second club, and their part in its learning; Conflict without one."""
        with self.transactions.write() as tx:
            return second_club.end(tx, athlete)

    def member(self, athlete: AthleteId) -> Member:
        """Return one athlete; raises NotFound."""
        with self.transactions.read() as tx:
            return members.get(tx, athlete)

    def members(self, club: OrgId | None = None) -> list[Member]:
        """Return the athletes of a club by shirt number, or of every club."""
        with self.transactions.read() as tx:
            return members.of_club(tx, club)

    def list_players(self, club: OrgId, listed: Sequence[ListedPlayer]) -> ListChange:
        """Put a public squad list in place of the club's former one; the same again changes nothing."""
        with self.transactions.write() as tx:
            return players.replace(tx, club, listed)

    def players(self, club: OrgId) -> list[ListedPlayer]:
        """Return the club's public squad list by number and name; empty where none was given."""
        with self.transactions.read() as tx:
            return players.listed(tx, club)

    # The athlete's own decisions; what gives is in `consent.athlete.shown_choices`

    def matrix(self, athlete: AthleteId) -> list[MatrixCell]:
        """Return every cell, row by row: personal categories by recipients, in a fixed order."""
        with self.transactions.read() as tx:
            return matrix.build(tx, athlete)

    def withdraw(self, athlete: AthleteId, cell: Cell, *, method: ConsentMethod) -> ReceiptRecord:
        """Stop sharing one cell; raises Conflict if nothing is shared there."""
        with self.transactions.write(urgent=True) as tx:
            return change_consent.change(tx, athlete, [Change(cell, Granularity.NONE)], method=method)

    def withdraw_recipient(self, athlete: AthleteId, recipient: Recipient, *, method: ConsentMethod) -> ReceiptRecord:
        """Stop sharing everything with one recipient, approved releases included."""
        with self.transactions.write(urgent=True) as tx:
            return change_consent.withdraw_where(tx, athlete, recipient=recipient, method=method)

    def withdraw_all(self, athlete: AthleteId, *, method: ConsentMethod) -> ReceiptRecord:
        """Stop sharing everything at once."""
        with self.transactions.write(urgent=True) as tx:
            return change_consent.withdraw_where(tx, athlete, recipient=None, method=method)

    def receipts(self, athlete: AthleteId) -> list[ReceiptRecord]:
        """Return the athlete's receipts, newest first."""
        with self.transactions.read() as tx:
            return receipt_store.of_athlete(tx, athlete)

    def receipt(self, athlete: AthleteId, receipt_id: str) -> dict[str, Any]:
        """Return the signed JSON-LD receipt with its proof from the log as it stands now."""
        with self.transactions.read() as tx:
            return receipt_store.whole(tx, athlete, receipt_id)

    def freeze(self, athlete: AthleteId, why: FreezeCause) -> Member:
        """Freeze the account: nothing of the athlete is read, trained or released; Conflict if it is by `why`."""
        with self.transactions.write(urgent=True) as tx:
            return freezing.freeze(tx, athlete, why)

    def unfreeze(self, athlete: AthleteId) -> Member:
        """Lift what the operator froze; raises NotAllowed where it is frozen for other causes only, or Conflict."""
        with self.transactions.write() as tx:
            return freezing.unfreeze(tx, athlete, FreezeCause.OPERATOR)

    def ended_by_recovery(self, athlete: AthleteId) -> list[Change]:
        """Return what the service ended for this athlete when it was last put back from a backup."""
        with self.transactions.read() as tx:
            return newest_invalidated(tx, athlete)

    # Releases

    def propose_release(self, club: OrgId, proposal: ReleaseProposal) -> ReleaseView:
        """Store a club's proposal for its own athlete; idempotent for the same bytes."""
        with self.transactions.write() as tx:
            return releases.propose(tx, club, proposal)

    def requests(self, athlete: AthleteId) -> list[ReleaseView]:
        """Return the proposals that still wait for an answer, oldest first."""
        with self.transactions.read() as tx:
            return [view for view in releases.of_athlete(tx, athlete) if view.is_open]

    def releases(self, athlete: AthleteId) -> list[ReleaseView]:
        """Return every proposal shown to the athlete, answered or not, oldest first."""
        with self.transactions.read() as tx:
            return releases.of_athlete(tx, athlete)

    def release(self, athlete: AthleteId, release_id: str) -> ReleaseView:
        """Return one proposal of this athlete; raises NotFound for anyone else's."""
        with self.transactions.read() as tx:
            return releases.get(tx, athlete, release_id)

    def withdraw_release(self, athlete: AthleteId, release_id: str, *, method: ConsentMethod) -> ReceiptRecord:
        """Take back an approved release; it disappears with the next page anyone opens."""
        with self.transactions.write(urgent=True) as tx:
            return releases.withdraw(tx, athlete, release_id, method=method)

    # What organisations ask

    def together(self, requests: Sequence[Asked]) -> list[Answered]:
        """Carry out decisions and outcomes in one transaction; returns each one's answer, or its error."""
        return together.together(self.transactions, requests)

    def snapshot(self, club: OrgId) -> SnapshotAnswer:
        """Return the signed consent snapshot of one club's athletes; one that says nothing new waits for no writer."""
        with self.transactions.read() as tx:
            repeated = self._snapshots.repeated(tx, club)
        if repeated is not None:
            return repeated
        with self.transactions.write() as tx:
            return self._snapshots.recorded(tx, club)

    def office_view(self, caller: OrgId, club: OrgId, actor: Actor) -> OfficePage:
        """Return the squad page; one row logic and the same log entries whatever each row's state."""
        with self.transactions.write() as tx:
            return squad_page.view(tx, caller, club, actor, self._squads)

    def prepare_squad_pages(self) -> None:
        """Build the lines of a new publication before anybody looks at them, club by club."""
        context = self.transactions.context
        for club in self._squads.waiting(context.publication.last(context.clock())):
            with self.transactions.write() as tx:
                tx.without_entry("nothing changes and nothing is disclosed")
                self._squads.of_club(tx, club, members.rows_of_club(tx, club))

    def erased_members(self, club: OrgId) -> list[AthleteId]:
        """Return the athletes of a club who must not come back to its node from a backup."""
        with self.transactions.read() as tx:
            return erasures.of_club(tx, club)

    def append_event(self, org: OrgId, details: Details) -> bytes:
        """Append an organisation's own event with sealed details; returns the hash of its leaf."""
        with self.transactions.write() as tx:
            return reported_events.append(tx, org, details)

    def open_report(self, leaf_hash: bytes) -> Opening:
        """Return what opens the report of a published model to everybody; raises NotFound for any other entry."""
        with self.transactions.read() as tx:
            return opened_reports.opening_of(tx, leaf_hash)

    def note_refusal(self, org: OrgId, route: str) -> None:
        """Log that an organisation asked for something it may not have; `route` as "POST /v1/members"."""
        with self.transactions.write() as tx:
            reported_events.note_refusal(tx, org, route)

    # Campaigns and the privacy ledger

    def register_campaign(self, league: OrgId, signed: SignedManifest) -> str:
        """Register a campaign that its league and a second organisation signed; idempotent. Returns its hash."""
        with self.transactions.write() as tx:
            return campaign_register.register(tx, league, signed)

    def issue_tokens(self, club: OrgId, sha256: str, athletes: Sequence[AthleteId]) -> IssuedTokens:
        """Reserve the budget of each athlete who takes part and return one token for each."""
        with self.transactions.write() as tx:
            return tokens.issue(tx, club, sha256, athletes)

    def commit_round(
        self, club: OrgId, sha256: str, round_no: int, presented: Sequence[str], *, again: bool = False
    ) -> PaidRound:
        """Mark one round as spent for every token that still counts; returns those athletes.

        again: the node knows that it asked before and that no answer left it. Without that word a token that
        has paid for the round already does not count: a node that lost its journal would answer twice for one price.
        Once the hash of an answer is noted that word counts no more: raises AlreadyAnswered.
        """
        with self.transactions.write() as tx:
            return tokens.commit_round(tx, club, sha256, round_no, presented, again=again)

    def note_answer(self, club: OrgId, sha256: str, round_no: int, answer: str) -> None:
        """Note the hash of the one answer that a club sends in a round; raises AlreadyAnswered for another one."""
        with self.transactions.write() as tx:
            answers.note(tx, club, sha256, round_no, answer)

    def campaign_to_sign(self, signed: SignedManifest) -> CampaignManifest:
        """Return the manifest if the union may sign it beside its league; raises a ConsentError that says why not."""
        with self.transactions.read() as tx:
            return campaign_register.check_before_signing(tx, signed)

    def campaign_spend(self, league: OrgId, sha256: str) -> CampaignSpend:
        """Return the dearest athlete's spend in one campaign, for its league."""
        with self.transactions.write() as tx:
            return campaign_register.spend(tx, league, sha256)

    def budget(self, athlete: AthleteId) -> BudgetView:
        """Return the athlete's lifetime budget and its lines by campaign."""
        with self.transactions.read() as tx:
            return budgets.view(tx, athlete)

    # The athlete's own part of the log

    def looks(self, athlete: AthleteId, *, limit: int | None = 100) -> AccessHistory:
        """Return the athlete's newest entries, opened, and the count that proves that none is missing; None: all."""
        with self.transactions.read() as tx:
            return access_history.of_athlete(tx, athlete, limit=limit)

    def entry_proof(self, athlete: AthleteId, number: int) -> str:
        """Return the `.tlog-proof` text of one of the athlete's own entries; raises Conflict while it waits."""
        with self.transactions.read() as tx:
            return access_history.proof(tx, athlete, number)

    def entry_status(self, athlete: AthleteId, leaf_hash: str) -> EntryStatus:
        """Return how the log stands to one of the athlete's own entries, proved now."""
        with self.transactions.read() as tx:
            return access_history.status(tx, athlete, bytes.fromhex(leaf_hash))

    def athlete_export(self, athlete: AthleteId) -> bytes:
        """Return the athlete's private file of all own entries, with proofs and openings (`athlete_export`)."""
        with self.transactions.read() as tx:
            return export.of_athlete(tx, athlete)

    def erase(self, athlete: AthleteId) -> None:
        """End everything shared and destroy the athlete's keys: what they sealed can never be opened again."""
        with self.transactions.write(urgent=True) as tx:
            erasure.erase(tx, athlete)
        self.transactions.drop_former_pages()

    # For operators

    def end_some_details(self, keep_days: int) -> int:
        """End details that are older, a number of entries at a time; returns how many, 0 once none is left."""
        with self.transactions.write() as tx:
            return retention.end_some(tx, keep_days)

    def retention(self, keep_days: int) -> RetentionPreview:
        """Return what would end by this setting."""
        with self.transactions.read() as tx:
            return retention.preview(tx, keep_days)

    def log_state(self) -> LogState:
        """Return how the public log stands now."""
        with self.transactions.read() as tx:
            return log_status.now(tx)

    def status(self) -> StoreStatus:
        """Return counts for operators."""
        with self.transactions.read() as tx:
            return status.of_store(tx, budgets.epsilon_spent)
