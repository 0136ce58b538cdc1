"""Errors of the demo.

DemoError
├── ChildFailed    a program of the league ended, or did not become ready
└── StepFailed     a step of the main job did not do what it must
"""


class DemoError(Exception):
    """Base of every error that the demo raises."""


class ChildFailed(DemoError):
    """A program of the league ended on its own or did not become ready in time."""


class StepFailed(DemoError):
    """A step of the main job did not do what it must."""
