"""What an operator's command has done: by the running service, or in its place while none runs."""
