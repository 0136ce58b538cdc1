"""Casbin over one bundle of rules: the first of the two engines that must agree."""
