"""What the store tells its operator: plain, frozen values, never database rows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """Counts for operators: no names, nothing about a named athlete. log_waiting: entries that are not published yet.

    spent_most_micro_rho, epsilon_spent_most: the lifetime budget that the athlete who spent most has used, all
    campaigns together; whose it is stays out.
    """

    orgs: int
    athletes: int
    campaigns: int
    log_waiting: int
    spent_most_micro_rho: int
    epsilon_spent_most: float
    log_origin: str
    policy_hash: str
