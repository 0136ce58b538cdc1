"""The people of the demo: athletes who choose, staff who look, and the browser they share."""
