# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows that are made when they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import TypeVar, overload

_T = TypeVar("_T")


class Rows(Sequence[_T]):
    """``count`` rows, made block by block by ``make_block(first, stop)``, each block once and in any order.

    A large estate can so be served at once; ``blocks_to_fill`` makes the rest in steps that leave time for answers.
    """

    def __init__(self, count: int, make_block: Callable[[int, int], Sequence[_T]], block_size: int = 128) -> None:
        self._count = count
        self._make_block = make_block
        self._block_size = block_size
        self._blocks: list[Sequence[_T] | None] = [None] * -(-count // block_size)

    def __len__(self) -> int:
        return self._count

    def _block(self, number: int) -> Sequence[_T]:
        block = self._blocks[number]
        if block is None:
            first = number * self._block_size
            block = self._blocks[number] = self._make_block(first, min(first + self._block_size, self._count))
        return block

    @overload
    def __getitem__(self, index: int) -> _T: ...

    @overload
    def __getitem__(self, index: slice) -> list[_T]: ...

    def __getitem__(self, index: int | slice) -> _T | list[_T]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(self._count))]
        position = range(self._count)[index]
        block, offset = divmod(position, self._block_size)
        return self._block(block)[offset]

    def __iter__(self) -> Iterator[_T]:
        return chain.from_iterable(self._block(number) for number in range(len(self._blocks)))

    def blocks_to_fill(self) -> Iterator[int]:
        """Makes one missing block a step and yields its number."""
        for number, block in enumerate(self._blocks):
            if block is None:
                self._block(number)
                yield number
