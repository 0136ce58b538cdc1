"""Tables of tracking systems: many athletes in one file, second by second or one row per drill."""
