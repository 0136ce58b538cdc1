"""Which libraries our source imports, found by reading it: nothing is executed, and imports inside functions count."""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.utils import canonicalize_name


@dataclass(frozen=True)
class SourceTree:
    """The packages below `root`, with the imports of each module read once."""

    root: Path
    packages: tuple[str, ...]
    _read: dict[str, frozenset[str]] = field(default_factory=dict)

    def modules(self, package: str) -> set[str]:
        """Dotted names of every module of one package, migration scripts included."""
        return {self._name(path) for path in (self.root / package).rglob("*.py")}

    def reached(self, start: Iterable[str]) -> set[str]:
        """`start` and every module of ours that is imported from there, however indirectly."""
        found: set[str] = set()
        waiting = list(start)
        while waiting:
            module = waiting.pop()
            if module not in found:
                found.add(module)
                waiting += [name for name in self.imports(module) if self._path(name)]
        return found

    def libraries(self, modules: Iterable[str]) -> set[str]:
        """Names of the distributions that these modules import themselves; raises LookupError for an unknown one."""
        names = {name.partition(".")[0] for module in modules for name in self.imports(module)}
        return {distribution_of(name) for name in names - {*self.packages, *sys.stdlib_module_names}}

    def imports(self, module: str) -> frozenset[str]:
        """Every dotted name that a module imports; for `from a import b` both `a` and `a.b`."""
        if module not in self._read:
            path = self._path(module)
            assert path is not None, f"{module} is no module of ours"
            self._read[module] = _imports(path.read_text(encoding="utf-8"))
        return self._read[module]

    def _name(self, path: Path) -> str:
        parts = path.relative_to(self.root).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def _path(self, module: str) -> Path | None:
        if module.partition(".")[0] not in self.packages:
            return None
        place = self.root.joinpath(*module.split("."))
        return next((p for p in (place.with_suffix(".py"), place / "__init__.py") if p.is_file()), None)


@cache
def _provided() -> Mapping[str, list[str]]:
    return packages_distributions()  # reads the records of everything installed: once


def distribution_of(name: str) -> str:
    """Name of the installed distribution that provides the top-level module `name`; raises LookupError."""
    provided = _provided().get(name)
    if not provided:
        raise LookupError(f"no installed distribution provides the module {name!r}")
    (distribution,) = set(provided)
    return str(canonicalize_name(distribution))


@cache
def _imports(text: str) -> frozenset[str]:
    return frozenset(_names(ast.parse(text)))


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
