"""Campaigns at a club: what leagues asked, and what each is to the club now."""
