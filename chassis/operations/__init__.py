"""What an operator needs of every program: its log lines, its metrics, whether it is ready and whether it is late."""
