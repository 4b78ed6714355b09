"""What holds for every test."""

from hypothesis import settings

# A property says what holds, not how fast: on a loaded machine an example may take any time, and
# the limit for a whole test ends what hangs.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
