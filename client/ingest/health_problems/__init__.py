"""Injury and illness logs, availability lists and the OSTRC questionnaire."""
