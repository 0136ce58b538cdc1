"""The notice that stands behind every yes: what is measured, what it means, benefits, risks, recipients, rights.

Immutable: another text is another version. Receipts name the version and the hash of the text.
"""

from datetime import date

from policies.canonical import sha256_hex

NOTICE_VERSION = "2026-11"
NOTICE_DATE = date(2026, 11, 1)
NOTICE_LANGUAGE = "en-GB"
NOTICE_TEXT = """\
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
NOTICE_SHA256 = sha256_hex(NOTICE_TEXT.encode())
