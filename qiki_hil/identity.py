"""The only place that asks the system for a random number: for names, never for results."""

import secrets

TAG_BYTES = 4


def random_tag() -> str:
    """Eight hexadecimal digits that tell apart what begins at one moment anywhere."""
    return secrets.token_hex(TAG_BYTES)
