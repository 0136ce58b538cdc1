"""Where an error was raised, for a log: function and line, never what the error says."""

import traceback


def place_of(error: BaseException) -> str:
    """Return "function:line" of the innermost frame."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].name}:{frames[-1].lineno}" if frames else "unknown:0"
