"""The engine of many machines: stations on a Ray cluster read and embed, this process commits.

Ray is asked for actors and calls, not for a data set: the list of files grows while archives are
opened, what is known of a file is asked when its turn comes, and when a machine goes away it has to
be known which files it had.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from time import perf_counter
from typing import Any, Final

import ray
from ray import ObjectRef
from ray.actor import ActorHandle
from ray.exceptions import RayActorError, RayTaskError

from core.errors import DecodersUnavailable, RadseekError
from core.types import DecodedFile, EmbeddedFile, Found, SkipCode, Skipped
from imaging.waiting import Waiting
from imaging.work import Before, FileTask
from indexer.engine import Come
from indexer.ray_station import Start, Station

log = logging.getLogger(__name__)

CALLS_AHEAD: Final = 2  # of each station: one that is worked on, and one that waits
CALL_SECONDS: Final = 1.0  # of work in a call: what is done again when a station dies
MOST_FILES: Final = 64  # in a call
FIRST_FILES: Final = 4
MOST_DEATHS: Final = 2  # of stations that had this file alone
DEATHS_IN_A_ROW: Final = 4  # for each station, without an answer between: it is not the files


@dataclass(frozen=True, slots=True)
class Share:
    """What a station may use of the machine that it comes to run on."""

    cpus: float  # Ray places by it; two stations that ask for all of two cores never start
    gpus: float


class _Caller:
    """One station, and how many files a call to it should have."""

    def __init__(self, start: Start, share: Share) -> None:
        self._start = start
        self._share = share
        self.actor = self._fresh()
        self.calls = 0
        self.has_suspect = False
        self._seconds = CALL_SECONDS / FIRST_FILES  # a file

    def replace(self) -> None:
        """End the station, if it has not ended, and begin another one somewhere."""
        ray.kill(self.actor)
        self.actor = self._fresh()

    def _fresh(self) -> "ActorHandle[Station]":
        remote: Any = ray.remote(Station)
        actor: ActorHandle[Station] = remote.options(
            num_cpus=self._share.cpus,
            num_gpus=self._share.gpus,
            max_concurrency=CALLS_AHEAD + 1,
            max_restarts=0,  # a call to a station that Ray restarts would fail at once
            scheduling_strategy="SPREAD",
        ).remote(self._start)
        return actor

    def files(self) -> int:
        """How many files make a call of the wished length."""
        return max(1, min(MOST_FILES, round(CALL_SECONDS / self._seconds)))

    def learn(self, files: int, seconds: float) -> None:
        """Take note of how long a call took."""
        self._seconds = 0.5 * self._seconds + 0.5 * seconds / files


@dataclass(frozen=True, slots=True)
class _Call:
    caller: _Caller
    actor: "ActorHandle[Station]"
    tasks: Sequence[FileTask]
    at: float  # when it was made
    is_alone: bool  # nothing else was at the station


class RayEngine:
    """Stations on a cluster that this process is connected to. A context manager that ends them."""

    def __init__(self, start: Start, stations: int, share: Share) -> None:
        """`start` opens a local engine, on the machine of the station."""
        self._callers = [_Caller(start, share) for _ in range(stations)]
        self._deaths: Counter[int] = Counter()  # of stations, by the task that they had alone
        self._in_a_row = 0
        self._turn = 0
        self._device = ""

    @property
    def device(self) -> str:
        """How many stations there are, and where their encoders run."""
        return self._device

    @property
    def advice(self) -> str:
        """Nothing: the stations run where the cluster puts them."""
        return ""

    @property
    def at_once(self) -> int:
        """How many pictures one call of `embed` should bring."""
        return MOST_FILES

    def read(self, found: Iterable[Found], before: Before, defer_slices: bool) -> Iterator[Come]:
        """Yield one outcome for each file as they come, with its rows if it has pictures.

        The files of a station that dies are read again, one by one. One that two stations died
        of is skipped. Raises DecodersUnavailable when stations do nothing but die.
        """
        waiting = Waiting(found, before, defer_slices)
        calls: dict[ObjectRef[list[Come]], _Call] = {}
        suspects: list[FileTask] = []
        try:
            while self._feed(waiting, suspects, calls):
                ready, _ = ray.wait(list(calls), num_returns=1)
                for reference in ready:
                    call = calls.pop(reference)
                    yield from self._answers(reference, call, waiting, suspects)
        finally:
            for reference in calls:
                ray.cancel(reference, force=False)

    def embed(self, files: Sequence[DecodedFile]) -> Future[list[EmbeddedFile]]:
        """Have a station embed files that were decoded here."""
        self._turn += 1
        caller = self._callers[self._turn % len(self._callers)]
        reference: ObjectRef[list[EmbeddedFile]] = caller.actor.embed.remote(files)
        future: Future[list[EmbeddedFile]] = reference.future()
        return future

    def __enter__(self) -> "RayEngine":
        """Wait until all stations are ready. Raises what the first that fails does."""
        devices = _values([caller.actor.device.remote() for caller in self._callers])
        self._device = f"ray, {len(devices)} x {'/'.join(sorted(set(devices)))}"
        return self

    def __exit__(self, *_: object) -> None:
        """End the stations."""
        for caller in self._callers:
            ray.kill(caller.actor)

    def _feed(
        self,
        waiting: Waiting,
        suspects: list[FileTask],
        calls: dict[ObjectRef[list[Come]], _Call],
    ) -> bool:
        """Give each station what it has room for; false when all files have their answer."""
        for caller in self._callers:
            while tasks := _next(caller, waiting, suspects):
                call = _Call(caller, caller.actor, tasks, perf_counter(), caller.has_suspect)
                calls[call.actor.read.remote(tasks)] = call
                caller.calls += 1
        return bool(calls)

    def _answers(
        self,
        reference: "ObjectRef[list[Come]]",
        call: _Call,
        waiting: Waiting,
        suspects: list[FileTask],
    ) -> Iterator[Come]:
        call.caller.calls -= 1
        call.caller.has_suspect = False
        try:
            outcomes = _values(reference)
        except RayActorError as error:
            if call.actor is call.caller.actor:
                self._count_death(error)
                call.caller.replace()
            yield from self._after_death(call, suspects)
            return
        self._in_a_row = 0
        call.caller.learn(len(call.tasks), (perf_counter() - call.at) / CALLS_AHEAD)
        for outcome in outcomes:
            waiting.open(outcome)
            yield outcome

    def _after_death(self, call: _Call, suspects: list[FileTask]) -> Iterator[Skipped]:
        """Put files back, to be read alone; give up one that was alone too often."""
        if call.is_alone:
            self._deaths[call.tasks[0].number] += 1
        for task in call.tasks:
            if self._deaths[task.number] < MOST_DEATHS:
                suspects.append(task)
            else:
                yield _given_up(task.found)

    def _count_death(self, error: RayActorError) -> None:
        log.warning("a station of the cluster died, another one is started")
        self._in_a_row += 1
        if self._in_a_row > DEATHS_IN_A_ROW * len(self._callers):
            raise DecodersUnavailable(
                "The stations of the Ray cluster end before they answer. "
                "Look at `ray status` and at the memory of its machines, then start again."
            ) from error


def _next(caller: _Caller, waiting: Waiting, suspects: list[FileTask]) -> list[FileTask]:
    """The files of the next call; none while there is no room. A suspect has a station alone."""
    if caller.has_suspect or caller.calls == CALLS_AHEAD or (suspects and caller.calls):
        return []
    if suspects:
        caller.has_suspect = True
        return [suspects.pop()]
    return list(islice(waiting, caller.files()))


def _values(references: Any) -> Any:
    """The values of references; an error of radseek's own in a station is raised as it is."""
    try:
        return ray.get(references)
    except RayTaskError as error:
        if isinstance(error.cause, RadseekError):
            raise error.cause from error
        raise


def _given_up(found: Found) -> Skipped:
    reason = "The machines that read it went away, each time. Copy it again from its source."
    code = SkipCode.DECODER_CRASHED
    return Skipped(found.location, code, reason, found.size, found.modified_ns)
