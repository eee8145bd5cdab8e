"""Work in several threads at once: what both homes give for a `map`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def side_by_side(workers: int) -> Callable[[Callable[[T], R], Iterable[T]], Iterator[R]]:
    """A `map` in so many threads; the results come in order, an error ends it and starts nothing more."""

    def mapped(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="worker") as pool:
            yield from pool.map(work, items)

    return mapped


def several_side_by_side(workers: int) -> Callable[[Callable[[T], R], Sequence[T]], Iterator[R]]:
    """The same, without a thread where there is one item only."""

    def mapped(work: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        return map(work, items) if len(items) < 2 else side_by_side(workers)(work, items)

    return mapped
