"""A form with files is taken as it comes, in whatever pieces; its token is checked before a byte of a file is taken."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.errors import UploadRefused
from client.uploads.form_parts import FormParts
from client.uploads.limits import MOST_PARTS
from client.uploads.spool import Spool

TYPE = "multipart/form-data; boundary=edge"


def part(name: str, data: bytes, filename: str | None = None) -> bytes:
    said = "" if filename is None else f'; filename="{filename}"'
    return f'--edge\r\nContent-Disposition: form-data; name="{name}"{said}\r\n\r\n'.encode() + data + b"\r\n"


def taken(body: bytes, *, piece: int = 10**6, content_type: str = TYPE) -> tuple[dict[str, str], dict[str, bytes]]:
    """Feed a body in pieces; returns the fields that were checked, and the files."""
    checked: dict[str, str] = {}
    upload = Spool(Path("/tmp")).begin()
    try:
        form = FormParts(content_type, upload, checked.update)
        for start in range(0, len(body), piece):
            form.feed(body[start : start + piece])
        form.finish()
        return checked, {name: upload.open(extent).read() for name, extent in form.files}
    finally:
        upload.close()


@given(
    files=st.dictionaries(st.from_regex(r"[a-z]{1,8}\.csv", fullmatch=True), st.binary(max_size=300), min_size=1),
    piece=st.integers(1, 97),
)
def test_the_pieces_in_which_it_comes_change_nothing(files: dict[str, bytes], piece: int) -> None:
    parts = [part("csrf", b"token"), *(part("files", data, name) for name, data in files.items())]

    fields, found = taken(b"".join(parts) + b"--edge--\r\n", piece=piece)

    assert fields == {"csrf": "token"}
    assert found == files


def test_a_folder_on_the_senders_machine_is_no_part_of_a_name() -> None:
    body = part("files", b"a", "C:\\\\squad\\\\ada.fit") + part("files", b"b", "../../etc/bea.fit") + b"--edge--\r\n"

    assert set(taken(body)[1]) == {"ada.fit", "bea.fit"}


def test_no_byte_of_a_file_is_taken_before_the_fields_are_checked() -> None:
    def refuse(fields: dict[str, str]) -> None:
        raise PermissionError(fields.get("csrf", ""))

    spool = Spool(Path("/tmp"))
    upload = spool.begin()
    form = FormParts(TYPE, upload, refuse)

    with pytest.raises(PermissionError, match=r"^$"):
        form.feed(part("files", b"x" * 10**6, "a.csv") + part("csrf", b"token") + b"--edge--\r\n")

    assert (form.files, spool.held) == ([], 0)
    upload.close()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (part("files", b"a", "a.csv"), TYPE),  # cut off
        (part("csrf", b"t") + b"--edge--\r\n", TYPE),  # no file
        (part("files", b"", "") + b"--edge--\r\n", TYPE),  # what browsers send where none was chosen
        (part("csrf", b"t" * 300) + part("files", b"a", "a.csv") + b"--edge--\r\n", TYPE),
        (b"".join(part(f"f{n}", b"") for n in range(9)) + part("files", b"a", "a") + b"--edge--\r\n", TYPE),
        (part("files", b"a", "a.csv") + part("athlete", b"x") + b"--edge--\r\n", TYPE),  # a field behind a file
        (b"".join(part("files", b"a", "a") for _ in range(MOST_PARTS + 1)) + b"--edge--\r\n", TYPE),
        (b"--edge\r\nX: " + b"y" * 10_000 + b"\r\n\r\n", TYPE),
        (b"--edge\r\nX: y\r\n\r\nz\r\n--edge--\r\n", TYPE),
        (b"no form at all", TYPE),
        (part("files", b"a", "a.csv") + b"--edge--\r\n", "multipart/form-data"),
        pytest.param(b"", "multipart/form-data; boundary=" + "x" * 5_000, id="long boundary"),
    ],
)
def test_a_form_that_is_no_such_form_is_refused_by_one_sentence(body: bytes, content_type: str) -> None:
    with pytest.raises(UploadRefused, match=r"(again|file)"):
        taken(body, content_type=content_type)
