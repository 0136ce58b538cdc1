"""What every program's sign-in page says about a code that opens nothing, and about a sign-in that is over."""

HAS_ENDED = "This sign-in has ended: its time was over, or it was ended here or by whoever gave you the code."
"""Said to a browser that holds any session's id, whoever made it up: the page tells nobody who is known here."""


def wrong_code(issuer: str) -> str:
    """Return one sentence for every code that opens nothing. issuer: who makes codes, as "the union’s desk"."""
    return (
        "This code opens nothing here. Perhaps it was mistyped: compare each sign. It also opens nothing once it was "
        f"used, or after half an hour; then ask {issuer} for a new one."
    )
