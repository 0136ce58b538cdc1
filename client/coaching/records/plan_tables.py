"""The tables of the week plan in the journal's file: who saved what for whom, groups, and what athletes ask for."""

from typing import Final

# One save is one act: its sessions count until another save undoes it. Of one athlete's plan the body is sealed.
PLANS: Final = """
CREATE TABLE plan_save (
  number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, undoes TEXT UNIQUE, at TEXT NOT NULL, person TEXT NOT NULL,
  role TEXT NOT NULL
);
CREATE TABLE plan_session (
  number INTEGER PRIMARY KEY, save TEXT NOT NULL, whom TEXT NOT NULL, athlete TEXT NOT NULL, day TEXT NOT NULL,
  slot INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX plan_session_day ON plan_session (day);
CREATE TABLE plan_member (number INTEGER PRIMARY KEY, athlete TEXT NOT NULL, sealed BLOB NOT NULL);
CREATE TRIGGER plan_save_kept BEFORE UPDATE ON plan_save
  BEGIN SELECT RAISE(ABORT, 'plans are only ever added'); END;
CREATE TRIGGER plan_save_stays BEFORE DELETE ON plan_save
  BEGIN SELECT RAISE(ABORT, 'plans are only ever added'); END;
CREATE TRIGGER plan_session_kept BEFORE UPDATE ON plan_session
  BEGIN SELECT RAISE(ABORT, 'plans are only ever added'); END;
CREATE TRIGGER plan_session_stays BEFORE DELETE ON plan_session
  BEGIN SELECT RAISE(ABORT, 'plans are only ever added'); END;
CREATE TRIGGER plan_member_kept BEFORE UPDATE ON plan_member
  BEGIN SELECT RAISE(ABORT, 'groups are only ever added to'); END;
CREATE TRIGGER plan_member_stays BEFORE DELETE ON plan_member
  BEGIN SELECT RAISE(ABORT, 'groups are only ever added to'); END;
"""

# What an athlete asks for of their own plan; the newest word counts.
AUTO_APPLY: Final = """
CREATE TABLE auto_apply (number INTEGER PRIMARY KEY, athlete TEXT NOT NULL, sealed BLOB NOT NULL);
CREATE TRIGGER auto_apply_kept BEFORE UPDATE ON auto_apply
  BEGIN SELECT RAISE(ABORT, 'choices are only ever added'); END;
CREATE TRIGGER auto_apply_stays BEFORE DELETE ON auto_apply
  BEGIN SELECT RAISE(ABORT, 'choices are only ever added'); END;
"""
