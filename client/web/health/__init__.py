"""The medical team's pages, and the board on which coaches read what is possible."""
