"""The portal's plain words for every closed set, in one place; templates and view models take them from here.

The table twin of each enum is complete (a test walks every member), so a new category, granularity or
role cannot reach a page without words that a person understands.
"""

from dataclasses import dataclass

from audit.entries.events import EventKind
from consent.grants.values import ConsentAnswer
from policies.vocabulary import Category, ConsentState, Granularity, Lineage, Purpose, Role


@dataclass(frozen=True, slots=True)
class CategoryWords:
    """title: name of a row. hint: what is in it. phrase: how a sentence after "your" calls it."""

    title: str
    hint: str
    phrase: str


@dataclass(frozen=True, slots=True)
class RecipientWords:
    """title: name of a group. column: the same, short. phrase: within a sentence. who: what stands behind it.

    are_many: the phrase takes a plural verb.
    """

    title: str
    column: str
    phrase: str
    who: str
    are_many: bool = False


@dataclass(frozen=True, slots=True)
class GranularityWords:
    """label: the choice in two or three words. shown: what reaches the recipient, in a sentence."""

    label: str
    shown: str


CATEGORIES = {
    Category.READINESS: CategoryWords("Today’s readiness", "a light and a word", "readiness"),
    Category.HEART: CategoryWords("Heart and recovery", "heart-rate variability, resting pulse", "heart and recovery"),
    Category.SLEEP: CategoryWords("Sleep", "times and regularity", "sleep"),
    Category.WELLNESS: CategoryWords("How you feel", "your morning answers", "morning answers"),
    Category.TRAINING_LOAD: CategoryWords("Training load", "effort, minutes, distance", "training load"),
    Category.TESTS: CategoryWords("Jump and strength tests", "test results", "test results"),
    Category.INJURY: CategoryWords("Injuries", "record and return plan", "injury record"),
    Category.NUTRITION: CategoryWords("Food and body", "meals, body mass", "food and body entries"),
    Category.MOVEMENT: CategoryWords("Movement on video", "joint angles only", "movement on video"),
    Category.CYCLE: CategoryWords("Cycle health", "only for your own care", "cycle health"),
    Category.DURABILITY: CategoryWords("Durability index", "a band, per approval", "durability band"),
    Category.TEAM_AGGREGATE: CategoryWords(
        "Squad figure", "one figure for the whole squad", "part in the squad figure"
    ),
    Category.ACCESS_LOG: CategoryWords("Who looked", "the log of looks", "log of looks"),
}

RECIPIENTS = {
    Role.ATHLETE: RecipientWords("You", "You", "you", "your own account"),
    Role.COACH: RecipientWords("Performance coaches", "Coaches", "performance coaches", "coaches of your club", True),
    Role.MEDICAL: RecipientWords("Medical team", "Medical team", "the medical team", "medical staff of your club"),
    Role.FRONT_OFFICE: RecipientWords(
        "Front office", "Front office", "the front office", "squad planners of your club"
    ),
    Role.NATIONAL_TEAM: RecipientWords("National team", "National team", "the national team", "national-team staff"),
    Role.GOVERNING_BODY: RecipientWords("Governing body", "Governing body", "the governing body", "auditors"),
    Role.RESEARCHER: RecipientWords("Researchers", "Researchers", "researchers", "a named study", True),
    Role.FL_AGGREGATOR: RecipientWords("League learning", "League learning", "league learning", "computers only"),
}

PERSONS = {
    Role.ATHLETE: "you",
    Role.COACH: "performance coach",
    Role.MEDICAL: "medical team",
    Role.FRONT_OFFICE: "front office",
    Role.NATIONAL_TEAM: "national team",
    Role.GOVERNING_BODY: "governing body",
    Role.RESEARCHER: "researcher",
    Role.FL_AGGREGATOR: "league learning",
}
"""What one person of a role is called after a comma."""

DURABILITY_HINT = "availability over 12 months; where known, heavier weeks in them and injuries of up to three years"
"""What the index sums up: the same words whichever parts an athlete's own has (docs/indices.md §8)."""

PURPOSES = {
    Purpose.SELF_INSIGHT: "Your own insight",
    Purpose.CARE: "Your care",
    Purpose.TRAINING: "Planning your training",
    Purpose.SQUAD_PLANNING: "Squad planning",
    Purpose.CONTRACT: "Contracts",
    Purpose.FL_TRAINING: "Better recovery and risk models for all clubs",
    Purpose.RESEARCH: "Research",
    Purpose.OVERSIGHT: "Oversight",
    Purpose.COMMERCIAL: "Selling or advertising",
    Purpose.BETTING: "Betting",
}

GRANULARITIES = {
    Granularity.NONE: GranularityWords("Off", "Nothing goes over the line."),
    Granularity.COHORT: GranularityWords(
        "Protected sum", "One sum over many athletes, blurred with noise, so that your own numbers do not show in it."
    ),
    Granularity.BAND: GranularityWords("A band", "A range of five points, never the figure itself."),
    Granularity.INDEX: GranularityWords("One figure", "One summary figure, without the numbers behind it."),
    Granularity.DAILY: GranularityWords("Daily numbers", "One value per day and its change against your own past."),
    Granularity.RAW: GranularityWords("Full record", "Everything that was recorded, entry by entry."),
}

