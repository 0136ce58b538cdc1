"""The formats of a transparency log (C2SP, RFC 9162), pure: tree, tiles, checkpoints, notes, cosignatures, policies."""
