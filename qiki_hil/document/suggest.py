"""What is allowed in place of a word that is not known, and which of it was probably meant."""

import difflib
from collections.abc import Iterable


def listed(names: Iterable[object]) -> str:
    """Names for a message, sorted."""
    return ", ".join(sorted(str(name) for name in names)) or "none"


def allowed_words(word: str, allowed: Iterable[str]) -> str:
    """The end of a message about an unknown word: the nearest allowed one, and all of them."""
    words = {name.lower(): name for name in allowed}
    near = difflib.get_close_matches(word.lower(), words, n=1, cutoff=0.6)
    hint = f"; did you mean '{words[near[0]]}'?" if near else "."
    return f"{hint} Allowed: {', '.join(words.values())}"


def unknown_key(key: str, allowed: Iterable[str]) -> str:
    """The message for a key that no model has."""
    allowed = sorted(allowed)
    near = difflib.get_close_matches(key, allowed, n=1)
    hint = f"did you mean {near[0]}?" if near else f"allowed: {listed(allowed)}"
    return f"unknown key; {hint}"
