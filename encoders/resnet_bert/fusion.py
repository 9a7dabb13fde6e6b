"""The block that reads a picture's tokens and a text's together, and says whether they fit.

Source: Li et al., "Align before Fuse" (ALBEF, NeurIPS 2021), for what it is trained to say; here
the tokens of both sides attend to each other in one sequence (Kim et al., "ViLT", ICML 2021).
"""

import torch
from torch import Tensor, nn

MLP_RATIO = 4
AGREEMENT = 5.0  # what a cosine of 1 counts for before training


class Fusion(nn.Module):
    """Attention over both sequences at once; the first token of the text gives the answer.

    It begins with what the towers say: their cosine, times a factor that is learnt. Without it the
    block spends most of a short run on learning what is known already.
    """

    def __init__(self, width: int, heads: int, layers: int) -> None:
        super().__init__()
        self.kinds = nn.Embedding(2, width)  # a picture's token, a text's
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width,
                heads,
                MLP_RATIO * width,
                dropout=0.0,
                activation="gelu",
                batch_first=True,
                norm_first=True,
            )
            for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 1)
        self.agreement = nn.Parameter(torch.tensor(AGREEMENT))

    def forward(self, seen: Tensor, read: Tensor, is_real: Tensor, cosines: Tensor) -> Tensor:
        """Tokens (B, N, width) and (B, L, width), bool (B, L), cosines (B,) -> logits (B,)."""
        x = torch.cat([read + self.kinds.weight[1], seen + self.kinds.weight[0]], dim=1)
        is_padding = torch.cat([~is_real, is_real.new_zeros(seen.shape[:2])], dim=1)
        for block in self.blocks:
            x = block(x, src_key_padding_mask=is_padding)
        logits: Tensor = self.head(self.norm(x[:, 0]))
        return logits[:, 0] + self.agreement * cosines
