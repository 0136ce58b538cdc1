"""What a name is, wherever one comes in: text that reads on every page and terminal as it is stored.

The rule is the same for every database: PostgreSQL stores no U+0000, SQLite does. A name that was stored before the
rule held is shown cleaned, see `chassis.hidden_characters`.
"""

from typing import Annotated, Final

from pydantic import AfterValidator

from chassis.errors import BadName
from chassis.hidden_characters import has_hidden

LONGEST_NAME: Final = 80
_BLANK: Final = "\u2800"  # a braille pattern without dots; every other blank is a space to Python


def read_name(text: str) -> str:
    """Return the name without blanks around it; raises BadName, which says what is wrong and never repeats the text."""
    if has_hidden(text):
        raise BadName("expected a name without control, formatting or invisible characters; type it anew")
    name = text.strip()
    if not name.strip(f" {_BLANK}"):
        raise BadName("expected a name, got blanks only; type at least one character")
    if len(name) > LONGEST_NAME:
        raise BadName(f"expected a name of at most {LONGEST_NAME} characters, got {len(name)}; shorten it")
    return name


DisplayName = Annotated[str, AfterValidator(read_name)]
"""A name in a body or a query."""
