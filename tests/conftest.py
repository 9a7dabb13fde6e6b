"""What every test may ask for."""

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

from encoders.weights import status

REQUIRE_ALL = os.environ.get("RADSEEK_REQUIRE_ALL") == "1"
SHARED = Path(__file__).parents[2] / "shared"

settings.register_profile("untimed", deadline=None)  # no test asserts a time
settings.load_profile("untimed")


def need(condition: bool, reason: str) -> None:
    """Skip with a reason what this machine cannot run; fail instead when everything is required."""
    if condition:
        return
    if REQUIRE_ALL:
        pytest.fail(f"RADSEEK_REQUIRE_ALL=1, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of sample images and recorded outputs beside the checkout."""
    need(SHARED.is_dir(), "the sample data beside the checkout is not there")
    return SHARED


@pytest.fixture(scope="session")
def pydicom_data() -> Path:
    """The folder of the files that the package pydicom-data brings."""
    found = find_spec("data_store")
    need(found is not None, "pydicom-data is not installed")
    return Path(str(found and found.origin)).parent / "data"


@pytest.fixture(scope="session")
def dcmtk() -> None:
    """The programs of dcmtk, on the path."""
    need(shutil.which("dcmj2pnm") is not None, "dcmtk is not installed")


@pytest.fixture(scope="session")
def shipped_mini() -> None:
    """The weights of radseek-mini, which ship inside."""
    missing = status("mini").missing
    need(not missing, f"radseek-mini lacks {', '.join(missing)}")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium that the browser tests can drive."""
    path = shutil.which("chromium") or ""
    need(path != "", "chromium is not installed")
    return path


@pytest.fixture(scope="session")
def ray_installed() -> None:
    """What the engine of many machines runs on."""
    need(find_spec("ray") is not None, "Ray is not installed")


@pytest.fixture(scope="module")
def cluster(ray_installed: None) -> Iterator[None]:
    """Connected to a Ray cluster of this machine, for all tests of a module."""
    from radseek.cluster import connected

    tests = Path(__file__).parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(map(str, (tests.parent, tests))))
        with connected(None):
            yield
