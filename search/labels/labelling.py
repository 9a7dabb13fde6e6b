"""From the stored embeddings to the probabilities of labels, block by block."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, EncoderCard
from encoders.base import Encoder
from encoders.zero_shot import probabilities
from search.language.understanding import understand
from search.unread import unread_notes
from storage.label_sets import BLOCK, KeptSet, Label, LabelSet
from storage.snapshot import Snapshot
from storage.writer import CollectionWriter

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Labelled:
    """How far a set has come."""

    name: str
    new: int  # pictures that were labelled now
    labelled: int  # pictures that are labelled
    pictures: int  # of the collection


def spelt_out(asked: LabelSet, card: EncoderCard) -> LabelSet:
    """The set with texts for every label: one without any is understood as a query is."""
    return replace(asked, labels=tuple(_spelt_out(label, card) for label in asked.labels))


def label_pictures(
    writer: CollectionWriter,
    snapshot: Snapshot,
    kept: KeptSet,
    encoder: Encoder,
    show: Callable[[Labelled], None],
    stopped: Callable[[], bool],
) -> Labelled:
    """Label the pictures of a snapshot that the set lacks; each block is durable when it is shown.

    Nothing else may write meanwhile, which the writer's lock sees to.
    """
    name, total = kept.asked.name, len(snapshot.ids)
    texts = label_rows(kept.asked, encoder)
    scale, bias = encoder.logit_scale, encoder.logit_bias
    missing = snapshot.ids[np.isnan(snapshot.label_table(name)[:, 0])]
    before = total - len(missing)
    done = Labelled(name, 0, before, total)
    for start in range(0, len(missing), BLOCK):
        if stopped():
            break
        ids = missing[start : start + BLOCK]
        pictures = snapshot.embeddings(ids)
        writer.put_labels(kept, ids, judge(pictures, texts, kept.asked, scale, bias))
        done = replace(done, new=start + len(ids), labelled=before + start + len(ids))
        show(done)
    return done


def label_rows(asked: LabelSet, encoder: Encoder) -> Embeddings:
    """One row for each label, of unit length: the mean of its texts, (labels, dim).

    The log tells of texts that the encoder does not read to their ends.
    """
    for label in asked.labels:
        for note in unread_notes(label.texts, encoder):
            log.warning("label=%s %s", label.name, note)
    rows = [encoder.embed_texts(label.texts).mean(axis=0) for label in asked.labels]
    means = np.stack(rows)
    unit: Embeddings = means / np.linalg.norm(means, axis=1, keepdims=True)
    return unit


def judge(
    pictures: Embeddings,
    texts: Embeddings,
    asked: LabelSet,
    logit_scale: float,
    logit_bias: float = 0.0,
) -> NDArray[np.float32]:
    """Probabilities (n, labels): softmax within each group, or sigmoid with `multilabel`."""
    if asked.multilabel:
        return probabilities(pictures, texts, logit_scale, multilabel=True, logit_bias=logit_bias)
    judged = np.empty((len(pictures), len(texts)), np.float32)
    for group in asked.groups():
        own = [place for place, label in enumerate(asked.labels) if label.group == group]
        judged[:, own] = probabilities(pictures, texts[own], logit_scale, multilabel=False)
    return judged


def _spelt_out(label: Label, card: EncoderCard) -> Label:
    if label.texts:
        return label
    terms = understand(label.name, card).terms
    plain = {term.weight > 0 for term in terms} == {True}
    return replace(label, texts=tuple(term.text for term in terms) if plain else (label.name,))
