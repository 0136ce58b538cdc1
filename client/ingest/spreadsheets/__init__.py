"""Excel and OpenDocument workbooks: checked before they are opened, then read as tables like any other."""
