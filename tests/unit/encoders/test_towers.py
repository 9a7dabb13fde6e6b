"""The towers that training takes: they come from the registry and go back to a folder."""

from pathlib import Path

import numpy as np
import pytest
import torch

from core.errors import InvalidRequest
from encoders.registry import ENCODERS, EncoderRow, load_encoder, load_towers

TEXTS = ["CT of the head", "knee"]


def test_trained_towers_are_written_for_the_same_encoder(e2e_folder: Path, tmp_path: Path) -> None:
    model = load_towers("mini", e2e_folder)
    with torch.no_grad():
        model.tower.logit_scale.fill_(np.log(50))

    model.write(tmp_path / "new", model.tower.state_dict())

    written = load_encoder("mini", tmp_path / "new", "cpu")
    assert written.logit_scale == pytest.approx(50, rel=1e-3)  # kept in float16
    ids, mask = model.tokens.pad(model.tokens.encode(TEXTS))
    expected = model.tower.encode_texts(ids, mask).numpy()
    np.testing.assert_allclose(written.embed_texts(TEXTS), expected, atol=2e-3)


def test_an_encoder_without_towers_cannot_be_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENCODERS, "colour", EncoderRow("fakes:load_colour_encoder", "", ""))

    with pytest.raises(InvalidRequest, match="colour cannot be trained"):
        load_towers("colour")
