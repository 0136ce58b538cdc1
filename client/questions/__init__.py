"""What an import could not tell and a person is asked: whether two reports are of one session."""
