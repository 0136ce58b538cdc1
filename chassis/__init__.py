"""The service chassis: what every program is made of and none of them is about."""
