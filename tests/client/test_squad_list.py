"""`athlete load`: squad lists as spreadsheets write them; loading one twice adds nobody."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from client.commands.squad import read_squad
from client.errors import ClientError
from client.settings import load_settings
from client.vault.access import open_vault

Run = Callable[..., tuple[int, str, str]]


def names(folder: Path) -> list[tuple[str, int]]:
    with open_vault(load_settings(folder)) as vault:
        return [(one.name, one.shirt_no) for one in vault.athletes()]


def test_a_list_that_is_loaded_twice_adds_nobody_the_second_time(node_of_one: Path, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "squad.csv"
    path.write_text("name,shirt_no,is_minor\nA. Berg,9,false\nB. Berg,10,no\nA. BERG,9,false\nMara Lind,7,no\n")

    first_code, first, _ = run("athlete", "load", node_of_one, path, "--json")
    second_code, second, _ = run("athlete", "load", node_of_one, path)

    assert (first_code, second_code) == (0, 0)
    loaded = json.loads(first)["athletes"]
    assert [one["added"] for one in loaded] == [True, True, False, False]
    assert loaded[0]["athlete"] == loaded[2]["athlete"]
    assert "0 athletes were added." in second
    assert "4 were there already" in second
    assert names(node_of_one) == [("Mara Lind", 7), ("A. Berg", 9), ("B. Berg", 10)]


def test_a_line_that_differs_from_the_athlete_is_told_and_changes_nothing(
    node_of_one: Path, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "squad.csv"
    path.write_text("name,shirt_no,is_minor\nA. Berg,9,no\n")
    run("athlete", "load", node_of_one, path)
    path.write_text("name,shirt_no,is_minor\nA. Berg,9,yes\n")

    code, _, warned = run("athlete", "load", node_of_one, path)
    _, told, _ = run("athlete", "load", node_of_one, path, "--json")

    assert code == 0
    assert "1 of them stand otherwise in the list" in warned
    (one,) = json.loads(told)["athletes"]
    assert (one["is_minor"], one["differs"]) == (False, True)


def test_two_people_of_one_name_have_two_numbers(node_of_one: Path, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "squad.csv"
    path.write_text("name,shirt_no,is_minor\nA. Berg,9,no\nA. Berg,10,no\n")

    run("athlete", "load", node_of_one, path)

    assert len(names(node_of_one)) == 3


@pytest.mark.parametrize(
    "data",
    [
        "name;shirt_no;is_minor\nJosé Peña;7;FALSE\n".encode("cp1252"),
        "name;shirt_no;is_minor\nJosé Peña;7;No\n".encode("utf-8-sig"),
        "sep=;\r\nname;shirt_no;is_minor\r\nJosé Peña;7;0\r\n".encode(),
        "name\tshirt_no\tis_minor\r\nJosé Peña\t7\tno\r\n".encode("utf-16"),
    ],
)
def test_a_list_is_read_as_spreadsheets_save_it(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "squad.csv").write_bytes(data)

    (line,) = read_squad(tmp_path / "squad.csv")

    assert (line.name, line.shirt_no, line.is_minor) == ("José Peña", 7, False)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"name,shirt_no\nA,1\n", "expected the columns name, shirt_no and is_minor"),
        (b"name,shirt_no,is_minor\nA,1,no\nB,2,perhaps\n", "line 3: expected yes or no in is_minor"),
        (b"name,shirt_no,is_minor\nA,1,no\nB,2,\n", "line 3: expected yes or no in is_minor"),
        (b"name,shirt_no,is_minor\nA,\xd9\xa3,no\n", "line 2: expected a shirt number"),
        (b"name,shirt_no,is_minor\nA,1,no,9\n", "1 lines have more or fewer cells"),
        (b"PK\x03\x04rest", "found binary content"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "save it as .xlsx or CSV"),
        (b"", "as a squad list: an empty file"),
    ],
)
def test_what_is_wrong_with_a_list_is_one_sentence_and_nobody_is_added(
    node_of_one: Path, run: Run, tmp_path: Path, data: bytes, says: str
) -> None:
    (tmp_path / "squad.csv").write_bytes(data)

    with pytest.raises(ClientError, match=says):
        read_squad(tmp_path / "squad.csv")
    code, _, err = run("athlete", "load", node_of_one, tmp_path / "squad.csv")
    assert (code, err.count("\n")) == (1, 1)
    assert names(node_of_one) == [("Mara Lind", 7)]
