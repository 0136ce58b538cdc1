"""How much of a brought file is read is told while it is read, by its own upload, and by nothing afterwards."""

from datetime import UTC, datetime
from pathlib import Path

from client.uploads.brought import Upload
from client.uploads.spool import CHUNK, Spool
from client.web.uploads.words import share_words
from policies.vocabulary import PersonId, Role


def test_the_share_grows_while_a_file_is_read_and_is_gone_afterwards(tmp_path: Path) -> None:
    spooled = Spool(tmp_path).begin()
    spooled.write(bytes(4 * CHUNK))
    parts = [("large.csv", spooled.end_file())]
    upload = Upload(datetime(2026, 11, 24, tzinfo=UTC), PersonId("p"), Role.COACH, spooled, parts, None)
    said = list[str]()

    with upload.telling(0):
        for member in upload.members(0):
            for _ in range(2):
                for _ in member.opened().pieces():
                    said.append(share_words(upload))

    shares = [float(one.removeprefix("large.csv: about ").removesuffix("% read")) for one in said]
    assert len(set(shares)) >= 8
    assert shares == sorted(shares)
    assert share_words(upload) == ""
    spooled.close()
