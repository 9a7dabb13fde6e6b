"""The image tower: DaViT, which alternates attention within windows and across channels.

Source: Ding et al., "DaViT: Dual Attention Vision Transformers" (ECCV 2022), in the variant of
Florence and MedImageInsight with depthwise convolutions before attention and before the MLP.
Maps stay (B, H, W, C) throughout; parameter names are those of the published checkpoint.
"""

from collections import OrderedDict
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from encoders.medimageinsight.config import ImageConfig

MLP_RATIO = 4


class DropPath(nn.Module):
    """Stochastic depth (Huang et al., 2016): in training, drop a branch for a whole sample."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, branch: Tensor) -> Tensor:
        """Zero each sample with probability `rate` and scale the rest up. (B, ...) -> (B, ...)."""
        if not self.training or self.rate == 0:
            return branch
        keep = 1 - self.rate
        kept = branch.new_empty(branch.shape[0], *[1] * (branch.dim() - 1)).bernoulli_(keep)
        return branch * (kept / keep)


class Residual(nn.Module):
    """x + drop_path(fn(norm(x)))."""

    def __init__(self, dim: int, fn: nn.Module, drop_path: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.fn = fn
        self.drop_path = DropPath(drop_path)

    def forward(self, x: Tensor) -> Tensor:
        """(B, H, W, C) -> (B, H, W, C)."""
        branch: Tensor = self.drop_path(self.fn(self.norm(x)))
        return x + branch


class DepthwiseResidual(nn.Module):
    """x + depthwise 3x3 convolution of x: what gives the tokens their position."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.fn = nn.Sequential(
            OrderedDict(dw=nn.Conv2d(dim, dim, kernel_size=3, padding=1, groups=dim))
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, H, W, C) -> (B, H, W, C)."""
        convolved: Tensor = self.fn(x.permute(0, 3, 1, 2))  # a channels-last view, nothing moves
        return x + convolved.permute(0, 2, 3, 1)


class WindowAttention(nn.Module):
    """Self-attention among the tokens of each window x window square."""

    def __init__(self, dim: int, heads: int, window: int) -> None:
        super().__init__()
        self.heads = heads
        self.window = window
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        """(B, H, W, C) -> (B, H, W, C)."""
        _, H, W, C = x.shape
        qkv = self._windows_of_qkv(x)
        heads = qkv.view(-1, self.window**2, 3, self.heads, C // self.heads)
        q, k, v = heads.permute(2, 0, 3, 1, 4).unbind(0)  # each (B * windows, heads, tokens, d)
        attended = functional.scaled_dot_product_attention(q, k, v)
        merged = self._join(attended.transpose(1, 2).reshape(len(qkv), -1, C), x.shape)
        projected: Tensor = self.proj(merged[:, :H, :W].contiguous())
        return projected

    def _windows_of_qkv(self, x: Tensor) -> Tensor:
        """q, k and v in whole windows. (B, H, W, C) -> (B * windows, tokens, 3C).

        The published model pads its input with zeros and masks nothing, so a padded token takes
        part with the bias as its q, k and v. Padding after the product saves its GEMM; without
        padding, it is the narrower input that is cut into windows.
        """
        bottom, right = -x.shape[1] % self.window, -x.shape[2] % self.window
        if not bottom and not right:
            qkv: Tensor = self.qkv(self._cut(x))
            return qkv
        products = self.qkv(x)
        B, H, W, C3 = products.shape
        bias = self.qkv.bias.to(products.dtype)
        padded = bias.expand(B, H + bottom, W + right, C3).clone()
        padded[:, :H, :W] = products
        return self._cut(padded)

    def _cut(self, x: Tensor) -> Tensor:
        """(B, H, W, C) -> (B * windows, tokens, C)."""
        B, H, W, C = x.shape
        w = self.window
        tiles = x.view(B, H // w, w, W // w, w, C)
        return tiles.permute(0, 1, 3, 2, 4, 5).reshape(-1, w * w, C)

    def _join(self, windows: Tensor, shape: torch.Size) -> Tensor:
        """(B * windows, tokens, C) -> the map that whole windows cover, (B, H', W', C)."""
        B, H, W, C = shape
        w = self.window
        down, across = -(-H // w), -(-W // w)
        tiles = windows.view(B, down, across, w, w, C).permute(0, 1, 3, 2, 4, 5)
        return tiles.reshape(B, down * w, across * w, C)


class ChannelAttention(nn.Module):
    """Self-attention among the channels of each group; every token takes part in every score."""

    def __init__(self, dim: int, groups: int) -> None:
        super().__init__()
        self.groups = groups
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        """(B, H, W, C) -> (B, H, W, C)."""
        B, H, W, C = x.shape
        N = H * W
        qkv = self.qkv(x).view(B, N, 3, self.groups, C // self.groups)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # each (B, groups, N, d)
        scores = (q.transpose(-2, -1) @ k) * N**-0.5  # (B, groups, d, d): N, not d, as published
        attended = v @ scores.softmax(dim=-1).transpose(-2, -1).to(v.dtype)
        merged = attended.transpose(1, 2).reshape(B, H, W, C)
        projected: Tensor = self.proj(merged)
        return projected


def _mlp(dim: int) -> nn.Sequential:
    layers = OrderedDict[str, nn.Module](
        fc1=nn.Linear(dim, MLP_RATIO * dim),
        act=nn.GELU(),
        fc2=nn.Linear(MLP_RATIO * dim, dim),
    )
    return nn.Sequential(OrderedDict(net=nn.Sequential(layers)))


def _spatial_block(dim: int, heads: int, window: int, drop_path: float) -> nn.Sequential:
    """Position, attention within windows, position, MLP. (B, H, W, C) -> (B, H, W, C)."""
    layers = OrderedDict[str, nn.Module](
        conv1=DepthwiseResidual(dim),
        window_attn=Residual(dim, WindowAttention(dim, heads, window), drop_path),
        conv2=DepthwiseResidual(dim),
        ffn=Residual(dim, _mlp(dim), drop_path),
    )
    return nn.Sequential(layers)


def _channel_block(dim: int, groups: int, drop_path: float) -> nn.Sequential:
    """Position, attention across channels, position, MLP. (B, H, W, C) -> (B, H, W, C)."""
    layers = OrderedDict[str, nn.Module](
        conv1=DepthwiseResidual(dim),
        channel_attn=Residual(dim, ChannelAttention(dim, groups), drop_path),
        conv2=DepthwiseResidual(dim),
        ffn=Residual(dim, _mlp(dim), drop_path),
    )
    return nn.Sequential(layers)


class ConvEmbed(nn.Module):
    """The strided convolution that opens a stage: coarser map, more channels."""

    def __init__(self, config: ImageConfig, stage: int) -> None:
        super().__init__()
        dim_in = config.dims[stage - 1] if stage else 3
        dim_out = config.dims[stage]
        self.prenorm = config.patch_prenorm[stage]
        self.proj = nn.Conv2d(
            dim_in,
            dim_out,
            kernel_size=config.patch_size[stage],
            stride=config.patch_stride[stage],
            padding=config.patch_padding[stage],
        )
        self.norm = nn.LayerNorm(dim_in if self.prenorm else dim_out)

    def forward(self, x: Tensor) -> Tensor:
        """(B, H, W, C_in) -> (B, H', W', C_out)."""
        if self.prenorm:
            x = self.norm(x)
        x = self.proj(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return x if self.prenorm else self.norm(x)


class DaViT(nn.Module):
    """Four stages of spatial and channel blocks, then the mean token, normalised."""

    def __init__(self, config: ImageConfig) -> None:
        super().__init__()
        stages = range(len(config.dims))
        rates = _drop_path_rates(config)
        self.convs = nn.ModuleList(ConvEmbed(config, stage) for stage in stages)
        self.blocks = nn.ModuleList(_stage(config, stage, rates[stage]) for stage in stages)
        self.norms = nn.LayerNorm(config.dims[-1])

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (B, 3, H, W), any H and W, -> features (B, C of the last stage)."""
        tokens = self._tokens(pixels)
        features: Tensor = self.norms(tokens.mean(dim=(1, 2), dtype=self.norms.weight.dtype))
        return features

    def parts(self, pixels: Tensor) -> Tensor:
        """What each token adds to the features, their mean: (B, 3, H, W) -> (B, H', W', C).

        LayerNorm takes its variance from the mean token. With that one held it is affine in each
        token: (x - mean(x)) / deviation * weight + bias.
        """
        tokens = self._tokens(pixels).to(self.norms.weight.dtype)
        variance = tokens.mean(dim=(1, 2)).var(dim=-1, correction=0)[:, None, None, None]
        centred = tokens - tokens.mean(dim=-1, keepdim=True)
        scaled: Tensor = centred / (variance + self.norms.eps).sqrt()
        return scaled * self.norms.weight + self.norms.bias

    def _tokens(self, pixels: Tensor) -> Tensor:
        """The last map. (B, 3, H, W) -> (B, H', W', C)."""
        x = pixels.permute(0, 2, 3, 1)
        for conv, blocks in zip(self.convs, self.blocks, strict=True):
            x = blocks(conv(x))
        return x


def _stage(config: ImageConfig, stage: int, rates: list[tuple[float, float]]) -> nn.Sequential:
    dim, heads, groups = config.dims[stage], config.heads[stage], config.groups[stage]
    pairs = [
        OrderedDict[str, nn.Module](
            spatial_block=_spatial_block(dim, heads, config.window, spatial),
            channel_block=_channel_block(dim, groups, channel),
        )
        for spatial, channel in rates
    ]
    return nn.Sequential(*map(nn.Sequential, pairs))


def _drop_path_rates(config: ImageConfig) -> list[list[tuple[float, float]]]:
    """(spatial, channel) rate of each pair of blocks, by stage: 0 to `drop_path` in equal steps."""
    total = 2 * sum(config.depths)
    rates = [config.drop_path * block / max(total - 1, 1) for block in range(total)]
    pairs = list(zip(rates[::2], rates[1::2], strict=True))
    ends = [sum(config.depths[:stage]) for stage in range(len(config.depths) + 1)]
    return [pairs[start:end] for start, end in pairwise(ends)]
