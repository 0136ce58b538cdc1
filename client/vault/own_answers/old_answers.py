"""Answers that are older than the club keeps their category: what of them is over is deleted with the readings."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from client.vault.own_answers.kept_answers import KeptAnswers
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Category


def delete_old_answers(vault: Vault, athlete: AthleteId, keep: Mapping[Category, int], *, now: datetime) -> int:
    """Delete what was answered, and free text, of categories that are over; returns how many answers were touched.

    keep: days by category; one that is missing is kept for good. An answer of which nothing is left goes whole.
    """
    kept, touched = KeptAnswers(vault, athlete), 0
    for one in kept.all():
        over = {category for category, days in keep.items() if one.start < now - timedelta(days=days)}
        items = {name: item for name, item in one.items.items() if item.category not in over}
        note = "" if one.note_category in over else one.note
        if (len(items), note) == (len(one.items), one.note):
            continue
        touched += 1
        if items or note:
            kept.put(replace(one, items=items, note=note))
        else:
            kept.delete(one.id)
    return touched
