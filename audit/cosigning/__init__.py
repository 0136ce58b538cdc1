"""The log's side of witnessing: ask every witness of a policy, keep the cosignatures that hold."""
