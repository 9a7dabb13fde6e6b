"""The one tree of errors; front doors turn them into a line, anything else is a bug.

RadseekError
├── InvalidRequest          the person asked for something that cannot be
│   ├── UnknownName         no such encoder, collection or picture
│   └── InvalidFilter       a --where filter that cannot be read
├── NotAllowed              the person's role does not allow it, or they are not logged in
├── CannotDecode            one file cannot become pictures (carries a SkipCode)
├── DecodersUnavailable     the processes that decode files cannot be kept running
├── EncoderError            an encoder cannot be built, or its device has too little memory
│   ├── WeightsMissing      the weights are not on this machine
│   ├── WeightsMismatch     the file does not hold what the configuration says
│   └── DownloadFailed      the hub did not give the files
├── StorageError
│   ├── CollectionLocked    another process writes to it
│   ├── CollectionCorrupt   less on disk than was committed, or a wrong checksum
│   ├── CardMismatch        the collection belongs to another encoder or rendering
│   └── SchemaTooNew        written by a newer radseek
└── TrainingError           the configuration or data cannot be trained on
"""

from core.types import SkipCode


class RadseekError(Exception):
    """Base of all errors that a person can act on."""


class InvalidRequest(RadseekError):
    """The person asked for something that cannot be."""


class UnknownName(InvalidRequest):
    """No such encoder, collection or picture."""


class InvalidFilter(InvalidRequest):
    """A filter cannot be read, or means nothing."""


class NotAllowed(RadseekError):
    """The person's role does not allow it, or they are not logged in."""


class CannotDecode(RadseekError):
    """One file cannot become pictures."""

    def __init__(self, code: SkipCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason

    def __reduce__(self) -> tuple[type["CannotDecode"], tuple[SkipCode, str]]:
        return CannotDecode, (self.code, self.reason)


class DecodersUnavailable(RadseekError):
    """The processes that decode files cannot be kept running."""


class EncoderError(RadseekError):
    """An encoder cannot be built, or cannot embed."""


class WeightsMissing(EncoderError):
    """The weights are not on this machine."""


class WeightsMismatch(EncoderError):
    """A weights file does not hold what its configuration says."""


class DownloadFailed(EncoderError):
    """The hub did not give the files."""


class StorageError(RadseekError):
    """A collection cannot be used."""


class CollectionLocked(StorageError):
    """Another process writes to the collection."""


class CollectionCorrupt(StorageError):
    """The collection holds less than was committed, or a checksum is wrong."""


class CardMismatch(StorageError):
    """The collection belongs to another encoder or rendering profile."""


class SchemaTooNew(StorageError):
    """The collection was written by a newer radseek."""


class TrainingError(RadseekError):
    """The training configuration or data cannot be used."""
