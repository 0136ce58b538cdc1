"""What opens the last entry of the small log, for the tests of commands that explain it."""

TAG_KEY, ENTRY_KEY = bytes(range(50, 82)), bytes(range(90, 122))
DETAILS = {
    "kind": "look_refused",
    "at": "2026-11-24T08:00:00+00:00",
    "role": "front_office",
    "because": "\x1b[2Jno consent",
    "number": 0,
}
