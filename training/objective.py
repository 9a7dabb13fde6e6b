"""What a step makes smaller: which rows it asks the towers for, and the loss of them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial

from torch import Tensor

from core.errors import TrainingError
from encoders.fusing import Fuses
from encoders.towers import DualTowers
from training.examples import Batch
from training.gradient import Rows
from training.losses import Pairs, info_nce, likeness, one_direction, sigmoid
from training.matching import Tokens, matching
from training.recipe import Likeness, Loss, Matching, Recipe

LOSSES = {Loss.INFO_NCE: info_nce, Loss.SIGMOID: sigmoid}


class Objective:
    """The contrastive loss, the likeness of images, and the matching of a fusion block."""

    def __init__(
        self,
        recipe: Recipe,
        towers: DualTowers,
        computing: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """`computing` surrounds what is heavy. Raises TrainingError for what the towers lack."""
        self._towers = towers
        self._computing = computing
        self._loss = LOSSES[recipe.loss]
        self._at_once = recipe.batches.at_once or recipe.batches.size
        self._fusion = towers if isinstance(towers, Fuses) else None
        self._matching = recipe.matching or Matching()
        if recipe.matching and self._fusion is None:
            raise TrainingError(
                f"{recipe.encoder} has no fusion block for `matching` to train. Leave it out, or "
                "train resnet_bert."
            )
        if recipe.loss is Loss.SIGMOID and towers.logit_bias is None:
            raise TrainingError(
                f"This {recipe.encoder} has no bias, without which the sigmoid loss starts badly. "
                "Take `infonce`, or a `model` of your own from its beginning."
            )

    def rows(self, pixels: Tensor, ids: Tensor, mask: Tensor) -> Rows:
        """Unit rows of pictures and texts, and with a fusion block the tokens of both."""
        fusion = self._fusion
        with self._computing():
            if fusion is None:
                return self._towers.encode_images(pixels), self._towers.encode_texts(ids, mask)
            seen, read = fusion.see(pixels), fusion.read(ids, mask)
        return fusion.row_of_image(seen), fusion.row_of_text(read), seen, read

    def pieces(self, rows: Rows, mask: Tensor, batch: Batch, alike: Likeness) -> Iterator[Tensor]:
        """Scalars that add up to the loss of a whole batch."""
        images, texts = rows[:2]
        positive, negative, same, different = (
            relation.to(images.device)
            for relation in (batch.positive, batch.negative, batch.same, batch.different)
        )
        towers = self._towers
        pairs = Pairs(texts, images, positive, negative, towers.logit_scale, towers.logit_bias)
        yield from self._loss(pairs, self._at_once)
        if alike.weight:
            drawn = likeness(images, same, different, alike.scale)
            yield from (alike.weight * piece for piece in one_direction(drawn, self._at_once))
        if self._fusion is not None:
            match = partial(self._match, self._fusion)
            judged = matching(match, Tokens(rows[2], rows[3], mask), pairs, self._at_once)
            yield from (self._matching.weight * piece for piece in judged)

    def _match(self, fusion: Fuses, *tokens: Tensor) -> Tensor:
        with self._computing():
            return fusion.match(*tokens)
