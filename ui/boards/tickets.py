"""Downloads that a session was offered: each has an address that nobody else can guess.

What is downloaded, and the name of a board, are no part of that address.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_urlsafe
from threading import Lock
from typing import Final

import streamlit as st

from radseek.exporting import Chosen, Wanted

SECONDS: Final = 3600  # that a ticket is good for
MOST: Final = 2_000  # of all sessions; the oldest go


@dataclass(frozen=True, slots=True)
class Ticket:
    """One download: the pictures are chosen when it is fetched."""

    choose: Callable[[], Chosen]
    wanted: Wanted
    until: float  # seconds of the monotonic clock


class Tickets:
    """The tickets of a server. Threads share them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._tickets: dict[str, Ticket] = {}

    def issue(self, choose: Callable[[], Chosen], wanted: Wanted) -> str:
        """The token of a new ticket."""
        token = token_urlsafe(24)
        with self._lock:
            self._tickets[token] = Ticket(choose, wanted, self._clock() + SECONDS)
            for oldest in list(self._tickets)[: max(len(self._tickets) - MOST, 0)]:
                del self._tickets[oldest]
        return token

    def find(self, token: str) -> Ticket | None:
        """The ticket of a token that is still good."""
        with self._lock:
            ticket = self._tickets.get(token)
        return ticket if ticket is not None and self._clock() < ticket.until else None


@st.cache_resource(show_spinner=False)
def shared_tickets() -> Tickets:
    """The tickets of this server, made once per process."""
    return Tickets()
