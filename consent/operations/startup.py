"""What a start records: the union that runs the service, once, and the rules in force whenever they are others."""

from audit.entries.details.league import RulesLoaded
from consent.registry import orgs
from consent.registry.values import OrgKind
from consent.storage.log_journal import Draft
from consent.storage.reconcile import PROGRESS
from consent.storage.rows import LogProgressRow, OrgRow
from consent.storage.transaction import Transaction


def begin(tx: Transaction) -> None:
    """Register the union if it is not known yet, and record the rules unless these were recorded last; one act."""
    progress, rules = tx.session.get_one(LogProgressRow, PROGRESS), tx.context.enforcer
    drafts: list[Draft] = []
    if tx.session.get(OrgRow, tx.union) is None:
        _, registered = orgs.write(tx, tx.union, name=tx.context.union_name, kind=OrgKind.UNION, key=None)
        drafts.append(registered)
    if progress.policy_hash != rules.policy_hash:
        progress.policy_hash = rules.policy_hash
        loaded = RulesLoaded(pack=rules.bundle.pack, policy_hash=rules.policy_hash)
        drafts.append(Draft.of_org(tx.union, loaded))
    if drafts:
        tx.append(drafts)
    else:
        tx.without_entry("the same union and the same rules as at the last start")
