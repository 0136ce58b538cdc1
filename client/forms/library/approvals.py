"""Who of the medical staff approved which version of a questionnaire that asks about health."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chassis.files.create_file import make_private_folder
from chassis.files.replace_file import replace_durably
from client.errors import BadForm
from client.forms.questionnaire import Questionnaire

FILE_NAME = "approvals.json"
MOST = 1000
MOST_BYTES = 1_000_000


class FormApproval(BaseModel):
    """One sign-off. sha256: of what was approved; another text under the same version is not. person: id of staff."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: Annotated[str, Field(max_length=40)]
    version: int
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    person: Annotated[str, Field(max_length=80)]
    name: Annotated[str, Field(max_length=80)]
    at: datetime

    def is_of(self, form: Questionnaire) -> bool:
        """True for what was approved, byte for byte."""
        return (self.form, self.version, self.sha256) == (form.id, form.version, form.sha256)


class _Approvals(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    approvals: Annotated[tuple[FormApproval, ...], Field(max_length=MOST)] = ()


def read_approvals(folder: Path) -> tuple[FormApproval, ...]:
    """Return the sign-offs of a node's folder of questionnaires, oldest first; raises BadForm for a damaged file."""
    try:
        with (folder / FILE_NAME).open("rb") as file:
            return _Approvals.model_validate_json(file.read(MOST_BYTES)).approvals
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError) as error:
        raise BadForm(
            f"the sign-offs in {folder / FILE_NAME} cannot be read; put the file back from a backup"
        ) from error


def add_approval(folder: Path, approval: FormApproval) -> None:
    """Append a sign-off durably."""
    held = _Approvals(approvals=(*read_approvals(folder), approval)[-MOST:])
    make_private_folder(folder)
    replace_durably(folder / FILE_NAME, held.model_dump_json(indent=2).encode() + b"\n")
