from pathlib import Path

import pytest

from storage.mounts import network_type

MOUNTS = r"""
22 28 0:21 / /proc rw,nosuid - proc proc rw
28 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw
40 28 0:35 / /filer rw,relatime shared:20 - nfs4 filer:/filer rw,vers=4.2
41 40 259:3 / /filer/local rw shared:21 master:3 - xfs /dev/sda1 rw
42 28 0:36 / /mnt/x\040ray rw - cifs //filer/x rw
43 28 0:37 / /mnt/over rw - ext4 /dev/sdb1 rw
44 43 0:38 / /mnt/over rw - fuse.sshfs me@there: rw
45 28 0:39 / /mnt/windows rw - 9p C: rw
""".lstrip()


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    path = tmp_path / "mountinfo"
    path.write_text(MOUNTS)
    return path


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/radseek", None),
        ("/filer", "nfs4"),
        ("/filer/ada/.local/share/radseek", "nfs4"),
        ("/filer/local/radseek", None),
        ("/filers/radseek", None),
        ("/mnt/x ray/radseek", "cifs"),
        ("/mnt/over/radseek", "fuse.sshfs"),
        ("/mnt/windows/radseek", None),
    ],
)
def test_the_innermost_mount_counts(mounts: Path, path: str, kind: str | None) -> None:
    assert network_type(Path(path), mounts) == kind


def test_a_link_leads_to_where_the_files_are(mounts: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/filer/ada")

    assert network_type(tmp_path / "link" / "radseek", mounts) == "nfs4"


def test_where_nothing_is_told_nothing_is_known(tmp_path: Path) -> None:
    assert network_type(Path("/filer"), tmp_path / "absent") is None


def test_this_machine_can_be_read(tmp_path: Path) -> None:
    assert network_type(tmp_path) is None
