"""The league's evidence on a risk model in words: where it is from, and what each of its figures says.

Nothing in it says of anybody whether they took part: N is the public number that the manifest names.
"""

from collections.abc import Mapping

from client.adoption import Verdict

LEAGUE_FIGURE_WORDS = {
    "league_comparable": "Over the league: athletes with an injury to compare, with noise",
    "league_concordance": "Over the league: tells an athlete’s own weeks apart",
    "league_concordance_low": "Over the league: telling own weeks apart, lower end of the 90 % interval",
    "league_log_loss_difference": "Over the league: log loss less that of own base rates",
    "league_log_loss_difference_high": "Over the league: that log loss, upper end of the 40 % interval",
}
LEAGUE_FIGURE_AIMS = {
    "league_comparable": "100 needed",
    "league_concordance": "0.5 is chance",
    "league_concordance_low": "above 0.5 needed",
    "league_log_loss_difference_high": "below 0 needed",
}
PUBLIC_NUMBER = "league_public_athletes"


def evidence_words(verdict: Verdict) -> str:
    """Where the evidence is from that a verdict rests on; "" where it rests on this node's own days alone."""
    if verdict.evidence is None:
        return ""
    number = verdict.figures.get(PUBLIC_NUMBER)
    size = "" if number is None else f", N = {number:,.0f}"
    return f"Pooled over the league{size}: a noisy sum of all clubs; this node’s own days can only object"


def named_figures(figures: Mapping[str, float]) -> list[str]:
    """The figures that are listed, in their order: all but the public number, which the sentence says."""
    return [name for name in figures if name != PUBLIC_NUMBER]
