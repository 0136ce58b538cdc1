"""What documents that are no tables are called, in their old form or their new one, with the way on."""

from typing import Final

EXPORT: Final = "ask for the export as CSV or Excel, and import that"
WORD: Final = f"a Word document; {EXPORT}"
PRESENTATION: Final = f"a PowerPoint presentation; {EXPORT}"
MAIL: Final = "an e-mail; save the file that is attached to it, and import that"
