"""What must be true of a consent service after it was killed: all that it acknowledged, each once, and a whole log."""

import contextlib
from collections import Counter

from sqlmodel import Session, col, select

from audit.entries.events import EventKind
from audit.verification.verify import verify_log
from consent.ledger.ledger import Movement
from consent.service import Service
from consent.storage.rows import ConsentEventRow, LedgerRow, MemberRow, RoundAnswerRow
from policies.vocabulary import AthleteId, ConsentState, Role
from tests.consent.league import Act, acts
from tests.killed.consent_load import ROUNDS, KilledUnion, Told


def problems_of(union: KilledUnion, told: Told) -> list[str]:
    """Open the service that is down now, and compare it with what it acknowledged before."""
    with contextlib.closing(union.opened()) as service:
        done = [act for act in acts(service).values() if act.kinds != {EventKind.HEARTBEAT}]
        found = [
            *_enrolled(service, done, told),
            *_asked(done, told),
            *_stopped(service, union, done, told),
            *_ledger(service, union, told),
            *_answers(service, done, told),
        ]
        size = service.log.publish().size
        verified = verify_log(str(service.settings.log_directory), service.trust.policy)
        return found + ([] if verified.trusted.checkpoint.size == size else ["the log does not verify to its end"])


def _answers(service: Service, done: list[Act], told: Told) -> list[str]:
    """Each answer that was noted stands with its hash, in one entry; a round that was left out takes none."""
    with Session(service.engine) as session:
        stored = {(row.campaign, row.round_no): row.sha256 for row in session.exec(select(RoundAnswerRow)).all()}
    found = [f"round {key} has another answer" for key, answer in told.answers.items() if stored.get(key) != answer]
    found += [f"round {key} was left out and has an answer" for key in told.left_out if stored.get(key, "") is not None]
    entries = Counter((entry["campaign"], entry["round"]) for entry in _about(done, EventKind.ROUND_ANSWERED))
    found += [f"the note of round {key} stands {count} times" for key, count in entries.items() if count != 1]
    return found + [f"the note of round {key} is missing" for key in told.answers if key not in entries]


def _about(done: list[Act], kind: EventKind) -> list[dict[str, object]]:
    return [entry for act in done for entry in act.entries if entry["kind"] == kind]


def _enrolled(service: Service, done: list[Act], told: Told) -> list[str]:
    with Session(service.engine) as session:
        members = Counter(row.athlete for row in session.exec(select(MemberRow)).all())
    missing = [f"{one} was enrolled and is not" for one in told.enrolled if members[one] != 1]
    new = sum(count for athlete, count in members.items() if athlete >= f"ath-{1_000_000:016x}")
    entries = sum("epoch" in entry for entry in _about(done, EventKind.MEMBER_ENROLLED)) - (len(members) - new)
    return missing + ([] if entries == new else [f"{new} new athletes have {entries} entries"])


def _asked(done: list[Act], told: Told) -> list[str]:
    answered = Counter(str(entry["person"]) for entry in _about(done, EventKind.ACCESS))
    twice = [f"{person} stands {count} times" for person, count in answered.items() if count != 1]
    return twice + [f"the question of {person} is missing" for person in told.asked if person not in answered]


def _stopped(service: Service, union: KilledUnion, done: list[Act], told: Told) -> list[str]:
    found, on = list[str](), 0
    stopped = set(told.stopped)
    for athlete in union.codes:
        for cell in service.store.matrix(athlete):
            if cell.recipient.role is Role.COACH and cell.is_on:
                on += 1
                if (athlete, cell.category.value) in stopped:
                    found.append(f"{athlete} stopped {cell.category} and shares it")
    ended = _ended_at_a_start(service)
    found += [f"{one} lost an act and is not frozen" for one in ended if not service.store.member(one).is_frozen]
    receipts = sum(len(service.store.receipts(athlete)) for athlete in union.codes) - len(union.codes)
    expected = 5 * len(union.codes) - on - ended.total()
    if receipts != expected:
        found.append(f"{expected} withdrawals have {receipts} receipts")
    decisions = len(_about(done, EventKind.CONSENT_DECISION)) - len(union.codes) - len(union.learners) - len(ended)
    return found + ([] if decisions == expected else [f"{expected} withdrawals have {decisions} entries"])


def _ended_at_a_start(service: Service) -> Counter[AthleteId]:
    """How many grants of an athlete ended because the log had an act of theirs that the database had lost.

    A withdrawal that was killed between the two was not answered: asked again, it finds nothing left to stop.
    """
    query = select(ConsentEventRow.athlete).where(col(ConsentEventRow.status) == ConsentState.INVALIDATED.value)
    with Session(service.engine) as session:
        return Counter(AthleteId(athlete) for athlete in session.exec(query).all())


def _ledger(service: Service, union: KilledUnion, told: Told) -> list[str]:
    """Each athlete's movements of each campaign: reserved once, each round paid once, given back once.

    A payment that was killed between log and database was not answered: the next start charges what it may have cost
    (docs/operate.md), and asked again it is paid. Such charges are no movement of a campaign.
    """
    with Session(service.engine) as session:
        every = session.exec(select(LedgerRow)).all()
    charges = [row for row in every if row.movement == Movement.CHARGE]
    rows = [row for row in every if row.movement != Movement.CHARGE]
    moved = Counter((row.athlete, row.campaign, row.movement, row.round_no) for row in rows)
    found = [f"{key} stands {count} times" for key, count in moved.items() if count != 1]
    for sha256, tokens in told.tokens.items():
        for athlete in tokens:
            found += [] if moved[(athlete, sha256, Movement.RESERVE, 0)] else [f"{athlete} has a token and no budget"]
            for number in range(1, told.rounds[sha256] + 1):
                found += [] if moved[(athlete, sha256, Movement.COMMIT, number)] else [f"round {number} is not paid"]
            given_back = moved[(athlete, sha256, Movement.REFUND, 0)]
            found += ["a closed campaign gave nothing back"] if sha256 in told.closed and not given_back else []
    most = ROUNDS * max((row.micro_rho for row in rows if row.movement == Movement.COMMIT), default=0)
    found += [f"{row.athlete} was charged {row.micro_rho} at once" for row in charges if row.micro_rho > most]
    for athlete in union.learners:
        budget = service.store.budget(athlete)
        total = sum(row.micro_rho for row in rows if (row.athlete, row.movement) == (athlete, Movement.COMMIT))
        charged = sum(row.micro_rho for row in charges if row.athlete == athlete)
        if budget.spent_micro_rho != total + charged:
            found.append(f"{athlete} has spent {budget.spent_micro_rho}, paid {total} and was charged {charged}")
    assert all(count <= ROUNDS for count in told.rounds.values())
    return found
