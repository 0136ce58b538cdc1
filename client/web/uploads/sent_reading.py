"""The forms of brought files: whose rows are, what columns are read as, and whether two reports are of one session."""

from pydantic import BaseModel, ConfigDict, Field

from client.uploads.brought import BroughtFile
from client.uploads.limits import MOST_LABELS
from client.uploads.table_columns import MOST_COLUMNS


class SentReading(BaseModel):
    """What the form said, before it is believed.

    version: of the reading that the page showed. who: "<number of the label>.<athlete>" for each label that is asked
    about, "" where nothing was chosen. read_as, written: for each column of the table, in its order.
    """

    model_config = ConfigDict(frozen=True)

    csrf: str = Field(max_length=100)
    version: int
    who: list[str] = Field(default=[], max_length=MOST_LABELS)
    read_as: list[str] = Field(default=[], max_length=MOST_COLUMNS)
    written: list[str] = Field(default=[], max_length=MOST_COLUMNS)

    def choices(self, file: BroughtFile) -> dict[str, str]:
        """Return what was chosen, by label; what names no label of the file is left out."""
        labels = dict(enumerate(file.contents.rows_of)) if file.contents else {}
        found = {}
        for one in self.who:
            number, _, said = one.partition(".")
            if said and number.isascii() and number.isdigit() and int(number[:6]) in labels:
                found[labels[int(number[:6])]] = said
        return found


class SentAnswer(BaseModel):
    """Whether two reports are of one session: `same`, `different`, or anything else for later."""

    model_config = ConfigDict(frozen=True)

    csrf: str = Field(max_length=100)
    athlete: str = Field(max_length=40)
    question: str = Field(max_length=40)
    answer: str = Field(max_length=20)
