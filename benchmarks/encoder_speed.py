"""How near the image tower comes to what the machine can do. Prints Markdown tables.

The encoder against the plain implementation of `benchmarks.plain_davit` (float32), in turns, from
prepared uint8 pictures to rows: by CPU time on a CPU, with one thread unless `--threads` says
otherwise, by the wall clock on a GPU. The peak is the fastest matrix product measured in the same
run: float32 on a CPU, bfloat16 on a GPU. With `--config FILE` the model has random weights of that
shape, such as MedImageInsight's in tests/golden/medimageinsight/full/config.yaml.

python -m benchmarks.encoder_speed [--encoder mini] [--weights DIR | --config FILE] [--device cpu]
    [--batch N] [--rounds 5] [--threads 1] [--compile MODE]
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.plain_davit import PlainDaViT, plain_rows
from benchmarks.rounds import Clock, Rounds, Work, alternate
from core.types import Pixels
from encoders.devices import choose_devices
from encoders.inference import Inference
from encoders.medimageinsight.checkpoint import load_model
from encoders.medimageinsight.config import UniCLConfig, read_config
from encoders.medimageinsight.davit import DaViT
from encoders.medimageinsight.encoder import widest_map
from encoders.medimageinsight.folder import open_folder
from encoders.medimageinsight.model import UniCL, initialise
from encoders.normalise import normalise
from encoders.packed import PackedLinear, can_pack, pack
from encoders.squash import Squash
from encoders.tower_encoder import pictures_at_once
from encoders.towers import LOWERED, ImageModel
from encoders.weights import weights_folder

PLAIN, OURS, COMPILED = "plain", "radseek", "radseek, torch.compile"
SIDE = {"cpu": 2048, "cuda": 8192}  # rows and columns of the products that measure the peak


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured: a model, made anew for each way to run it, and the pictures it takes."""

    config: UniCLConfig
    make: Callable[[], UniCL]
    device: torch.device
    pictures: list[Pixels]

    @property
    def clock(self) -> Clock:
        """Seconds of CPU time, or of a GPU that is done with everything so far."""
        return process_time if self.device.type == "cpu" else self._gpu_clock

    def _gpu_clock(self) -> float:
        torch.cuda.synchronize(self.device)
        return perf_counter()

    def normalise(self, pixels: Tensor) -> Tensor:
        """0..255 (B, H, W, 3) to what the model takes, (B, 3, H, W)."""
        return normalise(pixels, self.config.image)

    def pixels(self) -> Tensor:
        """The pictures as the model takes them, (B, 3, H, W)."""
        stacked = torch.from_numpy(np.stack(self.pictures)).to(self.device)
        return self.normalise(stacked)


def main() -> None:
    """Make the model, measure, and print."""
    options = _options()
    torch.set_num_threads(options.threads)
    subject = _subject(options)
    with torch.inference_mode():
        ways = dict(_ways(subject, options.compile))
        difference = _largest_difference(ways)
        measured = alternate(ways, options.rounds, subject.clock)
        _print_ways(subject, measured, peak(subject))
        print(f"\nLargest difference of a row's value to the plain one's: {difference:.1e}\n")
        _print_stages(subject, options.rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", default="mini")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--compile", metavar="MODE")
    return parser.parse_args()


def _subject(options: argparse.Namespace) -> Subject:
    device = choose_devices(options.device)[0]
    if options.config:
        config = read_config(options.config)
        make = lambda: _random_model(config)  # noqa: E731
    else:
        files = open_folder(options.weights or weights_folder(options.encoder), "")
        config = read_config(files.config)
        make = lambda: load_model(config, files.checkpoint)  # noqa: E731
    count = options.batch or pictures_at_once(widest_map(config.image), device)
    shape = (count, *config.image.image_size, 3)
    pictures = list(np.random.default_rng(0).integers(0, 256, shape, np.uint8))
    return Subject(config, make, device, pictures)


def _random_model(config: UniCLConfig) -> UniCL:
    torch.manual_seed(0)
    model = UniCL(config)
    initialise(model)
    return model.eval().requires_grad_(False)


