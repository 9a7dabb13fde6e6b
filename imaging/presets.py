"""The windows that radiologists know by name, for CT."""

from collections.abc import Mapping
from typing import Final

from imaging.display import Window

CT_PRESETS: Final[Mapping[str, Window]] = {  # in Hounsfield units
    "lung": Window(-600, 1500),
    "soft-tissue": Window(40, 400),
    "bone": Window(400, 1800),
    "brain": Window(40, 80),
}
