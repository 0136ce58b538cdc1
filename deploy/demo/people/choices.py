"""Athletes decide in the portal, each on their own: most share something, some nothing, one changes their mind."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from deploy.demo.league.sources import SYNTHETIC
from deploy.demo.people.browser import BrowserSession
from deploy.demo.plan import LEAGUE, DemoPlan, Person
from deploy.demo.tick import Tick
from policies.vocabulary import Category, Granularity, Role

LEARNS_SHARE = 0.85  # ours: share of the demo's athletes who let the league learn
COACH_SHARE = 0.75
YES_SHARE, NO_SHARE = 0.6, 0.2  # of those asked for a band; the others answer later
SEASON_DAYS = 180

FOR_RECOVERY = (Category.READINESS,)
FOR_RISK = (Category.TRAINING_LOAD, Category.WELLNESS, Category.INJURY)
SHOWN_TO_COACH = (Category.READINESS, Category.HEART, Category.SLEEP, Category.WELLNESS, Category.TRAINING_LOAD)
SHOWN_TO_MEDICAL = {Category.INJURY: Granularity.RAW, Category.TRAINING_LOAD: Granularity.DAILY}
RELEASE_PATH = re.compile(r"/asked/(rel-[a-z0-9-]+)")


@dataclass(frozen=True, slots=True)
class Choices:
    """How many decided what; `learners` let the league learn, `changer` is the one who will withdraw."""

    decided: int
    consents: int
    learners: tuple[str, ...]
    changer: Person


def decide_all(plan: DemoPlan, people: Sequence[Person], today: date, tick: Tick) -> Choices:
    """Let every athlete visit the portal once and fill in its forms."""
    generator = random.Random(plan.options.seed)
    real = any(person.source != SYNTHETIC for person in people)
    consents, learners = 0, []
    for person in people:
        learns = generator.random() < LEARNS_SHARE and not person.is_minor
        coached = generator.random() < COACH_SHARE and not person.is_minor
        wishes = wishes_of(person, learns=_lessons(person, real=real) if learns else (), coached=coached)
        if wishes:
            with BrowserSession(plan.consent_url, {"athlete": person.athlete}) as browser:
                consents += sum(_give(browser, category, choices, today) for category, choices in wishes.items())
        learners += [person.athlete] if learns else []
        tick()
    changer = next(p for p in people if p.athlete in learners and p.source == SYNTHETIC)  # the first campaign's kind
    return Choices(len(people), consents, tuple(learners), changer)


def _lessons(person: Person, *, real: bool) -> tuple[Category, ...]:
    """What a willing athlete lets the league learn from: recovery is learnt on real days wherever there are any."""
    if person.source != SYNTHETIC:
        return FOR_RECOVERY
    return FOR_RISK if real else FOR_RECOVERY + FOR_RISK


def wishes_of(person: Person, *, learns: Sequence[Category], coached: bool) -> dict[Category, dict[str, Granularity]]:
    """What one athlete turns on: per category, recipient ("org.role") and how much."""
    wishes: dict[Category, dict[str, Granularity]] = {}
    for category in learns:
        wishes.setdefault(category, {})[f"{LEAGUE}.{Role.FL_AGGREGATOR}"] = Granularity.COHORT
    if coached:
        for category in SHOWN_TO_COACH:
            level = Granularity.INDEX if category is Category.READINESS else Granularity.DAILY
            wishes.setdefault(category, {})[f"{person.club}.{Role.COACH}"] = level
        for category, level in SHOWN_TO_MEDICAL.items():
            wishes.setdefault(category, {})[f"{person.club}.{Role.MEDICAL}"] = level
    return wishes


def _give(browser: BrowserSession, category: Category, choices: dict[str, Granularity], today: date) -> int:
    path = f"/change/{category.value}"
    fields = {f"give.{recipient}": level.word for recipient, level in choices.items()}
    fields |= {f"ends.{recipient}": (today + timedelta(days=SEASON_DAYS)).isoformat() for recipient in choices}
    check = browser.send(path, path, fields)
    browser.submit(check.text, f"{path}/confirm", {})
    return len(choices)


def stop_learning(plan: DemoPlan, person: Person) -> None:
    """One athlete presses "Stop sharing" beside the league: one form, at once."""
    with BrowserSession(plan.consent_url, {"athlete": person.athlete}) as browser:
        browser.send_matching("/shared", "/shared/stop", {"recipient": f"{LEAGUE}.{Role.FL_AGGREGATOR}"})


def answer_requests(plan: DemoPlan, people: Sequence[Person], tick: Tick) -> dict[str, int]:
    """Every athlete who is asked for a durability band answers yes, no or later; returns how many of each."""
    generator = random.Random(plan.options.seed + 1)
    counts = {"yes": 0, "no": 0, "later": 0}
    for person in people:
        draw = generator.random()
        answer = "yes" if draw < YES_SHARE else "no" if draw < YES_SHARE + NO_SHARE else "later"
        with BrowserSession(plan.consent_url, {"athlete": person.athlete}) as browser:
            for release in sorted(set(RELEASE_PATH.findall(browser.page("/asked")))):
                check = browser.send(f"/asked/{release}", f"/asked/{release}", {"answer": answer})
                browser.submit(check.text, f"/asked/{release}/confirm", {})
                counts[answer] += 1
        tick()
    return counts
