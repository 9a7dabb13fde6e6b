"""Reading the published configuration."""

from pathlib import Path

import pytest

from core.errors import WeightsMismatch
from encoders.medimageinsight.config import ImageConfig, TextConfig, UniCLConfig, read_config


def test_the_published_file_is_read_in_full(golden: Path) -> None:
    config = read_config(golden / "full" / "config.yaml")

    assert config == UniCLConfig(
        image=ImageConfig(
            dims=(256, 512, 1024, 2048),
            depths=(1, 1, 9, 1),
            heads=(8, 16, 32, 64),
            groups=(8, 16, 32, 64),
            window=12,
            patch_size=(7, 3, 3, 3),
            patch_stride=(4, 2, 2, 2),
            patch_padding=(3, 1, 1, 1),
            patch_prenorm=(False, True, True, True),
            image_size=(480, 480),
            mean=(0.485, 0.456, 0.406),
            std=(0.229, 0.224, 0.225),
            drop_path=0.2,
        ),
        text=TextConfig(width=1024, heads=16, layers=16, context_length=77, vocab_size=49408),
        projection=1024,
    )


def test_a_vocabulary_size_in_the_file_is_used(golden: Path, tmp_path: Path) -> None:
    published = (golden / "full" / "config.yaml").read_text(encoding="utf-8")
    file = tmp_path / "config.yaml"
    file.write_text(published.replace("  WIDTH:", "  VOCAB_SIZE: 8192\n  WIDTH:"))

    assert read_config(file).text.vocab_size == 8192


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("IMAGE_ENCODER: {}\n", "SPEC"),
        ("[1, 2]\n", "AttributeError"),
        ("a: [\n", "ParserError"),
        ("", "AttributeError"),
        (b"\xff\xfe\x00", "UnicodeDecodeError"),
    ],
)
def test_what_is_no_configuration_is_named(
    tmp_path: Path, content: str | bytes, named: str
) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(WeightsMismatch, match=named) as caught:
        read_config(file)

    assert str(file) in str(caught.value)


@pytest.mark.parametrize(
    ("published", "changed", "named"),
    [
        ("AUTOGRESSIVE: false", "AUTOGRESSIVE: true", "AUTOGRESSIVE is True"),
        ("INTERPOLATION: 'bicubic'", "INTERPOLATION: nearest", "INTERPOLATION is 'nearest'"),
        ("CENTER_CROP: false", "CENTER_CROP: true", "CENTER_CROP is True"),
        ("DEPTHS: [1, 1, 9, 1]", "DEPTHS: [1, 9, 1]", "differ in length"),
    ],
)
def test_a_model_of_another_kind_is_refused(
    golden: Path, tmp_path: Path, published: str, changed: str, named: str
) -> None:
    text = (golden / "full" / "config.yaml").read_text(encoding="utf-8")
    file = tmp_path / "config.yaml"
    file.write_text(text.replace(published, changed))

    with pytest.raises(WeightsMismatch, match=named):
        read_config(file)
