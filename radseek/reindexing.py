"""Making a collection anew with another encoder or rendering, while the old one is served."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from os.path import lexists
from time import sleep
from typing import Final

from core.errors import CollectionCorrupt, CollectionLocked, InvalidRequest
from core.types import EncoderCard, Location, Through
from encoders.adapted import AdaptedEncoder
from encoders.adapters import adapter_for, adapter_of
from encoders.base import Encoder
from encoders.known_weights import recall_folder, remember_folder
from encoders.registry import folder_of, load_encoder
from imaging.profiles import PROFILES, Profile, profile_of
from indexer.pipeline import Job, index_found
from indexer.plan import find
from indexer.removing import remove
from indexer.report import ExitCode, Progress, Report
from radseek.engines import open_engine
from radseek.settings import Settings
from radseek.telling import told
from storage.batch import Batch
from storage.binding import Binding
from storage.difference import Difference
from storage.editions import Edition, EditionInfo, Editions
from storage.layout import check_exists
from storage.run_notes import Work
from storage.selection import Selection
from storage.turning import make_turned
from storage.writer import CollectionWriter

log = logging.getLogger(__name__)

MOST_MISSING: Final = 0.01  # of the files with pictures; beyond that a person has to agree
PATIENCE_SECONDS: Final = 1.0  # between two looks whether the served edition is still written to


@dataclass(frozen=True, slots=True)
class Reindexed:
    """What came of making an edition."""

    edition: int
    switched: bool
    stopped: bool
    reports: Sequence[Report]  # of the long run, and of those that caught up
    missing: Mapping[str, int]  # files whose pictures are lost, by the reason; none when stopped
    with_pictures: int  # files of the served edition
    skipped: int  # files of the edition that could not be read
    label_sets: tuple[str, ...]  # of the served edition; the new one has none
    captioner: str | None  # of its machine texts, likewise

    @property
    def lacks_too_much(self) -> bool:
        """Whether more is missing than is switched to without being told to."""
        return sum(self.missing.values()) > MOST_MISSING * self.with_pictures

    @property
    def exit_code(self) -> ExitCode:
        """0 when the new edition is served, 3 when it lacks skipped files, else 130 or 1."""
        if not self.switched:
            return ExitCode.INTERRUPTED if self.stopped else ExitCode.FAILED
        return ExitCode.SOME_SKIPPED if self.skipped else ExitCode.ALL_IN


@dataclass(frozen=True, slots=True)
class Wish:
    """What the next edition is to be made with."""

    encoder: Encoder
    profile: Profile
    slices_per_series: int

    @property
    def binding(self) -> Binding:
        """The same, as an edition keeps it."""
        return Binding(self.encoder.card, self.profile.id, self.slices_per_series)


def reindex(
    settings: Settings,
    progress: Callable[[Progress], None],
    stopped: Callable[[], bool],
    switch_anyway: bool = False,
) -> Reindexed:
    """Make the edition that the settings name, or go on with it, and serve it when it has all.

    The served edition is searched and may be indexed into until then. Raises UnknownName,
    CollectionLocked, and InvalidRequest when there is nothing to do or another edition in the way.
    """
    with _changing(settings) as editions:
        served = editions.up_to_date()
        wish = _wish(settings, _example(settings, editions, served))
        edition, first_id = _edition_for(wish.binding, editions, served), editions.first_id()
        log.info("reindexing edition=%d files=%d", edition.number, editions.info(served).files)
        name = f"{settings.collection}, edition {edition.number}"  # in messages
        with (
            CollectionWriter.open_edition(
                edition.layout, name, wish.binding, first_id, settings.index
            ) as writer,
            Difference(edition.layout, served.layout, name) as difference,
            told(settings, Work.REINDEX, stopped) as teller,
        ):
            tell = teller.progress(progress)
            start = partial(
                open_engine, settings, wish.encoder, wish.profile, wish.slices_per_series
            )
            job = Job(writer, start, settings.batch_size, wish.slices_per_series, tell, stopped)
            making = _Making(editions, served, edition, difference, job)
            return making.run(switch_anyway)


def reindex_through(settings: Settings, name: str) -> int:
    """Make an edition of the served one by an adapter, serve it at once, and give its number.

    No file is read. Nobody can write to the collection meanwhile. Raises UnknownName, CardMismatch
    for an adapter of another encoder, InvalidRequest for an edition in the way, CollectionLocked,
    CollectionCorrupt when a row is damaged.
    """
    with _changing(settings) as editions:
        served = editions.up_to_date()
        binding = editions.info(served).binding
        adapter = adapter_for(settings.home, name, binding.card)
        beside = editions.beside()
        if beside is not None:
            raise InvalidRequest(_in_the_way(editions.info(beside)))
        edition, told_name = editions.next(), settings.collection
        with editions.locked(served.layout.lock):
            through = Through(adapter.card, adapter.turned)
            make_turned(served.layout, edition.layout, told_name, through)
            with CollectionWriter.open_edition(
                edition.layout,
                f"{told_name}, edition {edition.number}",
                replace(binding, card=adapter.card),
                editions.first_id(),
                settings.index,
            ) as writer:
                writer.rebuild_index()
                editions.switch(edition)
        return edition.number


class _Making:
    """One edition that is being made."""

    def __init__(
        self,
        editions: Editions,
        served: Edition,
        edition: Edition,
        difference: Difference,
        job: Job,
    ) -> None:
        self._editions = editions
        self._served = served
        self._edition = edition
        self._difference = difference
        self._job = job
        self._reports: list[Report] = []
        self._label_sets = editions.label_sets(served)
        self._captioner = editions.captioner(served)
        self._seen = -1  # the served edition's sequence that was caught up with

    def run(self, switch_anyway: bool) -> Reindexed:
        """Read what the served edition knows, then what it learned meanwhile, then switch."""
        self._catch_up()
        if not self._job.stopped():
            self._catch_up()  # so that little is left for when nobody else may write
        if not self._job.stopped():
            self._build_index()
        with ExitStack() as held:
            if not self._job.stopped() and self._hold_served(held):
                return self._finish(switch_anyway)
        return self._result(switched=False)

    def _finish(self, switch_anyway: bool) -> Reindexed:
        """The end of it, while nobody can write to the served edition."""
        self._catch_up()
        for places in self._difference.too_much():
            # Their archives go, too: the next run of `radseek index` lists them again.
            archives = {Location(place.path) for place in places if place.member}
            self._job.writer.commit(Batch(gone=[*places, *sorted(archives.difference(places))]))
        self._job.writer.refresh_index()
        result = self._result(switched=False)
        if result.stopped or (result.lacks_too_much and not switch_anyway):
            return result
        self._editions.switch(self._edition)
        return self._result(switched=True)

    def _catch_up(self) -> None:
        """Read what the edition lacks of the served one, as far as it is still there."""
        sequence = self._editions.sequence(self._served)
        if sequence == self._seen:
            return
        self._seen = sequence
        there = (path for path in self._difference.to_read() if lexists(path))
        self._reports.append(index_found((find(Location(path)) for path in there), self._job))

    def _build_index(self) -> None:
        """Make the index of the edition, by which each of its rows is looked at."""
        try:
            self._job.writer.rebuild_index()
        except CollectionCorrupt as error:
            way = "--prune" if self._edition.is_complete else "--discard"
            raise CollectionCorrupt(
                f"The edition {self._edition.number}, which is not served, is damaged. Delete it "
                f"with `radseek reindex {way}` and make it again."
            ) from error

    def _hold_served(self, held: ExitStack) -> bool:
        """Wait until nobody writes to the served edition, and keep it so; False when stopped."""
        lock = self._served.layout.lock
        while not self._job.stopped():
            try:
                held.enter_context(self._editions.locked(lock))
            except CollectionLocked:
                log.warning("waiting for who writes to edition=%d", self._served.number)
                sleep(PATIENCE_SECONDS)
            else:
                return True
        return False

    def _result(self, *, switched: bool) -> Reindexed:
        stopped = self._job.stopped() and not switched
        return Reindexed(
            edition=self._edition.number,
            switched=switched,
            stopped=stopped,
            reports=tuple(self._reports),
            missing={} if stopped else self._difference.missing(),
            with_pictures=self._difference.with_pictures(),
            skipped=self._difference.skipped(),
            label_sets=self._label_sets,
            captioner=self._captioner,
        )


def serve_other(settings: Settings) -> int:
    """Serve the complete edition that lies beside, at once, and give its number.

    Raises InvalidRequest when there is none.
    """
    with _changing(settings) as editions:
        edition = _beside(editions, complete=True)
        with editions.locked(editions.served().layout.lock), editions.locked(edition.layout.lock):
            editions.switch(edition)
        return edition.number


def remove_other(settings: Settings, *, complete: bool) -> int:
    """Delete the edition beside the served one, complete or not as named, and give its number.

    Raises InvalidRequest when there is none of that kind.
    """
    with _changing(settings) as editions:
        edition = _beside(editions, complete)
        editions.remove(edition)
        return edition.number


def remove_from_other(
    settings: Settings, selection: Selection, stopped: Callable[[], bool]
) -> None:
    """Take files out of the edition that was served before: going back must not bring them back.

    One that is being made loses them before it is served. Raises CollectionLocked.
    """
    editions = Editions(settings.home, settings.collection)
    edition = editions.beside()
    if edition is None or not edition.is_complete:
        return
    binding, first_id = editions.info(edition).binding, editions.first_id()
    name = f"{settings.collection}, edition {edition.number}"
    with CollectionWriter.open_edition(
        edition.layout, name, binding, first_id, settings.index
    ) as writer:
        remove(writer, selection, stopped)


def missing_files(settings: Settings) -> list[tuple[Location, str]]:
    """The files whose pictures the edition beside lacks, each with the code of its reason.

    Raises InvalidRequest when there is no edition beside.
    """
    check_exists(settings.home, settings.collection)
    editions = Editions(settings.home, settings.collection)
    beside = editions.beside()
    if beside is None:
        raise InvalidRequest("There is no edition beside the served one. See `radseek status`.")
    served = editions.served()
    with Difference(beside.layout, served.layout, settings.collection) as difference:
        return list(difference.missing_files())


def editions_of(settings: Settings) -> tuple[EditionInfo, EditionInfo | None]:
    """The served edition of the collection and the one beside it, if there is one."""
    editions = Editions(settings.home, settings.collection)
    beside = editions.beside()
    return editions.info(editions.served()), None if beside is None else editions.info(beside)


@contextmanager
def _changing(settings: Settings) -> Iterator[Editions]:
    check_exists(settings.home, settings.collection)
    editions = Editions(settings.home, settings.collection)
    with editions.changing():
        yield editions


def _beside(editions: Editions, complete: bool) -> Edition:
    edition = editions.beside()
    if edition is None or edition.is_complete != complete:
        kind = "complete" if complete else "unfinished"
        raise InvalidRequest(
            f"There is no {kind} edition beside the served one. See `radseek status`."
        )
    return edition


def _example(settings: Settings, editions: Editions, served: Edition) -> Binding:
    """What a wish has of what it does not name: the unfinished edition's when it names nothing."""
    named = (settings.encoder, settings.weights, settings.rendering, settings.slices_per_series)
    beside = editions.beside()
    goes_on = (
        beside is not None
        and not beside.is_complete
        and not any(each is not None for each in named)
    )
    return editions.info(beside if goes_on and beside else served).binding


