"""What the drawer tells of a picture: no word of it is in a language, those are the page's."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from core.types import Identity, Record
from radseek.archive import Archive
from ui.access.roles import Role
from ui.viewer.facts import Fact, facts
from ui.viewer.links import links
from ui.viewer.relations import linked
from ui.viewer.stack import Stack
from ui.viewer.windows import presets

NAMES: Final = ("name_alphabetic", "name_ideographic", "name_phonetic")
IDENTITY: Final = (*NAMES, "patient_id", "issuer", "birth_date", "accession_number")


def details(archive: Archive, record: Record, stack: Stack, role: Role) -> dict[str, Any]:
    """All that the role may see of a picture, ready for JSON. Raises UnknownName, StorageError."""
    reader, tags = archive.reader(), record.tags
    sees_identity = role.may(Role.IDENTITY_VIEWER)
    reports = reader.reports(record.id)
    return {
        "id": record.id,
        "modality": tags.modality,
        "isThere": stack.layers[stack.own].is_unchanged(),
        "facts": facts(record) | (_identified(archive, record) if sees_identity else {}),
        "identityIsMasked": not sees_identity,
        "machineText": reader.snapshot().machine_texts([record.id])[0],
        "reports": reports if sees_identity else [],
        "reportsMasked": 0 if sees_identity else len(reports),
        "linked": [
            asdict(each) for each in linked(reader.related(record.id), with_places=sees_identity)
        ],
        "presets": [asdict(preset) for preset in presets(tags)],
        "links": links(archive.settings.viewers, tags),
        "uids": {name: getattr(tags, f"{name}_uid") for name in ("study", "series", "sop")},
        "stack": _stack(stack),
    }


def _identified(archive: Archive, record: Record) -> dict[str, Sequence[Fact]]:
    """What names the patient; a path may, too."""
    identity = archive.reader().identity(record.id) or Identity()
    stated = [(name, str(getattr(identity, name))) for name in IDENTITY]
    return {
        "identity": [fact for fact in stated if fact[1]],
        "location": [("location", str(record.location))],
    }


def _stack(stack: Stack) -> dict[str, Any]:
    return {
        "version": stack.version,
        "own": stack.own,
        "pictures": [layer.picture_id for layer in stack.layers],
        "along": [layer.along for layer in stack.layers],
    }
