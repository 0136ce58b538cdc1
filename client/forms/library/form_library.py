"""All versions of all questionnaires that a node knows, and which of them are asked now."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Self

from chassis.files.create_file import make_private_folder
from chassis.files.replace_file import replace_durably
from client.errors import BadForm
from client.forms.library.approvals import FILE_NAME, FormApproval, read_approvals
from client.forms.questionnaire import MOST_BYTES, Occasion, Questionnaire, parse_form, written

FOLDER = "forms"
MOST_FILES = 500


@dataclass(frozen=True)
class FormLibrary:
    """What a node may ask.

    own: ids and versions that stand in the node's folder. refused: files of it that cannot be asked, and why; the
    other versions stand.
    """

    folder: Path
    versions: tuple[Questionnaire, ...]
    approvals: tuple[FormApproval, ...] = ()
    own: frozenset[tuple[str, int]] = frozenset()
    refused: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, directory: Path) -> Self:
        """Read what is shipped and what stands in a node folder; a file that cannot be asked keeps no other out."""
        folder = directory / FOLDER
        found = {(one.id, one.version): one for one in shipped()}
        own, refused = set[tuple[str, int]](), dict[str, str]()
        for path in _files(folder):
            try:
                one = _read(path)
                if found.get((one.id, one.version), one) != one:
                    raise BadForm(f"there is another version {one.version} of {one.id}; give this one a higher number")
                found[one.id, one.version] = one
                own.add((one.id, one.version))
            except BadForm as error:
                refused[path.name] = str(error)
        versions = tuple(found[key] for key in sorted(found))
        return cls(folder, versions, read_approvals(folder), frozenset(own), refused)

    @cached_property
    def newest(self) -> dict[str, Questionnaire]:
        """The newest version of each questionnaire that may be asked: an approved one, where it asks about health."""
        return {one.id: one for one in self.versions if self.is_approved(one)}

    @property
    def asked(self) -> list[Questionnaire]:
        """What athletes are asked now, in the order of occasions."""
        order = list(Occasion)
        held = (one for one in self.newest.values() if one.asked is not Occasion.CLOSED and not one.is_example)
        return sorted(held, key=lambda one: (order.index(one.asked), one.owner != "homefield", one.id))

    def is_approved(self, form: Questionnaire) -> bool:
        """True for a version that needs no sign-off, or has it."""
        return not form.needs_sign_off or self.approval_of(form) is not None

    def approval_of(self, form: Questionnaire) -> FormApproval | None:
        """Return the first sign-off of exactly this version."""
        return next((one for one in self.approvals if one.is_of(form)), None)

    def find(self, form_id: str, version: int | None = None) -> Questionnaire:
        """Return one version, or the newest one whether it is approved or not; raises BadForm."""
        held = [one for one in self.versions if one.id == form_id and version in (None, one.version)]
        if not held:
            raise BadForm("there is no such questionnaire or version; see `homefield-node form list`")
        return held[-1]

    def add(self, form: Questionnaire) -> None:
        """Keep a new version in the node's folder; raises BadForm where its number is no higher than the newest."""
        known = [one for one in self.versions if one.id == form.id]
        if known and form.version <= known[-1].version and form not in known:
            raise BadForm(f"expected a version above {known[-1].version} of {form.id}, got {form.version}")
        make_private_folder(self.folder)
        name = f"{form.id}-{form.version}.json"
        try:
            replace_durably(self.folder / name, written(form).encode() + b"\n")
        except OSError as error:
            raise BadForm(f"{self.folder} cannot be written to") from error


@lru_cache(maxsize=1)
def shipped() -> tuple[Questionnaire, ...]:
    """Return the questionnaires that come with the program."""
    folder = files("client.forms") / "shipped"
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".json"))
    return tuple(parse_form((folder / name).read_bytes()) for name in names)


def _files(folder: Path) -> Iterator[Path]:
    found = sorted(folder.glob("*.json")) if folder.is_dir() else []
    yield from [path for path in found if path.name != FILE_NAME][:MOST_FILES]


def _read(path: Path) -> Questionnaire:
    try:
        with path.open("rb") as file:
            return parse_form(file.read(MOST_BYTES + 1))
    except OSError as error:
        raise BadForm("it cannot be read") from error
