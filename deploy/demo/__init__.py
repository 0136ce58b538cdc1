"""The whole league on loopback: the demo and the end-to-end fixture in one."""