def _ways(subject: Subject, compile_mode: str | None) -> Iterator[tuple[str, Callable[[], Tensor]]]:
    plain = subject.make().to(subject.device)
    tower = PlainDaViT(subject.config.image, plain.image_encoder.state_dict())
    image = subject.config.image
    resize, widest = Squash(image.image_size), widest_map(image)
    model = ImageModel(subject.make(), resize, subject.normalise, widest)
    ours = Inference(model, subject.device)
    yield PLAIN, lambda: plain_rows(tower, plain.image_projection, subject.pixels().contiguous())
    yield OURS, lambda: ours.embed_pictures(subject.pictures)
    if compile_mode:
        yield COMPILED, _compiled(subject, compile_mode)


def _compiled(subject: Subject, mode: str) -> Callable[[], Tensor]:
    model = subject.make().to(subject.device)
    dtype = torch.float32
    if subject.device.type == "cuda":
        model.lower()
        dtype = LOWERED
    encode = torch.compile(model.encode_images, mode=mode)
    return lambda: encode(subject.pixels().to(dtype))


def _largest_difference(ways: Mapping[str, Callable[[], Tensor]]) -> float:
    return float((ways[OURS]() - ways[PLAIN]()).abs().max())


def flops(config: UniCLConfig) -> int:
    """Floating-point operations of the image tower for one picture, without padded tokens."""
    with torch.device("meta"):
        tower = UniCL(config).image_encoder
        pixels = torch.empty(1, 3, *config.image.image_size)
    with FlopCounterMode(display=False) as counter:
        tower(pixels)
    return int(counter.get_total_flops())


def peak(subject: Subject) -> float:
    """Floating-point operations a second of the fastest large matrix product there is."""
    side, kind = SIDE[subject.device.type], subject.device.type
    x = torch.randn(side, side, device=subject.device)
    linear = nn.Linear(side, side, bias=False, device=subject.device)
    products: dict[str, Work] = {"torch": lambda: functional.linear(x, linear.weight)}
    if kind == "cuda":
        low, weight = x.to(LOWERED), linear.weight.to(LOWERED)
        products = {"torch": lambda: functional.linear(low, weight)}
    elif can_pack():
        packed = PackedLinear(linear, gelu=False)
        products["packed"] = lambda: packed(x)
    measured = alternate(products, 9, subject.clock)
    return 2 * side**3 * measured.rate(measured.fastest(list(products)))


def _print_ways(subject: Subject, measured: Rounds, peak_flops: float) -> None:
    count, each = len(subject.pictures), flops(subject.config)
    second = "a second" if subject.device.type == "cuda" else "a CPU second"
    print(f"{count} pictures at once, {each / 1e9:.2f} GFLOP each; the peak is ", end="")
    print(f"{peak_flops / 1e9:.0f} GFLOP {second}\n")
    print(f"| way | pictures {second} | against plain | share of the peak |\n|---|---|---|---|")
    for name in measured.seconds:
        rate = count * measured.rate(name)
        share = rate * each / peak_flops
        print(f"| {name} | {rate:.3g} | {measured.ratio(name, PLAIN):.2f} | {share:.0%} |")


def _print_stages(subject: Subject, rounds: int) -> None:
    measured = alternate(_stages(_ready(subject), subject.pixels()), rounds, subject.clock)
    seconds = {name: 1 / measured.rate(name) for name in measured.seconds}
    print("| stage | ms a picture | share |\n|---|---|---|")
    for name, own in seconds.items():
        each = 1e3 * own / len(subject.pictures)
        print(f"| {name} | {each:.2f} | {own / sum(seconds.values()):.0%} |")


def _stages(tower: DaViT, pixels: Tensor) -> dict[str, Work]:
    """Each stage on the map that the one before it gives."""
    ways: dict[str, Work] = {}
    x = pixels.to(next(tower.convs.parameters()).dtype).permute(0, 2, 3, 1)
    for stage, (conv, blocks) in enumerate(zip(tower.convs, tower.blocks, strict=True), start=1):
        ways[f"{stage}"] = partial(nn.Sequential(conv, blocks), x)
        x = blocks(conv(x))
    return ways


def _ready(subject: Subject) -> DaViT:
    """The image tower in the form that the encoder runs on the device."""
    model = subject.make()
    tower = model.image_encoder
    if subject.device.type == "cuda":
        model.lower()
    elif can_pack():
        pack(tower)
    return tower.to(subject.device)


if __name__ == "__main__":
    main()
