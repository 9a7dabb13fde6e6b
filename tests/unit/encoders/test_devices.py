"""Which devices a name stands for, and what is said of a GPU that stays unused."""

from pathlib import Path

import pytest
import torch

from core.errors import InvalidRequest
from encoders import devices
from encoders.devices import advice, choose_devices
from encoders.registry import load_encoder, replicas_of

MACHINES = {
    "no GPU": (0, {"auto": ["cpu"], "cpu": ["cpu"]}),
    "two GPUs": (
        2,
        {
            "auto": ["cuda:0", "cuda:1"],
            "cuda": ["cuda:0", "cuda:1"],
            "cuda:1": ["cuda:1"],
            "cpu": ["cpu"],
        },
    ),
}


def pretend(
    monkeypatch: pytest.MonkeyPatch, gpus: int, in_machine: bool = False, built: str | None = None
) -> None:
    """A machine with so many GPUs for PyTorch; `in_machine`: a driver is there; `built`: CUDA."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    monkeypatch.setattr(torch.version, "cuda", built)
    monkeypatch.setattr(devices, "NVIDIA_DEVICE", Path("/dev/null" if in_machine else "/none"))
    monkeypatch.setattr(devices, "NVIDIA_TOOL", "no-such-program")


@pytest.mark.parametrize("machine", MACHINES)
def test_a_name_stands_for_the_devices_of_the_machine(
    machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpus, expected = MACHINES[machine]
    pretend(monkeypatch, gpus)

    chosen = {name: [str(device) for device in choose_devices(name)] for name in expected}

    assert chosen == expected


@pytest.mark.parametrize("name", ["tpu", "cuda", "cuda:0", ""])
def test_a_device_that_is_not_there_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, gpus=0)

    with pytest.raises(InvalidRequest, match="this machine offers cpu\\. Choose"):
        choose_devices(name)


def test_the_refusal_names_every_device_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, gpus=2)

    with pytest.raises(InvalidRequest, match=r"'cuda:2'.* cpu and cuda:0 and cuda:1"):
        choose_devices("cuda:2")


@pytest.mark.parametrize("name", ["auto", "cuda", "cuda:0"])
def test_a_gpu_in_use_needs_no_advice(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, gpus=1, in_machine=True, built="13.0")

    assert advice(name) is None


def test_a_gpu_that_was_not_asked_for_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, gpus=1, in_machine=True, built="13.0")

    assert "`--device auto`" in (advice("cpu") or "")


def test_a_gpu_that_pytorch_was_not_built_for_is_pointed_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pretend(monkeypatch, gpus=0, in_machine=True)

    assert "built without CUDA" in (advice("auto") or "")


def test_a_gpu_whose_driver_fails_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, gpus=0, in_machine=True, built="13.0")

    assert "CUDA 13.0" in (advice("auto") or "")


def test_auto_says_that_it_found_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, gpus=0)

    assert advice("auto") == "No GPU was found: the encoder runs on the CPU."


def test_the_cpu_as_asked_on_a_machine_without_gpu_needs_no_advice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pretend(monkeypatch, gpus=0)

    assert advice("cpu") is None


def test_there_is_a_replica_of_one_card_on_each_device(
    e2e_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = [torch.device("cpu"), torch.device("cpu")]
    monkeypatch.setattr(
        devices, "choose_devices", lambda name: every if name == "auto" else every[:1]
    )

    first = load_encoder("medimageinsight", e2e_folder)
    replicas = replicas_of(first, e2e_folder, "auto")

    assert len(replicas) == 2
    assert replicas[0] is first
    assert replicas[0] is not replicas[1]
    assert replicas[0].card == replicas[1].card
