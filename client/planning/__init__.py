"""The week plan: sessions of squads, groups and single athletes, what a week adds up to, and the file that holds it."""
