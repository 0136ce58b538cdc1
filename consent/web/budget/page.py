"""The privacy budget in words and parts of 100, and the athlete's eight rights with what each does here today. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chassis.backup.kept_backups import KEPT_FOR
from chassis.text import listed, long_date
from consent.ledger import ledger
from consent.ledger.values import BudgetLine, BudgetView
from consent.registry.values import Member
from consent.web.sharing.change_form import ChangeProblem
from consent.web.sharing.change_request import BadEntry
from policies.budget import CAMPAIGN_EPSILON, rounded_up
from policies.campaigns.memberships import WHOLE
from policies.campaigns.season_line import SEASON, SEASON_CAP
from policies.vocabulary import OrgId

PARTS = 100
LEARNS = {
    "recovery-linear-1": "Recovery model",
    "recovery-network-1": "Recovery network",
    "risk-logistic-1": "Injury risk model",
    ledger.RECOVERY: "Counted to be safe",
}


@dataclass(frozen=True, slots=True)
class BudgetTableLine:
    """One line of the table: what, its share in parts of 100 (one decimal, as text), and its state."""

    what: str
    hint: str
    parts: str
    state: str

    @property
    def style(self) -> str:
        """Class of the state's mark: filled for what is gone, open for what is left."""
        return _STYLES.get(self.state, "tag nowrap")


_STYLES = {"Used": "tag on nowrap", "Left": "tag ok nowrap"}


@dataclass(frozen=True, slots=True)
class BudgetPage:
    """What the page says. used, set_aside: widths of the bar in parts of 100."""

    lead: str
    bar: str
    used: float
    set_aside: float
    rows: tuple[BudgetTableLine, ...]
    exact: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Right:
    """One right: its name in the law, what it means, where it stands, and what can be done here or in person.

    is_deed: `href` is not to be read but posted to, and acts at once.
    """

    name: str
    meaning: str
    source: str
    here: str
    href: str = ""
    link: str = ""
    is_deed: bool = False


_ISSUER = "By the union’s desk; not on this page yet."

RIGHTS = (
    Right(
        "To be informed",
        "Read what is shared, with whom, why, and under which rule.",
        "GDPR Articles 13 and 14",
        "Here. The full printed notices are with the union’s desk.",
        "/rules",
        "Read the rules in force",
    ),
    Right(
        "Access",
        "Get everything held about you, in words you can read.",
        "GDPR Article 15",
        "Here for your choices, receipts and looks. Body data: on your club’s node.",
        "/receipts",
        "See your receipts",
    ),
    Right(
        "Revoke",
        "Take back any yes, as easily as you gave it.",
        "GDPR Article 7(3)",
        "Here, at once.",
        "/shared",
        "Stop sharing",
    ),
    Right(
        "Restrict processing",
        "Freeze your data while a question is open. It is kept, not used.",
        "GDPR Article 18",
        "Here, at once. For everybody it looks as if you shared nothing; your choices stay, and you end it yourself.",
        "/budget/freeze",
        "Freeze my data",
        is_deed=True,
    ),
    Right(
        "Data portability",
        "Take your data to another club or tool, as open files.",
        "GDPR Article 20",
        "Receipts and proofs: here, as files. Body data: by the union’s desk, from your club’s node.",
        "/receipts",
        "Take my receipts",
    ),
    Right(
        "Rectification",
        "Have something wrong put right. The old value is marked, not hidden.",
        "GDPR Article 16",
        _ISSUER,
    ),
    Right(
        "Complain",
        "Take it to the data-protection authority. You need nobody’s leave for that.",
        "GDPR Article 77",
        "The union’s desk names your authority.",
    ),
    Right(
        "Erasure",
        "Have your data deleted. The log keeps only sealed marks that nobody can open any more.",
        "GDPR Article 17",
        f"{_ISSUER} The desk asks your club’s node to destroy your key. "
        f"Locked backups made before can still open your record for {KEPT_FOR.days} days; then they are deleted.",
    ),
)


def budget_page(view: BudgetView) -> BudgetPage:
    """Return the page's figures; parts are shares of the cap in micro-rho, because those add up exactly."""
    used, aside, left = (_share(n, view) for n in (view.spent_micro_rho, view.reserved_micro_rho, view.left_micro_rho))
    return BudgetPage(
        lead=(
            "Each time the league learns from your data, a little of your lifetime budget is used. "
            f"{_whole(left)} of 100 parts are left. At zero it stops, and nobody can raise it."
        ),
        bar=f"{_whole(used)} parts used, {_whole(aside)} set aside, {_whole(left)} left",
        used=round(used, 2),
        set_aside=round(used + aside, 2),
        rows=(*_lines(view), BudgetTableLine("Left for life", "", _one(left), "Left")),
        exact=_exact(view),
    )


