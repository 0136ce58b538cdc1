"""Answers to questionnaires as they were sent, beside the readings that they become."""
