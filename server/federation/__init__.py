"""The coordinator side of a campaign: the adapter to Flower, rounds, enrolment."""
