"""The image tower the plain way, operation by operation as the published model computes it.

What the encoder's speed is compared with: tokens as (B, N, C), convolutions on channels-first
copies of them, attention as written in the paper, padded windows through every product. Source:
Ding et al., "DaViT: Dual Attention Vision Transformers" (ECCV 2022), and the published
configuration.
"""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

from encoders.medimageinsight.config import ImageConfig

Size = tuple[int, int]  # (H, W) of a map


class PlainDaViT:
    """The image tower on the tensors of a checkpoint, named as there."""

    def __init__(self, config: ImageConfig, weights: Mapping[str, Tensor]) -> None:
        self._config = config
        self._weights = weights

    def __call__(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (B, 3, H, W) -> features (B, C of the last stage)."""
        x, size = pixels, (pixels.shape[2], pixels.shape[3])
        for stage, depth in enumerate(self._config.depths):
            x, size = self._embed(x, size, stage)
            for pair in range(depth):
                x = self._spatial(x, size, stage, f"blocks.{stage}.{pair}.spatial_block")
                x = self._channel(x, size, stage, f"blocks.{stage}.{pair}.channel_block")
        return self._norm(x.mean(dim=1), "norms")

    def _embed(self, x: Tensor, size: Size, stage: int) -> tuple[Tensor, Size]:
        """Pixels or the tokens of the stage before -> tokens (B, N, C) of a coarser map."""
        prenorm = self._config.patch_prenorm[stage]
        if stage:
            tokens = self._norm(x, f"convs.{stage}.norm") if prenorm else x
            x = _map_of(tokens, size)
        x = functional.conv2d(
            x,
            self._weights[f"convs.{stage}.proj.weight"],
            self._weights[f"convs.{stage}.proj.bias"],
            self._config.patch_stride[stage],
            self._config.patch_padding[stage],
        )
        tokens = _tokens_of(x)
        out = tokens if prenorm else self._norm(tokens, f"convs.{stage}.norm")
        return out, (x.shape[2], x.shape[3])

    def _spatial(self, x: Tensor, size: Size, stage: int, name: str) -> Tensor:
        x = self._depthwise(x, size, f"{name}.conv1.fn.dw")
        normed = self._norm(x, f"{name}.window_attn.norm")
        x = x + self._windows(normed, size, self._config.heads[stage], f"{name}.window_attn.fn")
        x = self._depthwise(x, size, f"{name}.conv2.fn.dw")
        return x + self._mlp(x, f"{name}.ffn")

    def _channel(self, x: Tensor, size: Size, stage: int, name: str) -> Tensor:
        x = self._depthwise(x, size, f"{name}.conv1.fn.dw")
        normed = self._norm(x, f"{name}.channel_attn.norm")
        x = x + self._channels(normed, self._config.groups[stage], f"{name}.channel_attn.fn")
        x = self._depthwise(x, size, f"{name}.conv2.fn.dw")
        return x + self._mlp(x, f"{name}.ffn")

    def _depthwise(self, x: Tensor, size: Size, name: str) -> Tensor:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        convolved = functional.conv2d(
            _map_of(x, size), weight, bias, padding=1, groups=weight.shape[0]
        )
        return x + _tokens_of(convolved)

    def _windows(self, x: Tensor, size: Size, heads: int, name: str) -> Tensor:
        """Attention within windows: zeros around the map, which take part."""
        w, (B, _, C), (H, W) = self._config.window, x.shape, size
        bottom, right = -H % w, -W % w
        padded = functional.pad(x.view(B, H, W, C), (0, 0, 0, right, 0, bottom))
        down, across = (H + bottom) // w, (W + right) // w
        tiles = padded.view(B, down, w, across, w, C).permute(0, 1, 3, 2, 4, 5)
        windows = tiles.reshape(-1, w * w, C)
        q, k, v = self._qkv(windows, heads, name)
        scores = (q * (C // heads) ** -0.5) @ k.transpose(-2, -1)
        attended = (scores.softmax(dim=-1) @ v).transpose(1, 2).reshape(-1, w * w, C)
        projected = self._linear(attended, f"{name}.proj").view(B, down, across, w, w, C)
        merged = projected.permute(0, 1, 3, 2, 4, 5).reshape(B, H + bottom, W + right, C)
        return merged[:, :H, :W].reshape(B, H * W, C)

    def _channels(self, x: Tensor, groups: int, name: str) -> Tensor:
        """Attention among the channels of each group."""
        B, N, C = x.shape
        q, k, v = self._qkv(x, groups, name)
        scores = (q * N**-0.5).transpose(-2, -1) @ k
        attended = (scores.softmax(dim=-1) @ v.transpose(-2, -1)).transpose(-2, -1)
        return self._linear(attended.transpose(1, 2).reshape(B, N, C), f"{name}.proj")

    def _qkv(self, x: Tensor, heads: int, name: str) -> tuple[Tensor, Tensor, Tensor]:
        B, N, C = x.shape
        qkv = self._linear(x, f"{name}.qkv").view(B, N, 3, heads, C // heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        return q, k, v

    def _mlp(self, x: Tensor, name: str) -> Tensor:
        hidden = self._linear(self._norm(x, f"{name}.norm"), f"{name}.fn.net.fc1")
        return self._linear(functional.gelu(hidden), f"{name}.fn.net.fc2")

    def _linear(self, x: Tensor, name: str) -> Tensor:
        return functional.linear(x, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _norm(self, x: Tensor, name: str) -> Tensor:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return functional.layer_norm(x, weight.shape, weight, bias)


def plain_rows(tower: PlainDaViT, projection: Tensor, pixels: Tensor) -> Tensor:
    """Normalised pixels (B, 3, H, W) -> unit rows (B, projection)."""
    rows = tower(pixels) @ projection
    lengths: Tensor = torch.linalg.vector_norm(rows, dim=-1, keepdim=True)
    return rows / lengths


def _map_of(tokens: Tensor, size: Size) -> Tensor:
    """(B, N, C) -> (B, C, H, W), moved in memory."""
    B, _, C = tokens.shape
    return tokens.transpose(1, 2).reshape(B, C, *size)


def _tokens_of(features: Tensor) -> Tensor:
    """(B, C, H, W) -> (B, N, C), moved in memory."""
    return features.flatten(2).transpose(1, 2).contiguous()
