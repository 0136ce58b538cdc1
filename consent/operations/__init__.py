"""What the operator needs: status, start-up, the state of the log."""
