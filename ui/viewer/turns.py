"""Whose picture is decoded next: many ask at once, and one process decodes."""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.concurrency import run_in_threadpool

MOST_OF_ONE: Final = 8  # questions of one asker that wait at once
MOST_WAITING: Final = 256
MOST_KEPT: Final = 192 << 20  # bytes of answers

Make = Callable[[], bytes]
Gone = Callable[[], Awaitable[None]]  # returns when the asker has left


class TooManyQuestions(Exception):
    """An asker, or all of them together, ask faster than pictures can be decoded."""


class NobodyWaits(Exception):
    """The asker left before the answer was there."""


@dataclass(eq=False, slots=True)
class _Question:
    key: str
    make: Make
    answer: "asyncio.Future[bytes]"
    waiting: Counter[str] = field(default_factory=Counter)  # how often each asker waits for it


class Turns:
    """Answers questions one after the other, each once however many ask it.

    What nobody waits for any more is not made. Answers are kept, the last ones that were asked for.
    """

    def __init__(self, most_kept: int = MOST_KEPT) -> None:
        self._most_kept = most_kept
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._asked: dict[str, _Question] = {}
        self._line: deque[_Question] = deque()
        self._working: asyncio.Task[None] | None = None

    async def ask(self, key: str, asker: str, make: Make, gone: Gone) -> bytes:
        """The bytes that `make` gives for this key. Raises what it does.

        Raises TooManyQuestions, and NobodyWaits when `gone` returns first.
        """
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        question = self._take(key, asker, make)
        leaving = asyncio.ensure_future(gone())
        try:
            either: list[asyncio.Future[Any]] = [question.answer, leaving]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not question.answer.done():
                raise NobodyWaits
            return question.answer.result()
        finally:
            leaving.cancel()
            self._leave(question, asker)

    def _take(self, key: str, asker: str, make: Make) -> _Question:
        mine = sum(question.waiting[asker] for question in self._asked.values())
        if mine >= MOST_OF_ONE or len(self._asked) >= MOST_WAITING:
            raise TooManyQuestions
        question = self._asked.get(key)
        if question is None:
            loop = asyncio.get_running_loop()
            question = self._asked[key] = _Question(key, make, loop.create_future())
            self._line.append(question)
        question.waiting[asker] += 1
        if self._working is None or self._working.done():
            self._working = asyncio.ensure_future(self._work())
        return question

    def _leave(self, question: _Question, asker: str) -> None:
        question.waiting[asker] -= 1
        if question in self._line and not question.waiting.total():
            self._line.remove(question)
            self._forget(question)

    async def _work(self) -> None:
        while self._line:
            await self._answer(self._line.popleft())

    async def _answer(self, question: _Question) -> None:
        try:
            answer = await run_in_threadpool(question.make)
        except Exception as error:  # it belongs to those who asked
            self._forget(question)
            question.answer.set_exception(error)
            question.answer.exception()  # seen, also when nobody waits for it any more
        else:
            self._keep(question.key, answer)
            self._forget(question)
            question.answer.set_result(answer)

    def _forget(self, question: _Question) -> None:
        with suppress(KeyError):
            del self._asked[question.key]

    def _keep(self, key: str, answer: bytes) -> None:
        self._kept[key] = answer
        while sum(map(len, self._kept.values())) > self._most_kept:
            self._kept.popitem(last=False)
