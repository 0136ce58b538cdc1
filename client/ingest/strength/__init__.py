"""Tests of jumping, sprinting and strength: force plates, timing gates, Nordic and groin rigs."""
