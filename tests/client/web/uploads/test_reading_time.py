"""One thread reads for everybody: no file holds it for long, and nothing is unpacked that nobody waits for."""

import pytest

from client.ingest.archives import members
from client.uploads import reading_time
from policies.vocabulary import AthleteId
from tests.client.web.uploads.conftest import RESTING, Uploader, wellness, zipped

Ids = dict[str, AthleteId]


def test_a_file_that_takes_too_long_is_refused_by_name_and_the_next_one_is_read(
    uploader: Uploader, ids: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as hurried:
        hurried.setattr(reading_time, "LONGEST_READING_S", 0.0)
        uploader.bring(("long.csv", wellness()), athlete=ids["new"])
    uploader.bring(("short.json", RESTING), athlete=ids["new"])

    page = uploader.http.get("/imports").text

    assert "xpected a file that is read within 0 seconds" in page
    assert "homefield-node ingest" in page
    assert "of short.json" in page, "its rows can be looked at"


def test_storing_one_file_of_an_archive_unpacks_none_of_those_behind_it(
    uploader: Uploader, ids: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"{number}.json": RESTING.replace("51.25", f"5{number}") for number in range(3)}
    uploader.bring(("a.zip", zipped(files)), athlete=ids["new"])
    path, page = next(found for found in map(uploader.looked_at, range(3)) if "0.json" in found[1])
    unpacked, take = list[str](), members._taken
    monkeypatch.setattr(members, "_taken", lambda *rest: (unpacked.append(rest[1].filename), take(*rest))[1])

    uploader.answer(page, path, "use")

    assert unpacked == ["0.json"]
    assert len(uploader.held(ids["new"])) > 0
