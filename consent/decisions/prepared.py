"""What a request comes to before it is recorded: its entries, and the answer that is given once they are durable."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from consent.storage.log_journal import Appended, Draft

Answer = TypeVar("Answer", covariant=True)


@dataclass(frozen=True, slots=True)
class Prepared(Generic[Answer]):
    """At least one entry, and what is answered when they are appended."""

    drafts: Sequence[Draft]
    answer: Callable[[Appended], Answer]
