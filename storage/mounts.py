"""What kind of file system a path lies on, as Linux tells it."""

import re
from pathlib import Path
from typing import Final

MOUNTS = Path("/proc/self/mountinfo")

# Several machines may have these mounted at once. SQLite's log needs memory that all who use it
# share, and the lock of a writer may be seen on its own machine only.
# Source: sqlite.org/wal.html; the types are those of Linux and of common FUSE programs.
NETWORK: Final = re.compile(
    "afs|beegfs|ceph|cifs|coda|glusterfs|gpfs|lustre|ncpfs|nfs4?|ocfs2|smb3|smbfs|"
    r"fuse\.(ceph|ceph-fuse|gcsfuse|glusterfs|juicefs|mount-s3|rclone|s3fs|sshfs)"
)


def network_type(path: Path, mounts: Path | None = None) -> str | None:
    """The type of the network file system that a path lies on, or would; None: of no known one."""
    real, kind, longest = path.resolve(), "", 0
    for line in _lines(mounts or MOUNTS):
        place, type_of_it = _mount(line)
        depth = len(place.parts)
        if real.is_relative_to(place) and depth >= longest:  # of two in one place the last counts
            longest, kind = depth, type_of_it
    return kind if NETWORK.fullmatch(kind) else None


def _lines(mounts: Path) -> list[str]:
    try:
        return mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:  # another system than Linux: nothing is known
        return []


def _mount(line: str) -> tuple[Path, str]:
    """Place and type of a mount. Source: proc(5), /proc/pid/mountinfo."""
    before, _, after = line.partition(" - ")
    place = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), before.split(" ")[4])
    return Path(place), after.split(" ")[0]
