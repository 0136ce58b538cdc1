"""What an athlete says of themselves at their own site: not OK, ill or in pain, and answers to a proposed change."""
