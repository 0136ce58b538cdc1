"""Rows are put on an athlete by their own id or full name, or by what was said; never by a likeness."""

import pytest

from client.vault.store import Athlete
from client.web.uploads.attribution import KnownAthletes, owners_of
from policies.vocabulary import AthleteId

ADA, BEA = AthleteId("ath-00000000000000aa"), AthleteId("ath-00000000000000bb")
OTHER = "ath-00000000000000ff"
SEEN = [Athlete(ADA, "Ada Lund", 7, False), Athlete(BEA, "Bea Sand", 12, False)]


@pytest.mark.parametrize(
    ("label", "owner"),
    [
        (ADA, ADA),
        ("Ada Lund", ADA),
        (" ada  LUND ", ADA),
        ("A. Lund", None),
        ("Ada", None),
        ("7", None),  # a shirt number, or a player number of another program
        ("Lund, Ada", None),
        (OTHER, None),
        ("", None),
    ],
)
def test_only_an_id_or_a_whole_name_says_whose_rows_are(label: str, owner: AthleteId | None) -> None:
    found = owners_of([label], KnownAthletes(SEEN), {})

    assert found.by_label.get(label) == owner
    assert (found.unknown == (label,)) is (owner is None)


def test_one_name_of_two_people_names_neither() -> None:
    twin = Athlete(AthleteId(OTHER), "ADA LUND", 9, False)

    assert owners_of(["Ada Lund"], KnownAthletes([*SEEN, twin]), {}).unknown == ("Ada Lund",)


def test_what_was_said_counts_and_only_of_people_who_are_seen_now() -> None:
    said = {"A. Lund": ADA, "B.": "nobody", "C.": OTHER, "Bea Sand": "nobody"}

    found = owners_of(["A. Lund", "B.", "C.", "Bea Sand", "D."], KnownAthletes(SEEN), said)

    assert found.by_label == {"A. Lund": ADA}
    assert found.left_out == ("B.", "Bea Sand")
    assert found.unknown == ("C.", "D.")
