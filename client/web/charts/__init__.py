"""Charts of the club pages as Vega-Lite specifications."""
