"""Files that staff bring: taken sealed, read beside the pages, kept for one session until they are stored or not."""
