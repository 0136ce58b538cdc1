"""The command that reads files, and what it shows before it stores."""
