"""Which questionnaires a node asks: shipped ones and its own, in versions, with the sign-off of a medical person."""
