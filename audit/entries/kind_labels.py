"""What each kind of entry means, and what of it is sealed: for the page of a single entry."""

from collections.abc import Mapping
from dataclasses import dataclass

from audit.entries.events import EventKind

K = EventKind


@dataclass(frozen=True, slots=True)
class KindWords:
    """What happened when an entry of this kind was written, and what only its athlete or its organisation can open."""

    meaning: str
    sealed: str


KINDS: Mapping[EventKind, KindWords] = {
    K.CONSENT_DECISION: KindWords(
        "An athlete, or a guardian, decided on sharing, or an account was frozen or unfrozen. The entry was durable "
        "before that took effect.",
        "Who decided, on what, for whom, and which way. A refusal looks exactly like a yes.",
    ),
    K.LOOK_ALLOWED: KindWords(
        "An organisation was given what is about no one athlete, such as a consent snapshot. In entries of the first "
        "version this is also how a granted access to an athlete’s data is named.",
        "What was shown, and in the first version whose data, to which role, for what purpose, and the time of day.",
    ),
    K.LOOK_REFUSED: KindWords(
        "A known caller asked for something that it may not have, and was refused. In entries of the first version "
        "this is also how a refused access to an athlete’s data is named.",
        "What was asked for, and in the first version whose data, by which role, for what purpose, and the reason.",
    ),
    K.RELEASE_PROPOSED: KindWords(
        "A club asked an athlete whether an index may go to a recipient, and showed the exact bytes.",
        "Which athlete, which index, which recipient, and the bytes themselves.",
    ),
    K.RELEASE_ANSWERED: KindWords(
        "An athlete answered such a question, or its time ran out.",
        "Which athlete, and which way the answer went.",
    ),
    K.BUDGET_RESERVED: KindWords(
        "Part of a lifetime privacy budget was set aside before a training campaign could use it. Real and stand-in "
        "entries look alike, so that nobody can count who takes part.",
        "Which athlete, which campaign, and how much.",
    ),
    K.BUDGET_REFUNDED: KindWords(
        "Budget that a campaign did not use was given back. This is said of everybody when it closes; real and "
        "stand-in entries look alike.",
        "Which athlete, which campaign, and how much.",
    ),
    K.ROUND_COMMITTED: KindWords(
        "Budget of one training round was spent, before anything left the club.",
        "Which athlete, which campaign and round, and how much.",
    ),
    K.ROUND_ANSWERED: KindWords(
        "A club had the fingerprint of its answer to one training round noted before it sent the answer. Another one "
        "to the same round is refused.",
        "Which campaign and round, and the answer’s fingerprint.",
    ),
    K.ROUND_AGGREGATED: KindWords(
        "The league added the clubs’ numbers of one round up to a sum.",
        "Which campaign and round, and the sum’s fingerprint.",
    ),
    K.CAMPAIGN_OPENED: KindWords(
        "The league opened a training campaign under a signed manifest.",
        "Which campaign, and its manifest’s fingerprint.",
    ),
    K.CAMPAIGN_APPROVED: KindWords(
        "A club approved a campaign by signing the same bytes as the league.",
        "Which campaign, and the club’s signature.",
    ),
    K.CAMPAIGN_CLOSED: KindWords("A campaign ended.", "Which campaign, and how it ended."),
    K.CAMPAIGN_REFUSED: KindWords(
        "A node was sent a campaign message that differs from what its club approved, and refused it.",
        "Which campaign, and what differed.",
    ),
    K.MODEL_REGISTERED: KindWords(
        "A model with its card, or evidence on one, was entered in the league’s registry.",
        "Which model, and the fingerprint of the record.",
    ),
    K.MODEL_ADOPTED: KindWords(
        "A club measured a model on its own later data.",
        "Which model. How it did and whether it is used there is told to nobody.",
    ),
    K.MEMBER_ENROLLED: KindWords("A club enrolled an athlete.", "Who."),
    K.ORG_REGISTERED: KindWords(
        "An organisation was registered with its key and its role.",
        "Which organisation stands behind the cover name.",
    ),
    K.RULES_LOADED: KindWords(
        "The decision point loaded a bundle of rules. From here on, entries name its hash.",
        "Who loaded it.",
    ),
    K.INGEST: KindWords(
        "A club brought device files or questionnaires into its own sealed store. Nothing left the club.",
        "Whose files, of which kind, and how good they were.",
    ),
    K.ATHLETE_ASKED: KindWords(
        "A person at a club asked an athlete how they are and noted the answer, took it back, or read the answer.",
        "Whom, and whether it was noted, taken back or read. What was said stays at the club.",
    ),
    K.OWN_SITE: KindWords(
        "An athlete used their own site at their club’s node, or was given a code for it.",
        "Who, and for what: signing in, answering, saying how they are, correcting, taking their data along.",
    ),
    K.TICKET_REFUSED: KindWords(
        "Somebody came to a club’s node with a ticket to an athlete’s own site, and it opened nothing.",
        "Nothing: why it opened nothing is told to nobody.",
    ),
    K.RECORD_WRITTEN: KindWords(
        "A person at a club wrote something in an athlete’s record there, or told coaches what is possible.",
        "In whose record, and what kind of entry it was. Its words stay at the club.",
    ),
    K.PROPOSAL_DECIDED: KindWords(
        "A person at a club accepted, modified or rejected a proposed change to a session, or took that back.",
        "Whose session, and which way the decision went.",
    ),
    K.ERASED: KindWords(
        "Data was erased and its key destroyed. Older entries stay and verify; whom they are about, nobody can open "
        "any more.",
        "Whose data, and of which kind.",
    ),
    K.SIGNED_IN: KindWords("Somebody signed in.", "Who, and where."),
    K.CODE_ISSUED: KindWords("A desk issued a code for signing in once.", "For whom."),
    K.PAGE_OPENED: KindWords(
        "A page was opened that shows data of no one athlete, such as a list or a model’s card.",
        "Which page, and to which role.",
    ),
    K.OPERATOR_LOOK: KindWords(
        "Somebody looked at data through a club’s own terminal, past its pages, or corrected what its node holds.",
        "What was looked at or corrected.",
    ),
    K.PLAN_SET: KindWords("A club set the training plan of a day.", "Whose plan, and what it says."),
    K.NODE_ADDED: KindWords("The league let a club’s node into training.", "Which node, and its key."),
    K.ANSWER_SENT: KindWords(
        "A request that an earlier entry records was dealt with: intent is written before a page opens, the outcome "
        "after it.",
        "Which request, and whether its answer was sent.",
    ),
    K.HEARTBEAT: KindWords(
        "The log publishes at fixed times, also when nothing happened. One heartbeat stands in each publication, so "
        "that silence is visible and quiet hours do not stand out.",
        "Nothing: a heartbeat is about nobody.",
    ),
    K.ACCESS: KindWords(
        "Somebody asked for data about an athlete, and the rules and the athlete’s consent decided. The entry was "
        "written before the answer. A denied access looks exactly like a granted one.",
        "Whose data, what was asked for, by which role, for what purpose, whether it was granted and why, and the "
        "time of day.",
    ),
    K.LEAGUE_JOINED: KindWords(
        "A club joined a league. Only then may the league name the club, and learn from those of its athletes who let "
        "it. One entry stands for each athlete of the club.",
        "Which league, and whose list the entry stands in.",
    ),
    K.LEAGUE_LEFT: KindWords(
        "A club left a league. Its part in the league’s open campaigns was closed with it, and its releases to the "
        "league ended. One entry stands for each athlete of the club.",
        "Which league, and whose list the entry stands in.",
    ),
    K.ORG_KEY_CHANGED: KindWords(
        "An organisation began to sign with another key, or a former one stopped to count before its time. For a while "
        "both can count, so that no program stands still.",
        "Whether a key was added or retired, which one, who asked for it, and until when the former one counts.",
    ),
    K.NODE_ACCESS_CHANGED: KindWords(
        "A club removed a person of its staff, ended a person’s sessions, or moved an athlete to another squad.",
        "Which of these, and which person of the staff. No athlete is named.",
    ),
    K.ORG_REVOKED: KindWords(
        "The operator of the consent service ended every key of an organisation at once: nothing that it signs is "
        "believed any more. One entry stands for each athlete whom it concerns.",
        "Which kind of organisation it is, and whose list the entry stands in.",
    ),
}
