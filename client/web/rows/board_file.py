"""The board as a table for a spreadsheet: what this reader sees at this moment, and no more."""

from collections.abc import Sequence
from datetime import date

from fastapi import Response

from chassis.csv_line import csv_line
from chassis.hidden_characters import cleaned
from client.web.rows.board_rows import GroupRows

COLUMNS = ("group", "number", "name", "readiness", "plan", "proposed", "note")


def board_file(groups: Sequence[GroupRows], day: date) -> Response:
    """Return the rows as CSV (RFC 4180, UTF-8); the file's name holds the day and nobody's name."""
    cells = [
        (group.heading, str(r.number), r.name, r.word, r.plan, r.proposed, r.why)
        for group in groups
        for r in group.rows
    ]
    lines = [csv_line(COLUMNS), *(csv_line([cleaned(cell) for cell in row]) for row in cells)]
    headers = {"Content-Disposition": f'attachment; filename="morning-board-{day.isoformat()}.csv"'}
    return Response("".join(lines), media_type="text/csv; charset=utf-8", headers=headers)
