"""Why a figure has no value, or fewer days than are stored."""
