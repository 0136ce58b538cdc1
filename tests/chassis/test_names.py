"""The one rule of names: what is hidden is refused on the way in and replaced on the way out."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.cli.printable import printable
from chassis.errors import BadName
from chassis.hidden_characters import REPLACEMENT, cleaned, has_hidden
from chassis.names import LONGEST_NAME, read_name
from chassis.web.pages import Pages

HIDDEN = {
    "NUL": "\x00",
    "escape": "\x1b",
    "delete": "\x7f",
    "C1 escape sequence": "\x9b",
    "line break": "\n",
    "right-to-left override": "\u202e",
    "isolate": "\u2066",
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "line separator": "\u2028",
    "lone surrogate": "\ud800",
    "private use": "\ue000",
    "noncharacter": "\ufffe",
    "variation selector": "\ufe0f",
    "Hangul filler": "\u3164",
    "tag": "\U000e0041",
}


@pytest.mark.parametrize("character", HIDDEN.values(), ids=HIDDEN.keys())
@pytest.mark.parametrize("place", ["{}Ada", "A{}da", "Ada{}"])
def test_a_hidden_character_is_refused_wherever_it_stands(character: str, place: str) -> None:
    with pytest.raises(BadName) as refused:
        read_name(place.format(character))

    assert character not in str(refused.value)
    assert "Ada" not in str(refused.value)


@pytest.mark.parametrize("blank", ["", " ", "\u00a0", "\u3000 \u2003", "\u2800", " \u2800 "])
def test_a_name_of_blanks_is_none(blank: str) -> None:
    with pytest.raises(BadName, match="blanks only"):
        read_name(blank)


def test_eighty_characters_are_the_most() -> None:
    assert read_name("å" * LONGEST_NAME) == "å" * LONGEST_NAME
    with pytest.raises(BadName, match="at most 80 characters, got 81"):
        read_name("å" * (LONGEST_NAME + 1))


@pytest.mark.parametrize(
    "name", ["Ada Lund", "Zoë O’Neill-Šimić", "山田 太郎", "محمد", "अनिता", "José 🏃", "van 't Hof Jr."]
)
def test_names_of_the_world_are_names(name: str) -> None:
    assert read_name(f"  {name} ") == name


@given(st.text(max_size=100))
def test_what_is_taken_reads_as_it_is_stored_and_what_is_not_is_shown_cleaned(text: str) -> None:
    try:
        name = read_name(text)
    except BadName:
        name = cleaned(text)

    assert not has_hidden(name)
    assert name == cleaned(name)
    assert {unicodedata.category(character) for character in name}.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})


def test_a_stored_name_is_shown_cleaned_on_pages_and_terminals(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>{{ name }}</p><pre>{{ lines }}</pre>")

    page = Pages(tmp_path).text("page.html", name="Ada\u202e\x00<b>", lines="one\ntwo\u200b")

    assert page == f"<p>Ada{REPLACEMENT}{REPLACEMENT}&lt;b&gt;</p><pre>one\ntwo{REPLACEMENT}</pre>"
    assert printable("Ada\u202e\ufe0f\x00") == f"Ada{REPLACEMENT * 3}"
