"""Command lines of the union about athletes, those of two clubs among them, for `every_answer`."""

from collections.abc import Callable

import consent.cli
from consent.commands.service_folder import writing
from policies.signing import SigningKey
from policies.vocabulary import AthleteId, OrgId
from tests.architecture.answer_world import MARKUP, Everything, Words

ATHLETE = AthleteId("ath-0123456789abcdef")


def _set(every: Everything, fresh: str) -> Words:
    """A stopped service of its own with two clubs, an athlete of the one, and the other to be the second."""
    folder = every.folder / fresh
    every.programs.done(consent.cli.app, "init", folder)
    for club in ("club-a", "club-b"):
        kind = ["--kind", "club", "--key", SigningKey.generate().verify_key.text]
        every.programs.done(consent.cli.app, "org", "add", folder, club, "--name", MARKUP, *kind)
    with writing(folder) as service:
        service.store.enrol(OrgId("club-a"), ATHLETE, name=MARKUP, shirt_no=8, is_minor=False)
    return [folder, ATHLETE, "club-b", "--sixteenths", "4"]


def _end(every: Everything, fresh: str) -> Words:
    words = _set(every, fresh)
    every.programs.done(consent.cli.app, "athlete", "second-club", "set", *words)
    return words[:2]


UNION_ATHLETES: dict[tuple[str, ...], list[Callable[[Everything, str], Words]]] = {
    ("homefield-consent", "athlete", "list"): [lambda every, _: [every.union]],
    ("homefield-consent", "sign-in-code"): [lambda every, _: [every.union, every.programs.one]],
    ("homefield-consent", "end-sessions"): [lambda every, _: [every.union, every.programs.one]],
    ("homefield-consent", "athlete", "second-club", "set"): [_set],
    ("homefield-consent", "athlete", "second-club", "end"): [_end],
}
