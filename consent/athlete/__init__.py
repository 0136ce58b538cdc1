"""What an athlete does and reads: changes of consent, access history, export, erasure."""
