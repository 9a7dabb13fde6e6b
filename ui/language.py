"""The language that a person reads the page in."""


def _(message: str) -> str:
    """The message in the language of this session; English where it is not translated."""
    return message


def plural(one: str, many: str, n: int, **named: str) -> str:
    """The message for n things, e.g. `plural("{n} picture", "{n} pictures", n)`.

    It is filled in: {n} with the number as it is written in this language, others as named.
    """
    return (one if n == 1 else many).format(n=number(n), **named)


def number(n: int) -> str:
    """A count as it is written in this language, e.g. 12,345."""
    return f"{n:,}"
