"""Single pictures of files, decoded in processes of their own: one for each way of rendering."""

from threading import Lock

from core.types import Identity, Location, Pixels
from imaging.frames import FramePolicy
from imaging.limits import Limits
from imaging.profiles import Profile
from imaging.query import QueryReader
from imaging.rules import Rules, View
from imaging.unshaded import Unshaded
from radseek.settings import Settings


class Viewer:
    """Reads pictures that a person asks for. Safe to share between threads; close it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opening = Lock()
        self._readers: dict[Profile, QueryReader] = {}

    def picture(self, content: bytes, profile: Profile) -> Pixels:
        """The picture that stands for an uploaded file. Raises CannotDecode."""
        return self._reader(profile).picture(content)

    def view(self, location: Location, view: View, profile: Profile) -> Pixels:
        """One picture of a file as asked. Raises CannotDecode."""
        return self._reader(profile).view(location, view)

    def unshaded(self, location: Location, frame: int, profile: Profile) -> Unshaded:
        """One frame of a file before its window. Raises CannotDecode."""
        return self._reader(profile).unshaded(location, frame)

    def identity(self, wanted: bytes | Location, profile: Profile) -> Identity:
        """What names the patient of an upload or a file. Raises CannotDecode."""
        return self._reader(profile).identity(wanted)

    def released(self, location: Location, key: bytes, profile: Profile) -> bytes:
        """A DICOM file de-identified. Raises CannotDecode."""
        return self._reader(profile).released(location, key)

    def close(self) -> None:
        """End the processes."""
        with self._opening:
            for reader in self._readers.values():
                reader.close()
            self._readers.clear()

    def _reader(self, profile: Profile) -> QueryReader:
        settings = self._settings
        with self._opening:
            if profile not in self._readers:
                self._readers[profile] = QueryReader(
                    rules_of(settings, profile), settings.decode_seconds, settings.worker_memory
                )
            return self._readers[profile]


def rules_of(settings: Settings, profile: Profile, frames: FramePolicy | None = None) -> Rules:
    """How files are read by these settings; `frames` are those of the settings unless named."""
    limits = Limits(
        file_bytes=settings.max_file_bytes,
        inflated_bytes=settings.max_inflated_bytes,
        frame_samples=settings.max_frame_samples,
        file_samples=settings.max_file_samples,
        members=settings.max_members,
        text=settings.max_text,
    )
    return Rules(profile, frames or FramePolicy(), limits, settings.default_charset)
