"""Weights to start a small model from.

The published models start at a standard deviation of 0.02 everywhere, which suits layers of a
thousand channels. At 48 channels it leaves every branch almost silent, and the first quarter of
a short run goes by before the towers answer to their input at all.
"""

from torch import nn

from encoders.medimageinsight.model import UniCL, initialise
from encoders.medimageinsight.text import SelfAttention


def start_small(model: UniCL) -> None:
    """Initialise as the architecture does, but keep the variance through every product.

    Source: Glorot and Bengio (AISTATS 2010); He et al. (ICCV 2015) for the convolutions.
    """
    initialise(model)
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
        elif isinstance(module, nn.Conv2d):
            nn.init.kaiming_uniform_(module.weight, a=5**0.5)
        elif isinstance(module, SelfAttention):
            nn.init.xavier_uniform_(module.in_proj_weight)
