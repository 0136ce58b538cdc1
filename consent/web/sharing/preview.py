"""What one recipient sees, in words: how much of what, for what, until when; for a release the exact bytes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.text import long_date, sentence
from consent.grants.values import MatrixCell
from consent.releases.values import ReleaseView
from consent.web.sharing.page import end_of, granularity_of, key_of
from consent.web.sharing.stopping import STAFF, gets_nothing, when_stopped
from consent.web.text import (
    CATEGORIES,
    DURABILITY_HINT,
    PURPOSES,
    RECIPIENTS,
    RecipientWords,
    granularity_words,
    span,
)
from policies.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Slip:
    """One thing that goes over the line: title, how much in words, until when; figure and exact bytes of a release."""

    title: str
    hint: str
    level: str
    shown: str
    until: str
    figure: str = ""
    figure_range: str = ""
    exact: str = ""
    bytes_sha256: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class PreviewView:
    """Everything the preview page of one recipient says. held: what a freeze holds back; hidden: what is off."""

    title: str
    key: str
    who: str
    about: str
    purpose: str
    slips: tuple[Slip, ...]
    hidden: tuple[str, ...]
    never: tuple[str, ...]
    role: Role
    stopping: str
    held: tuple[str, ...] = ()

    @property
    def lead(self) -> str:
        """What they get and for what, in one sentence; or that they get nothing."""
        if not self.slips:
            return gets_nothing(self.role)
        return f"{self.about}. What for: {self.purpose.lower()}, and nothing else."

    @property
    def is_learning(self) -> bool:
        """True for league learning, which gets sums."""
        return self.role is Role.FL_AGGREGATOR

    @property
    def is_office(self) -> bool:
        """True for the front office, whose exact bytes are shown."""
        return self.role is Role.FRONT_OFFICE

    @property
    def told(self) -> str:
        """What they learn of what is off."""
        told = "They are never told what is off, who turned it off, or when"
        return f"{told}; they can notice what they do not see any more." if self.role in STAFF else f"{told}."

    @property
    def released(self) -> tuple[Slip, ...]:
        """The slips of releases: with the exact bytes."""
        return tuple(slip for slip in self.slips if slip.exact)

    @property
    def plain(self) -> tuple[Slip, ...]:
        """The slips of everything else: in words."""
        return tuple(slip for slip in self.slips if not slip.exact)


def preview_of(
    words: RecipientWords, column: Sequence[MatrixCell], releases: Sequence[ReleaseView], *, is_frozen: bool = False
) -> PreviewView:
    """Build the preview from one recipient's words, its column of the matrix and the athlete's releases."""
    first = column[0]
    seen = [] if is_frozen else [c for c in column if c.is_on]
    verb = "uses" if first.recipient.role is Role.FL_AGGREGATOR else "see" if words.are_many else "sees"
    return PreviewView(
        title=f"What {words.phrase} {verb}",
        key=key_of(first.recipient),
        who=f"{RECIPIENTS[first.recipient.role].title}, {first.recipient_name}",
        about=sentence(words.who),
        purpose=PURPOSES[first.purpose],
        slips=tuple(_slip(c, releases) for c in seen),
        hidden=tuple(CATEGORIES[c.category].title for c in column if not c.is_on and not c.never_rule),
        never=tuple(CATEGORIES[c.category].title for c in column if c.never_rule),
        role=first.recipient.role,
        stopping=when_stopped(first.recipient.role, {c.category for c in seen}),
        held=tuple(CATEGORIES[c.category].title for c in column if is_frozen and c.is_on),
    )


def _slip(cell: MatrixCell, releases: Sequence[ReleaseView]) -> Slip:
    words = CATEGORIES[cell.category]
    level = granularity_words(cell.category, granularity_of(cell))
    end = end_of(cell, releases)
    until = long_date(end) if end else ""
    release = next((r for r in releases if cell.by_release and r.release_id == cell.release_id), None)
    if release is None:
        return Slip(words.title, words.hint, level.label, level.shown, until)
    return Slip(
        words.title,
        DURABILITY_HINT,
        level.label,
        level.shown,
        until,
        figure=span(release.index.index_band_5pt),
        figure_range=span(release.index.interval_rounded_outward),
        exact=release.exact_bytes.decode("utf-8"),
        bytes_sha256=release.bytes_sha256,
        sha256=release.sha256 if release.covers_whole else "",
    )
