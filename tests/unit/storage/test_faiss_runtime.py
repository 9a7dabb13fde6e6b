import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.faiss_runtime import BLAS_THRESHOLD, load_faiss, openblas_core

AVX2 = frozenset({"sse3", "avx", "avx2", "fma"})
AVX512 = AVX2 | {"avx512f", "avx512dq", "avx512bw", "avx512vl"}


@pytest.mark.parametrize(
    ("machine", "flags", "core"),
    [
        ("x86_64", AVX512, "SkylakeX"),
        ("x86_64", AVX2 | {"avx512f"}, "Haswell"),  # Knights Landing lacks the rest
        ("x86_64", AVX2, "Haswell"),
        ("x86_64", frozenset({"sse3", "avx"}), None),
        ("x86_64", frozenset(), None),
        ("aarch64", AVX512, None),
        ("arm64", frozenset(), None),
    ],
)
def test_the_kernels_follow_the_processor(
    machine: str, flags: frozenset[str], core: str | None
) -> None:
    assert openblas_core(machine, flags) == core


def test_batches_reach_blas_early() -> None:
    assert load_faiss().cvar.distance_compute_blas_threshold == BLAS_THRESHOLD


def test_a_choice_of_the_user_is_kept() -> None:
    program = "import os, storage.faiss_runtime as f; f.load_faiss(); print(os.environ[%r])"
    environment = os.environ | {"OPENBLAS_CORETYPE": "Nehalem"}

    done = subprocess.run(
        [sys.executable, "-c", program % "OPENBLAS_CORETYPE"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "Nehalem\n"


def test_a_collection_without_an_index_opens_without_the_slow_imports(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from storage.reader import CollectionReader
from tests.unit.storage.factories import fill, one_each, random_rows

fill(Path(sys.argv[1]), one_each(random_rows(2)))
fill(Path(sys.argv[1]), one_each(random_rows(1), "again"))
with CollectionReader.open(Path(sys.argv[1]), "main") as reader:
    assert reader.snapshot().search(random_rows(1), 1)[0] == [[1]]
print({"faiss", "alembic"} & {*sys.modules})
"""

    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    )

    assert done.stdout == "set()\n"