def _wish(settings: Settings, example: Binding) -> Wish:
    slices = settings.slices_per_series
    return Wish(
        _encoder(settings, example.card),
        _profile(settings, example.rendering),
        example.slices_per_series if slices is None else slices,
    )


def _encoder(settings: Settings, example: EncoderCard) -> Encoder:
    """The encoder that the settings name, else the example's with the weights that are here now."""
    if settings.encoder is None and settings.weights is None:
        adapter = adapter_of(settings.home, example)
        if adapter is not None:
            return AdaptedEncoder(_encoder(settings, adapter.base), adapter)
    name = settings.encoder or example.name
    recalled = recall_folder(settings.home, example.weights_sha256)
    folder = settings.weights or (recalled if name == example.name else None)
    encoder = load_encoder(name, folder, settings.device)
    named = folder_of(settings.encoder, settings.weights)
    if named is not None:
        remember_folder(settings.home, encoder.card.weights_sha256, named)
    return encoder


def _profile(settings: Settings, example: str) -> Profile:
    """The rendering that the settings name, else today's version of the example's."""
    name = settings.rendering or example.rpartition("-")[0]
    return PROFILES[name] if name in PROFILES else profile_of(example)


def _edition_for(wish: Binding, editions: Editions, served: Edition) -> Edition:
    """The edition to make, or to go on with."""
    beside = editions.beside()
    if editions.info(served).binding.agrees_with(wish):
        raise InvalidRequest(
            f"The collection has {_told(wish)} already. Name another --encoder, --weights, "
            "--rendering or --slices to make it anew."
        )
    if beside is None:
        return editions.next()
    info = editions.info(beside)
    if not info.binding.agrees_with(wish):
        raise InvalidRequest(_in_the_way(info))
    return beside


def _in_the_way(beside: EditionInfo) -> str:
    told = f"edition {beside.number} with {_told(beside.binding)}"
    if beside.is_complete:
        return (
            f"Beside the served edition lies {told}, which was served before. "
            "Remove it with `radseek reindex --prune`, or serve it with `radseek reindex --back`."
        )
    return (
        f"Beside the served edition lies {told}, which is not finished. "
        "Go on with it by `radseek reindex`, or remove it with `radseek reindex --discard`."
    )


def _told(binding: Binding) -> str:
    card = binding.card
    slices = binding.slices_per_series or "all"
    return (
        f"{card.name} {card.version} ({card.weights_sha256[:12]}), {binding.rendering}, "
        f"{slices} slices of a series"
    )
