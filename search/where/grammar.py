"""The grammar of filters, and what its parts are called when one is missing."""

from functools import cache
from typing import Final

from lark import Lark

GRAMMAR: Final = r"""
?start: either
?either: both (_OR both)*
?both: each (_AND each)*
?each: _NOT each -> negated
    | "(" either ")"
    | NAME OP values -> compared
    | NAME span -> within
    | _LABEL named OP values -> labelled
    | _IN named -> member
values: value ("," value)*
?value: text | span
span: text DOTS text
text: (WORD+ | STRING)?
named: WORD+ | STRING

_AND.3: /and(?=[\s(]|$)/i
_OR.3: /or(?=[\s(]|$)/i
_NOT.3: /not(?=[\s(]|$)/i
_LABEL.2: /label:/i
_IN.2: /in:/i
OP: "=" | "!=" | "~" | "!~" | "<=" | ">=" | "<" | ">"
DOTS: ".."
NAME: /[A-Za-z_][A-Za-z0-9_]*/
STRING: /"(\\.|[^"\\])*"/ | /'(\\.|[^'\\])*'/
WORD: /(?!["'])((?!\.\.)[^\s"(),=<>!~])+/
%ignore /\s+/
"""

# In the order in which a message names them.
CALLED: Final = {
    "NAME": "a field",
    "OP": "a comparison such as = or >=",
    "WORD": "a value",
    "STRING": "a value",
    "DOTS": '".."',
    "COMMA": "a comma",
    "_AND": '"and"',
    "_OR": '"or"',
    "RPAR": ")",
    "$END": "the end",
}


@cache
def parser() -> Lark:
    """The parser, which is made once."""
    return Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)
