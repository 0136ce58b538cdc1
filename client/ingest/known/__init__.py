"""What readers of tables with fixed columns share."""
