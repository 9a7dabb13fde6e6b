"""Linear layers in the layout that oneDNN multiplies by fastest on a CPU: the same numbers, sooner.

PyTorch gives float32 products to MKL, which on CPUs that are not Intel's reaches half of what they
can do, and puts the weights in order anew at each call. oneDNN takes weights that were put in order
once, and applies the GELU while the product is still in the cache.
"""

import platform
from itertools import pairwise

import torch
from torch import Tensor, nn

ROWS = 4096  # of a product that the layout is chosen for; the numbers do not depend on it


class PackedLinear(nn.Module):
    """A Linear for inference on a CPU, with the GELU (erf) behind it where `gelu` says so."""

    def __init__(self, linear: nn.Linear, gelu: bool) -> None:
        super().__init__()
        self.weight = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach(), ROWS)
        self.bias = linear.bias
        self.activation = "gelu" if gelu else "none"

    def forward(self, x: Tensor) -> Tensor:
        """(..., in) -> (..., out)."""
        product: Tensor = torch.ops.mkldnn._linear_pointwise(
            x, self.weight, self.bias, self.activation, [], "none"
        )
        return product


def can_pack() -> bool:
    """Whether PyTorch was built with oneDNN for this kind of CPU, and offers what we call of it."""
    is_x86 = platform.machine().lower() in ("x86_64", "amd64")
    return (
        is_x86
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and hasattr(torch.ops.mkldnn, "_linear_pointwise")
    )


def pack(model: nn.Module) -> None:
    """Replace every Linear inside by its packed form; a GELU that follows one joins it.

    PyTorch's own attention reads the weights of its layers itself, so they stay as they are.
    """
    for parent in list(model.modules()):
        if isinstance(parent, nn.MultiheadAttention):
            continue
        for (name, layer), (after, follower) in pairwise([*parent.named_children(), ("", None)]):
            if isinstance(layer, nn.Linear):
                gelu = isinstance(parent, nn.Sequential) and isinstance(follower, nn.GELU)
                setattr(parent, name, PackedLinear(layer, gelu))
                if gelu:
                    setattr(parent, after, nn.Identity())
