"""The windows that radiologists know by name, for CT."""

from collections.abc import Mapping
from typing import Final

from imaging.display import Window

CT_PRESETS: Final[Mapping[str, Window]] = {  # in Hounsfield units
    "lung": Window(-600, 1500),
    "mediastinum": Window(50, 350),
    "soft-tissue": Window(40, 400),
    "liver": Window(30, 150),
    "bone": Window(400, 1800),
    "brain": Window(40, 80),
    "stroke": Window(40, 40),
    "vessels": Window(300, 600),
}
