"""The decision point: Casbin behind a wrapper that fails closed.

An Enforcer is built aside, tests itself and never changes; new rules mean a new Enforcer, put in place by
one reference. Casbin fails open in many ways (misspelt effects, unknown row types, an empty policy, a
switch that allows everything, reloading under threads, parsing under threads); each is closed here, in
policies/engine or in policies/loader.py, and every answer must agree with the reference evaluator or it is deny.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from importlib.metadata import distributions
from operator import attrgetter

from policies.conditions import BOOLEAN_FACTS
from policies.decision import Decision, Facts, Request
from policies.engine.casbin_engine import CasbinEngine
from policies.errors import BrokenRules
from policies.loader import DEFAULT_RULE_ID, Bundle, Effect, Rule, load_bundle
from policies.reference_evaluator import Explanation, evaluate
from policies.vocabulary import Action, Category, Granularity, OrgId, Purpose, Role

ALLOWED = "ALLOWED"
DENIED_BY_RULE = "DENIED_BY_RULE"
NO_RULE = "NO_RULE"
BAD_REQUEST = "BAD_REQUEST"
ENGINE_DISAGREE = "ENGINE_DISAGREE"
ENGINE_ERROR = "ENGINE_ERROR"  # followed by ":" and the type of the error

FROZEN = "casbin"  # a distribution on PyPI that nobody maintains; ours, `pycasbin`, is imported by the same name
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule for a page: its id, what it says in plain words, and whether it allows or denies.

    pending: the feature that it waits for before it decides anything; empty where it is in force.
    """

    rule_id: str
    sentence: str
    effect: Effect
    pending: str = ""


_Kind = tuple[Role, Category, Purpose]


@dataclass(frozen=True, slots=True)
class _Limits:
    """What the rules alone tell of role, category and purpose, once asked: the most, and why nothing."""

    ceilings: dict[_Kind, Granularity] = field(default_factory=dict)
    never_rules: dict[_Kind, str] = field(default_factory=dict)


_PASSED: dict[Bundle, _Limits] = {}  # rules that have passed their own test in this process


@dataclass(frozen=True, slots=True)
class Enforcer:
    """Immutable rules and the two engines that must agree about them. Safe to share between threads."""

    bundle: Bundle
    _engine: CasbinEngine = field(repr=False)
    _limits: _Limits = field(default_factory=_Limits, repr=False)

    @classmethod
    def load(cls, pack: str = "open") -> "Enforcer":
        """Build the packaged rules with one agreement pack and test them; raises BrokenRules.

        Rules that have passed are not tested again in this process while their bytes are the same.
        """
        refuse_double_install()
        enforcer = cls._built(bundle := load_bundle(pack))
        if bundle not in _PASSED:
            enforcer._test_itself()
            _PASSED[bundle] = _Limits()
        return replace(enforcer, _limits=_PASSED[bundle])

    @classmethod
    def of(cls, bundle: Bundle) -> "Enforcer":
        """Build an enforcer for a loaded bundle and test it; raises BrokenRules if it fails its own test."""
        enforcer = cls._built(bundle)
        enforcer._test_itself()
        return enforcer

    @classmethod
    def _built(cls, bundle: Bundle) -> "Enforcer":
        try:
            return cls(bundle, CasbinEngine(bundle))
        except Exception as error:  # whatever Casbin raises about a model, there is no engine then
            raise BrokenRules("expected a model and rules that the engine accepts") from error

    @property
    def policy_hash(self) -> str:
        """SHA-256 of model, rules and pack; part of every decision and log entry."""
        return self.bundle.policy_hash

    def decide(self, request: Request) -> Decision:
        """Answer one request. Never raises: every doubt and every error is deny."""
        try:
            if not _is_well_formed(request):
                return self._refuse(BAD_REQUEST)
            meaning = self._explain(request)
            if self._engine.allows(request) is not meaning.allowed:
                logger.error("the two rule engines disagree; refused")
                return self._refuse(ENGINE_DISAGREE)
            return Decision(meaning.allowed, _reason(meaning), meaning.rule_id, self.policy_hash)
        except Exception as error:  # the outcome of every error is deny (docs/invariants.md §3)
            logger.error("the rule engine failed; refused", extra={"error": type(error).__name__})
            return self._refuse(f"{ENGINE_ERROR}:{type(error).__name__}")

    def ceiling(self, role: Role, category: Category, purpose: Purpose) -> Granularity:
        """The most that `role` could ever get of `category` for `purpose`; NONE means never.

        Assumes every favourable fact (consent, release, own club) and no unfavourable one. Told from the rules alone:
        it bounds what may be asked for and decides nothing, so that the engine is not asked hundreds of times.
        """
        key = (role, category, purpose)
        ceilings = self._limits.ceilings
        if key not in ceilings:
            ceilings[key] = max(
                (g for g in Granularity if any(self._explain(r).allowed for r in _best_case(*key, g))),
                default=Granularity.NONE,
            )
        return ceilings[key]

    def never_rule(self, role: Role, category: Category, purpose: Purpose) -> str:
        """The id of the rule that makes this cell a never; empty text if it is none."""
        known = self._limits.never_rules
        if (key := (role, category, purpose)) not in known:
            known[key] = self._why_never(*key)
        return known[key]

    def _why_never(self, role: Role, category: Category, purpose: Purpose) -> str:
        if self.ceiling(role, category, purpose) is not Granularity.NONE:
            return ""
        refusals = [self._explain(r).rule_id for r in _best_case(role, category, purpose, Granularity.COHORT)]
        return next((rule_id for rule_id in refusals if rule_id != DEFAULT_RULE_ID), DEFAULT_RULE_ID)

    def rules(self) -> list[RuleLine]:
        """Every rule in plain words, in the order of the file, the default last."""
        lines = [RuleLine(rule.rule_id, rule.sentence, rule.effect, rule.pending) for rule in self.bundle.rules]
        return [*lines, RuleLine(DEFAULT_RULE_ID, "What no rule allows is refused.", Effect.DENY)]

    def _explain(self, request: Request) -> Explanation:
        return evaluate(self.bundle.rules, request)

    def _refuse(self, reason: str) -> Decision:
        return Decision(False, reason, "", self.policy_hash)

    def _test_itself(self) -> None:
        for request in (_example(rule) for rule in self.bundle.rules):
            decision = self.decide(request)
            if decision.reason not in (ALLOWED, DENIED_BY_RULE, NO_RULE):
                raise BrokenRules(f"the rules fail their own test: {decision.reason}")
        if any(self.decide(request).allowed for request in _must_be_refused()):
            raise BrokenRules("the rules fail their own test: what must be refused is allowed")


