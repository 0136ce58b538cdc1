"""One statement of columns, with named parameters in place of values: made once, compiled once, run by the driver.

SQLAlchemy looks a statement up, expands its lists and wraps its rows each time anew, for ten times as long as SQLite
then works. The text, and how values are converted on their way in and out, are its compiler's here, too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Dialect, Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement, ReturnsRows

Converter = Callable[[Any], Any]
"""From Python to the driver, or back."""


class ColumnRow(tuple[Any, ...]):
    """One row of such a statement: its columns in order, and by name."""

    __slots__ = ()
    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


class ColumnStatement:
    """A statement and what it was compiled to. Parameters that are `expanding` take lists."""

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._compiled: dict[tuple[str, ...], CompiledStatement] = {}

    def compiled(self, dialect: Dialect, parameters: Mapping[str, Any]) -> "CompiledStatement":
        """Return what it is for a kind of database. parameters: their names are those that each run of it gives."""
        key = (dialect.name, dialect.driver, *parameters)
        if key not in self._compiled:
            self._compiled[key] = CompiledStatement(self.statement, dialect, tuple(parameters))
        return self._compiled[key]


class CompiledStatement:
    """A statement in the words of one kind of database."""

    def __init__(self, statement: Executable, dialect: Dialect, names: Sequence[str]) -> None:
        self._compiler = cast("ReturnsRows", statement).compile(dialect=dialect, column_keys=list(names))
        self._names = names
        self._lists = [name for name in names if self._compiler.binds[name].expanding]
        self._texts: dict[tuple[int, ...], _Text] = {}
        columns: Sequence[ColumnElement[Any]] = tuple(cast("ReturnsRows", statement).exported_columns)
        converters = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._converted = [(at, converter) for at, converter in enumerate(converters) if converter is not None]
        self._row = _row_type([column.key or "" for column in columns])

    def bound(self, parameters: Mapping[str, Any]) -> tuple[str, Any]:
        """Return the text and the values as the driver takes them."""
        if not self._lists:
            text = self._text(())
            return text.sql, text.values(parameters)
        filled = {name: _filled(parameters[name]) for name in self._lists}
        text = self._text(tuple(map(len, filled.values())))
        return text.sql, text.values({**parameters, **filled})

    def rows(self, found: Sequence[tuple[Any, ...]]) -> list[ColumnRow]:
        """Return rows of the driver, each value as its column's type reads it."""
        if not self._converted:
            return list(map(self._row, found))
        return [self._row(self._read(values)) for values in found]

    def _read(self, values: tuple[Any, ...]) -> list[Any]:
        read = list(values)
        for at, convert in self._converted:
            read[at] = convert(read[at])
        return read

    def _text(self, sizes: tuple[int, ...]) -> "_Text":
        if sizes not in self._texts:
            lists = {name: [None] * size for name, size in zip(self._lists, sizes, strict=True)}
            self._texts[sizes] = _Text.of(self._compiler, {**dict.fromkeys(self._names), **lists})
        return self._texts[sizes]


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where one parameter stands. name: "" for a value that the statement brings itself."""

    name: str
    is_list: bool
    convert: Converter | None
    own: Any = None


@dataclass(frozen=True, slots=True)
class _Text:
    """The text for lists of these lengths. names: of every value, for a driver that takes values by name."""

    sql: str
    slots: tuple[_Slot, ...]
    names: tuple[str, ...] | None

    @classmethod
    def of(cls, compiler: SQLCompiler, parameters: Mapping[str, Any]) -> "_Text":
        state = compiler.construct_expanded_state(parameters)
        names = tuple(state.parameters if state.positiontup is None else state.positiontup)
        place = {one: (name, at) for name, held in state.parameter_expansion.items() for at, one in enumerate(held)}
        slots = []
        for one in names:
            name, at = place.get(one, (one, 0))
            convert = compiler.binds[name].type.dialect_impl(compiler.dialect).bind_processor(compiler.dialect)
            if name not in parameters:
                own = state.parameters[one]
                slots.append(_Slot("", is_list=False, convert=None, own=own if convert is None else convert(own)))
            elif at == 0:
                slots.append(_Slot(name, is_list=one in place, convert=convert))
        return cls(state.statement, tuple(slots), None if state.positiontup is not None else names)

    def values(self, parameters: Mapping[str, Any]) -> Any:
        """Return the values, in order or by name."""
        found: list[Any] = []
        for slot in self.slots:
            value = parameters[slot.name] if slot.name else slot.own
            if slot.is_list:
                found += value if slot.convert is None else map(slot.convert, value)
            else:
                found.append(value if slot.convert is None else slot.convert(value))
        return found if self.names is None else dict(zip(self.names, found, strict=True))


def _filled(values: Sequence[Any]) -> Sequence[Any]:
    """Return the list with its last value repeated up to a power of two: few lengths, and so few texts, to prepare."""
    missing = (1 << (len(values) - 1).bit_length()) - len(values) if values else 0
    return [*values, *[values[-1]] * missing] if missing else values


def _row_type(names: Sequence[str]) -> type[ColumnRow]:
    fields = {name: property(itemgetter(at)) for at, name in enumerate(names)}
    return type("ColumnRow", (ColumnRow,), {"__slots__": (), **fields})
