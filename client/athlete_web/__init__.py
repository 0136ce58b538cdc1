"""The athlete's own site at the node: today, own data, own decisions and who looked; made for a phone first."""
