import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ui.viewer.turns import MOST_OF_ONE, NobodyWaits, TooManyQuestions, Turns


class Making:
    """Makes answers one by one, as they are let go."""

    def __init__(self):
        self.made = []
        self.may_go = threading.Event()

    def of(self, key):
        def make():
            self.may_go.wait()
            self.made.append(key)
            return key.encode()

        return make


async def never():
    await asyncio.Event().wait()


async def at_once():
    return None


async def turned():
    """Let what is ready run."""
    for _ in range(5):
        await asyncio.sleep(0)


def played(scene):
    """What a scene gives, in a loop and a thread of its own: this one may have a loop already."""
    with ThreadPoolExecutor(1) as stage:
        return stage.submit(lambda: asyncio.run(scene())).result()


def test_an_answer_is_made_once_for_all_who_ask_and_for_those_who_ask_later():
    async def scene():
        turns, making = Turns(), Making()
        asked = [
            asyncio.ensure_future(turns.ask("a", who, making.of("a"), never)) for who in ("x", "y")
        ]
        await turned()
        making.may_go.set()
        assert await asyncio.gather(*asked) == [b"a", b"a"]
        assert await turns.ask("a", "z", making.of("other"), never) == b"a"
        return making.made

    assert played(scene) == ["a"]


def test_what_nobody_waits_for_any_more_is_not_made():
    async def scene():
        turns, making = Turns(), Making()
        first = asyncio.ensure_future(turns.ask("first", "x", making.of("first"), never))
        await turned()
        with pytest.raises(NobodyWaits):
            await turns.ask("left", "x", making.of("left"), at_once)
        last = asyncio.ensure_future(turns.ask("last", "x", making.of("last"), never))
        await turned()
        making.may_go.set()
        await asyncio.gather(first, last)
        return making.made

    assert played(scene) == ["first", "last"]


def test_one_who_leaves_takes_nothing_from_others():
    async def scene():
        turns, making = Turns(), Making()
        first = asyncio.ensure_future(turns.ask("first", "x", making.of("first"), never))
        stays = asyncio.ensure_future(turns.ask("both", "y", making.of("both"), never))
        await turned()
        with pytest.raises(NobodyWaits):
            await turns.ask("both", "x", making.of("both"), at_once)
        making.may_go.set()
        await first
        return await stays

    assert played(scene) == b"both"


def test_one_asker_cannot_fill_the_line():
    async def scene():
        turns, making = Turns(), Making()
        asked = [
            asyncio.ensure_future(turns.ask(str(n), "x", making.of(str(n)), never))
            for n in range(MOST_OF_ONE)
        ]
        await turned()
        with pytest.raises(TooManyQuestions):
            await turns.ask("more", "x", making.of("more"), never)
        other = asyncio.ensure_future(turns.ask("other", "y", making.of("other"), never))
        await turned()
        making.may_go.set()
        await asyncio.gather(*asked, other)
        return await turns.ask("more", "x", making.of("more"), never)

    assert played(scene) == b"more"


def test_an_error_is_told_and_not_kept():
    def fails():
        raise ValueError("no")

    async def scene():
        turns = Turns()
        with pytest.raises(ValueError, match="no"):
            await turns.ask("a", "x", fails, never)
        return await turns.ask("a", "x", lambda: b"now", never)

    assert played(scene) == b"now"


def test_the_answers_that_were_asked_for_last_are_kept_as_far_as_there_is_room():
    made = []

    def make(key):
        made.append(key)
        return b"12345678"

    async def scene():
        turns = Turns(most_kept=16)
        for key in ("a", "b", "a", "c", "a", "b"):
            await turns.ask(key, "x", lambda key=key: make(key), never)

    played(scene)
    assert made == ["a", "b", "c", "b"]
