"""Deterministic stand-in weights: the same bytes on every platform, from names and shapes alone.

Every tensor has its own stream, PCG64 seeded with (SEED, crc32 of its name). The top 24 bits of
each 32-bit half of a raw word become an exact float32 in [-1, 1), so only integer arithmetic and
a float32 multiplication and addition are involved. The scales are chosen so that activations
stay near 1 and typical mistakes show in the outputs.
"""

import hashlib
import json
import math
import re
import struct
import zlib
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from encoders.medimageinsight.config import UniCLConfig
from encoders.medimageinsight.model import UniCL

SEED = 20240927
LOGIT_SCALE = 3.0
WEIGHTS_SHA256 = {
    "tiny": "28cc0f3d7fcc87d3b859b551718d6ff75aad4afe764a920a6224213b68670008",
    "e2e": "0bf7e4fa6558edacd2b1f40aabcabffa517cd483c892b9d7f6fe46e4cedf1758",
    "full": "05909dfe741ee8e065b20f20aeef2c2afcdff299c2da42c75552f41a7bd5aa8d",
}
NORM_GAIN = re.compile(r"(norms?|ln_1|ln_2|ln_final)\.weight$")
Shape = tuple[int, ...]


def shapes_of(config: UniCLConfig) -> dict[str, Shape]:
    """Name and shape of every tensor, sorted by name."""
    with torch.device("meta"):
        tensors = UniCL(config).state_dict()
    return {name: tuple(tensors[name].shape) for name in sorted(tensors)}


def make_tensor(name: str, shape: Shape) -> NDArray[np.float32]:
    if name == "logit_scale":
        return np.array(LOGIT_SCALE, np.float32)
    values = _uniform(name, shape)
    if NORM_GAIN.search(name):
        values *= np.float32(0.5)
        values += np.float32(1)
        return values
    values *= np.float32(_scale(name, shape))
    return values


def write_weights(config: UniCLConfig, path: Path) -> str:
    """Write a safetensors file tensor by tensor; returns the sha256 over names and values."""
    shapes = shapes_of(config)
    total = hashlib.sha256()
    with path.open("wb") as file:
        file.write(_header(shapes))
        for name, shape in shapes.items():
            content = make_tensor(name, shape).tobytes()
            total.update(name.encode() + content)
            file.write(content)
    return total.hexdigest()


def _uniform(name: str, shape: Shape) -> NDArray[np.float32]:
    count = math.prod(shape)
    stream = np.random.PCG64(np.random.SeedSequence([SEED, zlib.crc32(name.encode())]))
    words = stream.random_raw((count + 1) // 2).astype("<u8", copy=False).view("<u4")[:count]
    values = (words >> np.uint32(8)).astype(np.float32)
    values *= np.float32(2**-23)
    values -= np.float32(1)
    return values.reshape(shape)


def _scale(name: str, shape: Shape) -> float:
    if name.endswith("bias"):
        return 0.25
    if name.endswith(("token_embedding.weight", "positional_embedding")):
        return 0.035
    if name in ("lang_projection", "image_projection"):
        return math.sqrt(3 / shape[0])
    return _gain(name) * math.sqrt(3 / math.prod(shape[1:]))


def _gain(name: str) -> float:
    if name.endswith(".dw.weight"):
        return 0.3
    return 0.03 if name.endswith("convs.0.proj.weight") else 1.0


def _header(shapes: dict[str, Shape]) -> bytes:
    entries, start = {}, 0
    for name, shape in shapes.items():
        end = start + 4 * math.prod(shape)
        entries[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [start, end]}
        start = end
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text
