"""Reports of a day and a week: prepared and sealed in the morning, shown as each reader may see them when they open."""
