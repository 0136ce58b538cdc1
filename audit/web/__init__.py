"""Log routes, auditor pages, and the layout, stylesheet and charts that every surface uses."""