_SPECIAL = {
    (Category.READINESS, Granularity.BAND): GranularityWords(
        "Light only", "A light: as usual, below usual or well below usual."
    ),
    (Category.READINESS, Granularity.INDEX): GranularityWords(
        "Light and word", "A light and a word: as usual, below usual or well below usual. No numbers."
    ),
    (Category.WELLNESS, Granularity.DAILY): GranularityWords(
        "Daily answers", "Your answers of each morning, beside your own usual range."
    ),
    (Category.INJURY, Granularity.INDEX): GranularityWords(
        "Status only", "One word: available, training in part, or not available."
    ),
    (Category.INJURY, Granularity.DAILY): GranularityWords(
        "Daily status", "For each day whether and how you could train. No diagnosis."
    ),
    (Category.CYCLE, Granularity.DAILY): GranularityWords("Daily entries", "What you entered for each day."),
    (Category.TESTS, Granularity.DAILY): GranularityWords(
        "Daily numbers", "The result of each test day, beside your own earlier ones."
    ),
}

LINEAGES = {
    Lineage.CLUB_RECORD: "the club’s record of training and matches",
    Lineage.SELF_REPORT: "your own answers",
    Lineage.SESSION_RPE: "your effort score after each session",
    Lineage.WEARABLE: "a wearable device",
    Lineage.OPTICAL: "a camera",
    Lineage.CLINICAL: "clinical records",
}

STATES = {
    ConsentState.UNKNOWN: "Never asked",
    ConsentState.REQUESTED: "Open",
    ConsentState.DEFERRED: "Later",
    ConsentState.REFUSED: "No",
    ConsentState.GIVEN: "Yes",
    ConsentState.RENEWED: "Yes, renewed",
    ConsentState.WITHDRAWN: "Stopped by you",
    ConsentState.REVOKED: "Stopped by a guardian or the regulator",
    ConsentState.EXPIRED: "Ended by itself",
    ConsentState.INVALIDATED: "No longer valid",
}


ANSWERS = {
    ConsentAnswer.YES: "Yes, share this band",
    ConsentAnswer.NO: "No, do not share it",
    ConsentAnswer.LATER: "Later, decide another day",
}

EVENTS = {
    EventKind.CONSENT_DECISION: "You made a choice in this portal",
    EventKind.LOOK_ALLOWED: "A look was allowed",
    EventKind.LOOK_REFUSED: "A try was refused",
    EventKind.RELEASE_PROPOSED: "Your club proposed to release your durability band",
    EventKind.RELEASE_ANSWERED: "You answered a request",
    EventKind.BUDGET_RESERVED: "A part of your privacy budget was set aside",
    EventKind.BUDGET_REFUNDED: "A part of your privacy budget was given back",
    EventKind.ROUND_COMMITTED: "Your club’s node used your data for league learning",
    EventKind.ROUND_ANSWERED: "Your club’s node was bound to one answer to a round of learning",
    EventKind.ROUND_AGGREGATED: "The league added up one round of learning",
    EventKind.CAMPAIGN_OPENED: "The league opened a round of learning",
    EventKind.CAMPAIGN_APPROVED: "A club approved a round of learning",
    EventKind.CAMPAIGN_CLOSED: "The league closed a round of learning",
    EventKind.CAMPAIGN_REFUSED: "A message of league learning was refused",
    EventKind.MODEL_REGISTERED: "The league registered a model, or evidence on one",
    EventKind.MODEL_ADOPTED: "A club judged a model on its own later data",
    EventKind.MEMBER_ENROLLED: "Your club enrolled you",
    EventKind.ORG_REGISTERED: "An organisation was registered",
    EventKind.RULES_LOADED: "The rules were loaded",
    EventKind.INGEST: "Files about you were brought into your club’s node",
    EventKind.ATHLETE_ASKED: "A person of your club asked how you are, or noted that they could not reach you",
    EventKind.OWN_SITE: "Your own page at your club’s node was used, or a code for it was made",
    EventKind.TICKET_REFUSED: "A ticket to somebody’s own page was refused at a club’s node",
    EventKind.RECORD_WRITTEN: "A person of your club wrote in your record there",
    EventKind.PROPOSAL_DECIDED: "A person decided on a proposed change to your session",
    EventKind.ERASED: "Data was erased and its key destroyed",
    EventKind.SIGNED_IN: "You signed in here",
    EventKind.CODE_ISSUED: "A sign-in code was issued",
    EventKind.PAGE_OPENED: "Someone opened a page that shows no one athlete",
    EventKind.OPERATOR_LOOK: "Someone looked at your days at your club’s node itself",
    EventKind.PLAN_SET: "Your club set your plan of a day",
    EventKind.NODE_ADDED: "The league let a club’s node take part",
    EventKind.ANSWER_SENT: "The outcome of a request was recorded",
    EventKind.HEARTBEAT: "The log showed that it runs",
    EventKind.ACCESS: "Someone asked for your data",
    EventKind.LEAGUE_JOINED: "Your club joined a league",
    EventKind.LEAGUE_LEFT: "Your club left a league",
    EventKind.ORG_KEY_CHANGED: "An organisation’s key changed",
    EventKind.NODE_ACCESS_CHANGED: "Your club changed who may see athletes",
    EventKind.ORG_REVOKED: "An organisation was cut off",
}


def granularity_words(category: Category, granularity: Granularity) -> GranularityWords:
    """Return the words of one granularity, as they read for this category."""
    return _SPECIAL.get((category, granularity), GRANULARITIES[granularity])


def span(text: str) -> str:
    """Return a wire range such as "80-85" with the dash that tables use."""
    return text.replace("-", "–")
