"""When something of its own rate happens in a loop that only knows ticks."""


def is_due(tick: int, rate_hz: float, loop_rate_hz: float) -> bool:
    """Whether something of `rate_hz` happens in this tick of the loop.

    It happens where floor((tick + 1) * rate / loop) > floor(tick * rate / loop), in every tick
    where its rate is the loop's or above, and always in tick 0.
    """
    if tick == 0 or rate_hz >= loop_rate_hz:
        return True
    return (tick + 1) * rate_hz // loop_rate_hz > tick * rate_hz // loop_rate_hz


def loop_rate_hz(period_s: float) -> float:
    """The rate of a period; a period of 1/500 s gives 500.0 exactly."""
    return round(1.0 / period_s, 6)


def period_us(period_s: float) -> int:
    """Whole microseconds of a period: an on-time of this length is the whole tick."""
    return int(period_s * 1e6 + 1e-3)
