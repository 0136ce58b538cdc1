"""The commands about how long readings are kept; what deletes them is `client.vault.old_readings`."""
