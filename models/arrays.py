"""The array type of everything that is computed here."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""Double-precision numbers; each function says the shape. NaN is "not known"."""
