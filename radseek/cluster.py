"""The engine of many machines, joined: which cluster, how many stations, what they run."""

import logging
import os
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from core.errors import CardMismatch, InvalidRequest
from core.types import EncoderCard
from encoders.adapted import put_together, taken_apart
from encoders.adapters import Adapter
from encoders.base import Encoder
from encoders.known_weights import recall_folder
from encoders.registry import load_encoder
from imaging.profiles import Profile
from indexer.engine import Engine
from indexer.local_engine import LocalEngine
from radseek.engines import local_engine
from radseek.settings import Settings

ANSWER_SECONDS: Final = 10.0  # that a cluster may take to take a connection
CPUS_OF_A_STATION: Final = 0.4  # what Ray counts, so that stations start beside what else runs


@contextmanager
def ray_engine(
    settings: Settings, encoder: Encoder, profile: Profile, slices: int
) -> Iterator[Engine]:
    """Stations on the cluster that the settings name, until the run ends.

    Each loads the encoder on its machine and refuses another one. Raises InvalidRequest without
    Ray or its cluster, CardMismatch, and what loading an encoder raises.
    """
    with connected(settings.ray_address):
        engines, ray = import_module("indexer.ray_engine"), import_module("ray")
        gpus = int(ray.cluster_resources().get("GPU", 0))
        stations = settings.ray_stations or gpus or len(_machines(ray))
        cores = max(1, int(ray.cluster_resources().get("CPU", 1)) // stations)
        itself, adapters = taken_apart(encoder)
        start = partial(station_engine, _of_station(settings, itself, cores), adapters)
        share = engines.Share(CPUS_OF_A_STATION, gpus=min(1.0, gpus / stations))
        start = partial(start, itself.card, profile, slices, cores)
        with engines.RayEngine(start, stations, share) as engine:
            yield engine


@contextmanager
def station_engine(
    settings: Settings,
    adapters: Sequence[Adapter],
    card: EncoderCard,
    profile: Profile,
    slices: int,
    cores: int,
) -> Iterator[LocalEngine]:
    """The local engine of a station, with adapters behind the encoder of a card.

    Raises CardMismatch, WeightsMissing.
    """
    encoder = load_encoder(card.name, settings.weights, settings.device)
    if not encoder.card.shares_space_with(card):
        raise CardMismatch(
            f"A machine of the cluster has other weights of {card.name!r} "
            f"({encoder.card.weights_sha256[:12]}, not {card.weights_sha256[:12]}). "
            "Put the same files on all of them."
        )
    adapted = put_together(encoder, adapters)
    with local_engine(settings, adapted, profile, slices, cores) as engine:
        yield engine


def _of_station(settings: Settings, encoder: Encoder, cores: int) -> Settings:
    """The settings of a station: its share of the decoders, and where the weights are."""
    weights = settings.weights or recall_folder(settings.home, encoder.card.weights_sha256)
    workers = settings.workers if "workers" in settings.model_fields_set else cores
    return settings.model_copy(update={"weights": weights, "workers": workers})


@contextmanager
def connected(address: str | None) -> Iterator[None]:
    """Connected to a Ray cluster; one of this machine is ended at the end. InvalidRequest."""
    if find_spec("ray") is None:
        raise InvalidRequest("Ray is not installed. Install it with `pip install 'radseek[ray]'`.")
    if address is not None:
        _check_answers(address)
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray reports to its makers else
    os.environ.setdefault("RAY_DEDUP_LOGS_SKIP_REGEX", ".")  # it prints among the results else
    with tempfile.TemporaryDirectory(prefix="radseek-", ignore_cleanup_errors=True) as private:
        ray: Any = import_module("ray")
        place = {"address": address} if address else _on_this_machine(private)
        try:
            ray.init(**place, log_to_driver=False, logging_level=logging.ERROR, namespace="radseek")
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise _unreachable(address or "this machine") from error
        try:
            yield
        finally:
            ray.shutdown()


def _check_answers(address: str) -> None:
    """Raise InvalidRequest unless something listens there; Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise InvalidRequest(f"{address!r} is no address of a Ray cluster. Give it as HOST:PORT.")
    try:
        socket.create_connection((host, int(port)), ANSWER_SECONDS).close()
    except OSError as error:
        raise _unreachable(address) from error


def _unreachable(address: str) -> InvalidRequest:
    return InvalidRequest(
        f"No Ray cluster can be reached at {address}. "
        "Start one with `ray start --head`, or leave the address out."
    )


def _on_this_machine(private: str) -> dict[str, Any]:
    """A cluster of this machine alone, without a dashboard; its logs are nobody else's to read."""
    return {"address": "local", "include_dashboard": False, "_temp_dir": private}


def _machines(ray: Any) -> list[Any]:
    return [node for node in ray.nodes() if node["Alive"]]
