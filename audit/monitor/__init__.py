"""Following a log: consistency from one checkpoint to the next, and alarms with evidence."""
