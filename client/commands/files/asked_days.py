"""The days that a person names at the terminal, checked before anything is read."""

from datetime import date, datetime

from client.errors import ClientError


def asked_range(first: datetime | None, last: datetime | None, *, today: date) -> tuple[date | None, date | None]:
    """Return the first and the last day that are asked for; raises ClientError for a range that cannot be."""
    begin, end = (None if one is None else one.date() for one in (first, last))
    if (end or begin or today) > today:
        raise ClientError(f"expected a day up to {today.isoformat()}, got {(end or begin or today).isoformat()}")
    if begin is not None and end is not None and begin > end:
        raise ClientError(f"expected --from on or before --to, got {begin.isoformat()} and {end.isoformat()}")
    return begin, end
