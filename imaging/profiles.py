"""The named ways to show a file; a collection remembers its own and refuses pictures of another."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.errors import CardMismatch


@dataclass(frozen=True, slots=True)
class Profile:
    """Which of the rendering rules count. Raise the version when a rule changes a picture."""

    name: str
    version: int
    uses_voi: bool  # False: percentiles 1 to 99 of all values, padding included
    squares_pixels: bool
    crops: bool  # a mammogram is turned and cut to the breast, ultrasound to its regions

    @property
    def id(self) -> str:
        """The name and version, as a collection stores it."""
        return f"{self.name}-{self.version}"


VOI: Final = Profile("voi", 2, uses_voi=True, squares_pixels=True, crops=True)
# As the client in microsoft/healthcareai-examples prepares files for MedImageInsight, but for
# MONOCHROME1: that client shows it as a negative, here it is turned.
MI2_COMPAT: Final = Profile("mi2-compat", 1, uses_voi=False, squares_pixels=False, crops=False)

PROFILES: Final[Mapping[str, Profile]] = {
    profile.name: profile for profile in (VOI, MI2_COMPAT)
}  # by name, as a person chooses one


def profile_of(profile_id: str) -> Profile:
    """Find the profile that a collection stores. Raises CardMismatch for one that is not here."""
    known = {profile.id: profile for profile in PROFILES.values()}
    if profile_id not in known:
        raise CardMismatch(
            f"Its pictures were rendered as {profile_id!r}, and this version of radseek renders"
            f" {' and '.join(known)}. Make it anew: radseek reindex."
        )
    return known[profile_id]
