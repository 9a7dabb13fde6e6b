"""The language that a person reads the page in."""


def _(message: str) -> str:
    """The message in the language of this session; English where it is not translated."""
    return message
