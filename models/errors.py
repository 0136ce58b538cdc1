"""Errors of the shared science.

ModelError
├── BadShape        arrays or series whose shapes do not fit together
├── NotEnoughData   fewer observations than a method needs; never answered with a guess
├── BadWeights      weights that are not what their signature or schema says
├── BadWire         bytes that are not the wire type they claim to be
├── BadChain        a record that does not follow the one before it
├── NotAtHand       a check that lacks what it needs: nothing is proven, and nothing is found wrong
├── BadShares       shares that give no secret, or a threshold that cannot be
├── MasksRefused    a stage of a masked round that is not as the protocol has it; nothing is revealed
├── MasksLost       a masked sum that cannot be lifted: too few clubs are left that hold what it takes
└── NotInstalled    a model that needs libraries of an extra which is not installed here
"""


class ModelError(Exception):
    """Base of every error that `models` raises."""


class BadShape(ModelError, ValueError):
    """Arrays or series whose shapes do not fit together."""


class NotEnoughData(ModelError):
    """Fewer observations than a method needs."""


class BadWeights(ModelError):
    """Weights that do not match their hash, signature or schema."""


class BadWire(ModelError, ValueError):
    """Bytes that are not the wire type they claim to be."""


class NotInstalled(ModelError, ImportError):
    """A model needs libraries of an extra that is not installed here; the message names the extra."""


class BadChain(ModelError):
    """A record that does not follow the one before it: older, of another model, or with a gap between."""


class NotAtHand(ModelError):
    """What a check needs is not there: a manifest, an earlier version, or what it was made with."""


class BadShares(ModelError, ValueError):
    """Shares that give no secret, or a threshold that cannot be."""


class MasksRefused(ModelError):
    """A stage of a masked round is asked or answered otherwise than the protocol has it."""


class MasksLost(ModelError):
    """A masked sum cannot be lifted: too few clubs are left that hold what it takes."""
