"""The form in which a column of times is written, told from all of its cells while they are gone through once."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import product

from client.ingest.cells.number_form import is_missing
from client.ingest.cells.row_time import DayOrder, read_time
from client.ingest.cells.typed_cell import TypedCell

_SAMPLE = 10
MIN_READ_SHARE = 0.9  # ours: of a column's filled cells; a column of times has hardly any others
MIN_DIGITS_SHARE = 0.5  # ours: of a column's filled cells; a footer's word says nothing of the others' form
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %I:%M:%S %p")
_DAYS = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%b %d, %Y",
    "%d %b %Y",
    "%d-%b-%Y",
)
_PATTERNS = tuple(day + clock for day, clock in product(_DAYS, _CLOCKS))
_NUMBERED = ("excel", "unix_s", "unix_ms")
_TWO_ORDERS = ("%d/%m", "%m/%d", "%d-%m", "%m-%d")


@dataclass(slots=True)
class TimeForms:
    """Sees the cells of one column, or of several that are written alike.

    may_be_numbers: their name says that they are times, so that days counted by a spreadsheet and seconds since 1970
    are forms too.
    """

    may_be_numbers: bool
    filled: int = 0
    with_digits: int = 0
    has_clock: bool = False
    _has_typed: bool = False
    _sample: list[str] = field(default_factory=list)
    _possible: tuple[str, ...] | None = None
    _read: Counter[str] = field(default_factory=Counter)
    _orders: dict[str, DayOrder] = field(default_factory=dict)

    def see(self, cell: str) -> None:
        """Take one cell into account."""
        if is_missing(cell):
            return
        self.filled += 1
        self.has_clock = self.has_clock or ":" in cell
        self._has_typed = self._has_typed or isinstance(cell, TypedCell)
        if not any(map(str.isdigit, cell)):  # a word: "Total", "ongoing"
            return
        self.with_digits += 1
        if self._possible is not None:
            self._judge(cell, self._possible)
            return
        self._sample.append(cell)
        if len(self._sample) == _SAMPLE:
            self._begin()

    @property
    def form(self) -> str | None:
        """The form that reads most cells, None where none reads nearly all of those that are no words."""
        if not self.with_digits or self.with_digits < MIN_DIGITS_SHARE * self.filled:
            return None
        self._begin()
        best = max(self._read.values(), default=0)
        if best < MIN_READ_SHARE * self.with_digits:
            return None
        return next(form for form in self._possible or () if self._read[form] == best)

    @property
    def is_exchangeable(self) -> bool:
        """True where no date proves the order of day and month, or dates prove both: with slashes both are in use."""
        order = self._order
        return order is not None and (not order.as_said or order.is_contradicted)

    @property
    def is_contradicted(self) -> bool:
        """True where dates prove both orders."""
        order = self._order
        return order is not None and order.is_contradicted

    @property
    def _order(self) -> DayOrder | None:
        return None if self._has_typed else self._orders.get(self.form or "")

    @property
    def first_part(self) -> str | None:
        """ "%d" or "%m" where dates prove which of the two comes first; None where none does, or the year does."""
        form = self.form
        return form[:2] if form in self._orders and not self.is_exchangeable else None

    def beginning_with(self, part: str) -> str | None:
        """Return the form that begins so and reads as many cells as any, of those in which two orders are in use."""
        best = self._read[self.form or ""]
        return next((form for form in self._orders if form.startswith(part) and self._read[form] == best), None)

    @property
    def is_numbered(self) -> bool:
        """True where the form counts days or seconds."""
        return self.form in _NUMBERED

    def _begin(self) -> None:
        """Find the forms that the first cells may have, and judge these."""
        if self._possible is not None:
            return
        has_clock = any(":" in cell for cell in self._sample)
        forms = ("date", "iso", *(form for form in _PATTERNS if (":" in form) == has_clock))
        tried = (*forms, *(_NUMBERED if self.may_be_numbers else ()))
        self._possible = tuple(
            form for form in tried if any(read_time(cell, form) is not None for cell in self._sample)
        )
        self._orders = {form: DayOrder(form) for form in self._possible if form.startswith(_TWO_ORDERS)}
        for cell in self._sample:
            self._judge(cell, self._possible)

    def _judge(self, cell: str, possible: tuple[str, ...]) -> None:
        for form in possible:
            self._read[form] += read_time(cell, form) is not None
        for order in self._orders.values():
            order.see(cell)
