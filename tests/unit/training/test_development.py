"""The split that figures are measured on."""

from pathlib import Path

import numpy as np
from PIL import Image

from training.development import development_set
from training.manifest import read_set
from training.recipe import Phase, Recipe


def test_the_development_set_has_its_own_patients_at_the_encoder_size(tmp_path: Path) -> None:
    lines = ["path,source,modality,body_part,group_id"]
    for n in range(10):
        Image.new("L", (20, 12), 10 * n).save(tmp_path / f"{n}.png")
        lines.append(f"{n}.png,s,CT,head,patient{n}")
    (tmp_path / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    recipe = Recipe(phases=(Phase("p", 1, 1.0, (8,)),), model="m", development=0.3, seed=1)

    examples, pictures = development_set(recipe, read_set(tmp_path), 8, tmp_path / "cache")

    assert len({example.group_id for example in examples}) == 3
    for example, picture in zip(examples, pictures, strict=True):
        grey = 10 * int(Path(example.path).stem)
        np.testing.assert_array_equal(picture, np.full((8, 8, 3), grey, np.uint8))
