"""The texts of notices as they are served. Immutable: another text is another version."""

from typing import Final

GENERAL_2026_11: Final = """\
What is collected. Your club's node keeps what your devices, your questionnaires and your club's staff record:
readiness, heart and recovery, sleep, how you feel, training load, tests, injuries, food, movement, cycle health
and a durability index. It stays there, locked. This service holds your choices, not your body data.

What it means. Each kind of data has its own page with what is measured, how sure the figure is, and what it
cannot say. None of it foretells injuries.

What you gain. Staff who may see something can plan with you. League learning makes advice better for everyone.

What to be careful about. Whoever may see something knows it. What a league model has learned cannot be taken out
again; how much it can have learned is limited by your privacy budget. If you take back an approved band, the
recipient can notice that it went away; letting it end by itself shows nothing.

Who receives. Only the groups that you turn on, each for one purpose, up to one level of detail, until one date.
Contract talks, trade and betting never receive body data.

Your choice. Everything is off until you turn it on. You can stop at any time, as easily as you started. Saying no,
or stopping, never changes what you may do at your club.

Your rights. To be informed, access, revoke, restrict processing, data portability, rectification, complain,
erasure; to object, and to have a person review what a computer suggested.
"""

READINESS_2026_12: Final = """\
What is worked out. Each morning your club's node works out one light for you: as usual, below usual or well below
usual. It uses what the node holds of your heart and recovery, your sleep, your morning answers and your jump tests,
whether you share them or not. You may leave any of these kinds out: say so at your club's node. It counts from the
next morning, and nobody is told. While your data is frozen, no light is shown.

What it means. The light compares this morning with your own last 28 days. When nothing is wrong, "well below usual"
still shows on about 7 of 100 days and "below usual" on 16. It does not foretell injuries.

What you gain. Staff who may see the light can plan with you, and everyone who may see it sees the same one.

Who receives. Only the groups that you turn on. "Light only" is the light and nothing more. "Light and word" adds how
it has moved, whether an easier session is proposed for it, and one word on tomorrow. Numbers of the light are for a
group that you let see readiness day by day. Which kind of data made the light is not said; a kind is shown only to a
group that you let see that kind.

What to be careful about. The light can tell a group something about data that you do not share with it: a bad night
can turn it although you do not share your sleep. Leave sleep out of the light if you do not want that.

Your choice. Everything is off until you turn it on. You can stop at any time, as easily as you started. Saying no,
or stopping, never changes what you may do at your club.

Your rights. To be informed, access, revoke, restrict processing, data portability, rectification, complain,
erasure; to object, and to have a person review what a computer suggested.
"""
CHANGED_2026_12: Final = (
    "Until now the light was worked out for each group from what that group gets besides it; from now on it is worked "
    "out once, from everything your club’s node holds of you, so it can tell something about data that you do not "
    "share."
)