def two_clubs_note(member: Member, names: Mapping[OrgId, str]) -> str:
    """Return how an athlete of two clubs is counted, or nothing to say for everybody else. names: of the clubs."""
    if member.second is None:
        return ""
    parts = [f"{member.weight_at(club)} of {WHOLE} at {names[club]}" for club in (member.club, member.second.club)]
    return (
        f"You are at two clubs. In league learning your days count with a part at each: {listed(parts)}. Both together "
        "cost you no more than one club would. A club can see that you count in part with it, so that there is another "
        "club; it sees neither which one nor what you share there. A new part counts from the next campaign on."
    )


def _lines(view: BudgetView) -> list[BudgetTableLine]:
    return [
        BudgetTableLine(
            LEARNS.get(line.model, line.model), _campaign(line), _one(_share(line.micro_rho, view)), _state(line.state)
        )
        for line in view.lines
    ]


def _campaign(line: BudgetLine) -> str:
    """The campaign by the day in its name, and the rounds; a name of another kind stands as it is."""
    stamp = re.search(r"-(\d{8})(?:-|$)", line.campaign_id)
    try:
        opened = datetime.strptime(stamp[1], "%Y%m%d").date() if stamp else None  # noqa: DTZ007 - a day, no moment
    except ValueError:
        opened = None
    if line.campaign_id == ledger.RECOVERY:
        return "the service was put back from a backup and cannot know what was used since"
    name = f"of {long_date(opened)}" if opened else line.campaign_id
    return f"campaign {name}, {line.rounds}"


def _exact(view: BudgetView) -> tuple[tuple[str, str], ...]:
    return (
        (
            "Lifetime cap",
            f"ε = {view.epsilon_cap:.4g} at δ = {_power_of_ten(view.delta)} ({view.cap_micro_rho:,} micro-rho)",
        ),
        ("Used", f"{view.spent_micro_rho:,} micro-rho (ε ≤ {rounded_up(view.epsilon_spent):.2f})"),
        ("Set aside", f"{view.reserved_micro_rho:,} micro-rho, given back if the rounds do not run"),
        (
            "In a season",
            f"nothing is set aside that would pass {SEASON_CAP:,} micro-rho (ε = {CAMPAIGN_EPSILON:g}) in "
            f"{SEASON.days} days, for all campaigns of one league for one kind of model",
        ),
    )


def _share(micro_rho: int, view: BudgetView) -> float:
    return PARTS * micro_rho / view.cap_micro_rho if view.cap_micro_rho else 0.0


def _one(parts: float) -> str:
    """One decimal; something that is not nothing never reads as 0.0."""
    return "under 0.1" if 0 < parts < 0.05 else f"{parts:.1f}"


def _whole(parts: float) -> str:
    """Whole parts, rounded towards "some are used" and "some are left"."""
    if 0 < parts < 1:
        return "fewer than 1"
    return "more than 99" if 99.5 <= parts < PARTS else f"{parts:.0f}"


def _state(state: str) -> str:
    return state[:1].upper() + state[1:]


_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _power_of_ten(value: float) -> str:
    factor, _, power = f"{value:.0e}".partition("e")
    ten = f"10{str(int(power)).translate(_SUPERSCRIPTS)}"
    return ten if factor == "1" else f"{factor} × {ten}"


@dataclass(frozen=True, slots=True)
class CapChoice:
    """A lower cap: how many of today's 100 parts it keeps, in integer micro-rho."""

    parts: int
    micro_rho: int


def lowest_parts(view: BudgetView) -> int:
    """Return the fewest whole parts that still hold what is used and set aside; at least one."""
    taken = view.spent_micro_rho + view.reserved_micro_rho
    return max(1, -(-PARTS * taken // view.cap_micro_rho)) if view.cap_micro_rho else PARTS


def read_cap(view: BudgetView, text: str) -> CapChoice:
    """Read how many parts the athlete wants to keep; raises BadEntry. 100 or more would not lower anything."""
    low, high = lowest_parts(view), PARTS - 1
    if not (text.isascii() and text.isdigit() and low <= int(text[:4]) <= high):
        came = f"“{text[:20]}” is not between" if text else "Enter a number between"
        raise BadEntry([ChangeProblem("parts", f"{came} {low} and {high}.")])
    return CapChoice(int(text), view.cap_micro_rho * int(text) // PARTS)
