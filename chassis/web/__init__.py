"""Base layout, macros, static files, charts to SVG, security headers, and serving."""
