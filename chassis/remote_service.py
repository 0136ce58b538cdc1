"""What every program says of a service that is away: which address was asked, what came, and what to do."""


def not_answering(service: str, address: str, status: int | None = None) -> str:
    """Return what came, as a clause: no answer, or one that it cannot serve now. status: of that answer (HTTP)."""
    came = "gave no answer" if status is None else f"cannot answer now (status {status})"
    return f"{service} at {address} {came}"


def nothing_lost(came: str, *, holder: str, until: str) -> str:
    """Return the sentence to that clause, without its end. holder: whose data is safe; until: when to try again."""
    return f"{came}; nothing that {holder} holds is lost, try again once {until}"