def refuse_double_install(paths: Iterable[str] | None = None) -> None:
    """Return if PyPI's frozen `casbin` is not installed beside `pycasbin`: both install one folder, and either may win.

    paths: where to look, if not where imports do. Raises BrokenRules.
    """
    if any(distributions(name=FROZEN) if paths is None else distributions(name=FROZEN, path=list(paths))):
        raise BrokenRules(
            "expected pycasbin alone, got casbin beside it, and both install one folder; "
            "run `pip uninstall casbin`, then `pip install --force-reinstall pycasbin`"
        )


class CurrentRules:
    """The rules in force, replaced by one reference: a reader sees the old ones or the new ones, never a mixture."""

    def __init__(self, enforcer: Enforcer) -> None:
        self._current = enforcer

    @property
    def current(self) -> Enforcer:
        """The enforcer in force now; take it once per decision."""
        return self._current

    def swap(self, enforcer: Enforcer) -> Enforcer:
        """Put `enforcer` in force and return the one it replaces."""
        old, self._current = self._current, enforcer
        return old

    def decide(self, request: Request) -> Decision:
        """Decide under the rules in force at this moment."""
        return self._current.decide(request)


_booleans = attrgetter(*BOOLEAN_FACTS)


def _is_well_formed(request: Request) -> bool:
    facts = request.facts
    return (
        isinstance(request.category, Category)
        and isinstance(request.granularity, Granularity)
        and isinstance(request.action, Action)
        and isinstance(request.purpose, Purpose)
        and bool(facts.roles)
        and all(isinstance(role, Role) for role in facts.roles)
        and all(isinstance(org, str) and org.strip() for org in (facts.tenant, facts.subject_tenant))
        # a truthy 1 or "yes" would slip past a denying condition
        and {*map(type, _booleans(facts))} == {bool}
    )


def _reason(meaning: Explanation) -> str:
    if meaning.allowed:
        return ALLOWED
    return NO_RULE if meaning.rule_id == DEFAULT_RULE_ID else DENIED_BY_RULE


_HOME = OrgId("home")


def _favourable(role: Role) -> Facts:
    return Facts(
        roles=frozenset({role}),
        tenant=_HOME,
        subject_tenant=_HOME,
        is_self=role is Role.ATHLETE,
        consent=True,
        release=True,
        cohort_large_enough=True,
        wearable_lineage=False,
        agreement_forbids_wearables=False,
        account_frozen=False,
        is_minor=False,
        guardian_agreed=False,
    )


def _best_case(role: Role, category: Category, purpose: Purpose, granularity: Granularity) -> list[Request]:
    return [
        Request(category, granularity, action, purpose, _favourable(role)) for action in (Action.READ, Action.TRAIN)
    ]


def _example(rule: Rule) -> Request:
    """A request that the rule's words cover, with every favourable fact."""
    return Request(
        category=min(rule.categories),
        granularity=max(rule.granularities),
        action=min(rule.actions),
        purpose=min(rule.purposes),
        facts=_favourable(min(rule.roles)),
    )


def _must_be_refused() -> list[Request]:
    """Requests that no rules of Homefield may ever allow (docs/invariants.md §2, §3 and §8)."""
    coach, office = _favourable(Role.COACH), _favourable(Role.FRONT_OFFICE)
    stranger, undecided = replace(coach, tenant=OrgId("away")), replace(coach, consent=False)
    return [
        Request(Category.SLEEP, Granularity.DAILY, Action.READ, Purpose.TRAINING, stranger),
        Request(Category.SLEEP, Granularity.DAILY, Action.READ, Purpose.TRAINING, undecided),
        Request(Category.HEART, Granularity.RAW, Action.READ, Purpose.SQUAD_PLANNING, office),
        Request(Category.DURABILITY, Granularity.BAND, Action.READ, Purpose.BETTING, office),
    ]
