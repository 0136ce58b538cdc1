"""What is asked of the decision point, and what it answers."""

from dataclasses import dataclass, field

from policies.vocabulary import Action, Category, Granularity, OrgId, Purpose, Role


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a rule's condition may look at; established from storage before the decision, never by the caller.

    Nothing has a default: a place that forgets a fact cannot build the rest.

    is_self: the athlete asks about the own data. consent: a live grant covers category, purpose, recipient and
    granularity at this moment. release: an approved, unexpired release exists for this recipient and purpose.
    cohort_large_enough: the roster and the noisy count both pass (aggregates only). wearable_lineage: what is asked for
    may come from a wearable. agreement_forbids_wearables: the collective agreement keeps such data out of contract
    talks. account_frozen: nothing of the athlete may be used at present. guardian_agreed: beside the minor.
    """

    roles: frozenset[Role]
    tenant: OrgId
    subject_tenant: OrgId
    is_self: bool
    consent: bool
    release: bool
    cohort_large_enough: bool
    wearable_lineage: bool
    agreement_forbids_wearables: bool
    account_frozen: bool
    is_minor: bool
    guardian_agreed: bool


@dataclass(frozen=True, slots=True)
class Request:
    """One question: may these roles do this with that category, at that granularity, for that purpose?"""

    category: Category
    granularity: Granularity
    action: Action
    purpose: Purpose
    facts: Facts


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. `reason` and `rule_id` go to the audit entry; the caller learns only `allowed`."""

    allowed: bool
    reason: str
    rule_id: str = field(default="")
    policy_hash: str = field(default="")
