"""Demo personas: one-click sign-in without proof. They exist only in demo mode on a loopback address."""

from consent.errors import SignInRefused
from consent.registry.members import get as get_member
from consent.registry.members import of_club
from consent.registry.values import Member
from consent.settings import ConsentSettings
from consent.storage.transaction import Transaction
from policies.vocabulary import AthleteId


def are_open(settings: ConsentSettings) -> bool:
    """True only in demo mode, bound to loopback."""
    return settings.demo and settings.is_loopback


def every(tx: Transaction, settings: ConsentSettings) -> list[Member]:
    """Return every athlete, or nobody where personas are closed."""
    return of_club(tx, None) if are_open(settings) else []


def check(tx: Transaction, settings: ConsentSettings, athlete: AthleteId) -> None:
    """Return if this persona may sign in; raises SignInRefused (or NotFound for no such athlete)."""
    if not are_open(settings):
        raise SignInRefused("demo personas are closed here")
    get_member(tx, athlete)
