"""Makes the tags of a file whose format has no place for most of them."""

from core.types import Tags
from imaging.uids import SERIES, SOP, STUDY, derived_uid


def plain_tags(sha256: str, rows: int, columns: int, frames: int) -> Tags:
    """Describe a file by its size and frames; it is a study and a series of its own.

    `sha256` is that of the file.
    """
    levels = (STUDY, SERIES, SOP)
    study, series, sop = (derived_uid(level, sha256) for level in levels)
    return Tags(
        study_uid=study,
        series_uid=series,
        sop_uid=sop,
        derived_uids=",".join(levels),
        rows=rows,
        columns=columns,
        frames=frames,
    )
