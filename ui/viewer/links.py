"""Links to other viewers, by the templates of the settings."""

from collections.abc import Mapping
from urllib.parse import quote

from core.types import Tags


def links(viewers: Mapping[str, str], tags: Tags) -> dict[str, str]:
    """The address of a picture in each viewer, by the viewer's name.

    None where the file lacks an identifier of its own: no other program knows a made-up one.
    """
    if tags.derived_uids:
        return {}
    uids = {
        "study_uid": quote(tags.study_uid, safe=""),
        "series_uid": quote(tags.series_uid, safe=""),
        "sop_uid": quote(tags.sop_uid, safe=""),
    }
    return {name: template.format(**uids) for name, template in viewers.items()}
