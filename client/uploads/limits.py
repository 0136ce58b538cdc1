"""How much may be brought at once. All figures are ours; docs/operate.md names them."""

from typing import Final

from chassis.http.limited_bodies import BodyLimit, BodyLimits

UPLOAD_PATH: Final = "/imports/files"
LARGEST_UPLOAD: Final = 4 * 2**30
"""Bytes of one form with its files, as large as an archive may be when it is unpacked."""
LEAST_RATE: Final = 2**20
"""Bytes a second: the largest upload takes an hour and ten minutes at most."""
MOST_SPOOLED: Final = 8 * 2**30
"""Bytes of all files that wait, of everybody who is signed in."""
KEPT_FREE: Final = 2**28
"""Bytes of the disk that are left for the vault."""
MOST_PARTS: Final = 500
"""Files of one form."""
MOST_FILES: Final = 10_000
"""Files of one upload, those in its archives counted one by one."""
MOST_WAITING: Final = 10
"""Uploads of one session whose files are not stored or left out yet."""
MOST_LABELS: Final = 200
"""Names of athletes in one file that nobody here has."""
LONGEST_READING_S: Final = 60.0
"""Seconds of the processor that reading one file takes; the files of everybody else wait meanwhile."""

NODE_BODIES: Final = BodyLimits({UPLOAD_PATH: BodyLimit(LARGEST_UPLOAD, LEAST_RATE, is_streamed=True)})
