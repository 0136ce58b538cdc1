"""What is asked of the decision point, and what it answers."""

from dataclasses import dataclass, field

from policies.vocabulary import Action, Category, Granularity, OrgId, Purpose, Role


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a rule's condition may look at; established from storage before the decision, never by the caller.

    consent: a live grant covers category, purpose, recipient and granularity at this moment.
    release: an approved, unexpired release exists for this recipient and purpose.
    cohort_large_enough: the roster and the noisy count both pass (aggregates only).
    """

    roles: frozenset[Role]
    tenant: OrgId
    subject_tenant: OrgId
    is_self: bool = False
    consent: bool = False
    release: bool = False
    cohort_large_enough: bool = False
    wearable_lineage: bool = False
    agreement_forbids_wearables: bool = False
    account_frozen: bool = False
    is_minor: bool = False
    guardian_agreed: bool = False


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
