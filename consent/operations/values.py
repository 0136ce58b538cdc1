"""What the store tells its operator: plain, frozen values, never database rows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """Counts for operators: no names, nothing about one athlete. log_waiting: entries that are not published yet."""

    orgs: int
    athletes: int
    campaigns: int
    log_waiting: int
    log_origin: str
    policy_hash: str
