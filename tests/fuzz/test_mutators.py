import pytest

from imaging.png import check_chunks
from tests.conftest import SHARED
from tests.fuzz.mutations import Mutator
from tests.fuzz.specimens import CANARY, all_specimens, kinds_of

SYNTAXES = [
    *("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99"),
    *("1.2.840.10008.1.2.2", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.50"),
    *("1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.55", "1.2.840.10008.1.2.4.70"),
    *("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.90"),
    "1.2.840.10008.1.2.4.91",
]
OTHERS = ["PNG", "APNG", "JPEG", "WebP", "tiff_lzw", "tiles", "Nifti1Image gzip", "zip", "DICOMDIR"]


@pytest.fixture(scope="module")
def specimens():
    return all_specimens(SHARED)


def test_every_decoder_has_a_whole_file_to_start_from(specimens):
    kinds = kinds_of(specimens)
    assert [kind for kind in [*SYNTAXES, *OTHERS] if kind not in kinds] == []
    assert sum(CANARY.encode() in specimen.content for specimen in specimens) > 8


def test_a_number_names_the_same_mutant_for_ever(specimens):
    one, again, other = (Mutator(specimens, seed) for seed in (3, 3, 4))
    contents = [one.mutant(number).content for number in range(300)]
    assert contents == [again.mutant(number).content for number in reversed(range(300))][::-1]
    assert contents != [other.mutant(number).content for number in range(300)]


def test_mutants_differ_from_what_they_are_made_of(specimens):
    mutator = Mutator(specimens, seed=0)
    mutants = [mutator.mutant(number) for number in range(1000)]
    changed = [mutant for mutant in mutants if mutant.content != mutant.specimen.content]
    assert len(changed) > 800
    assert {mutant.specimen.kind for mutant in mutants} == set(kinds_of(specimens))


def test_most_mutants_of_a_png_get_past_its_checksums():
    png = next(s for s in all_specimens(SHARED) if s.kind == "PNG")
    mutator = Mutator([png], seed=0)
    passed = [is_checked(mutator.mutant(number).content) for number in range(200)]
    assert sum(passed) > 120


def is_checked(content):
    try:
        check_chunks(content)
    except Exception:
        return False
    return True
