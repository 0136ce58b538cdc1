"""The form in which columns of a known table write their days and times, told from all of their cells."""

from collections.abc import Iterable, Mapping

from client.errors import UnreadableFile
from client.ingest.cells.time_columns import forms_of
from client.ingest.cells.time_forms import TimeForms

TWO_ORDERS = (
    "its dates can be read as day/month and as month/day; write them as 2026-03-02, or describe it with --mapping"
)


def date_form(column: str, cells: Iterable[str]) -> str:
    """Return the form of a column of days; raises UnreadableFile where it has none, or where two orders fit."""
    found = forms_of(column, cells)
    form = found.form
    if form is None:
        raise UnreadableFile(f"the column {column} holds no days in a form that is known; write them as 2026-03-02")
    if found.is_exchangeable:
        raise UnreadableFile(TWO_ORDERS)
    return form


def forms_of_table(seen: Mapping[str, TimeForms], *, own: str = "") -> dict[str, str]:
    """Return the form of each column that has one; the columns of a table are written alike.

    own: how the form of the maker's export begins, which counts where no date proves otherwise. Raises UnreadableFile
    where two orders fit and nothing tells one.
    """
    proved = {part for forms in seen.values() if (part := forms.first_part) is not None}
    begins = proved.pop() if len(proved) == 1 else "" if proved else own
    found = {name: _form(forms, begins) for name, forms in seen.items()}
    return {name: form for name, form in found.items() if form is not None}


def _form(forms: TimeForms, begins: str) -> str | None:
    if not forms.is_exchangeable:
        return forms.form
    form = forms.beginning_with(begins) if begins and not forms.is_contradicted else None
    if form is None:
        raise UnreadableFile(TWO_ORDERS)
    return form
