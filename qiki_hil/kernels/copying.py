"""Copies of what holds objects of the core."""

from copy import deepcopy
from typing import Any, NoReturn, Self


class HoldsCore:
    """A face of the core. A copy has the whole state for itself, and goes on as the original would;
    to pickle is refused, as by the core itself."""

    def __copy__(self) -> Self:
        return deepcopy(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        made = object.__new__(type(self))
        memo[id(self)] = made
        made.__dict__.update({name: deepcopy(value, memo) for name, value in vars(self).items()})
        return made

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} cannot be pickled: its state is in the core. copy.copy and "
            "copy.deepcopy copy it with its state; in another process make it anew from the same "
            "arguments, and give it the same inputs"
        )
