"""Who is kept out of training."""

from hypothesis import given
from hypothesis import strategies as st

from training.manifest import Example
from training.split import development_rows


def examples_of(sizes: dict[str, int], source: str = "s", finding: str = "") -> list[Example]:
    """`sizes` images for each group."""
    return [
        Example(f"{group}/{n}", source, "CT", "head", group, finding=finding)
        for group, size in sizes.items()
        for n in range(size)
    ]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=40), st.floats(0, 1), st.integers(0, 99))
def test_no_patient_is_on_both_sides(sizes: list[int], fraction: float, seed: int) -> None:
    examples = examples_of({f"p{n}": size for n, size in enumerate(sizes)})

    kept_out = set(development_rows(examples, fraction, seed))

    patients_out = {examples[row].group_id for row in kept_out}
    patients_in = {e.group_id for row, e in enumerate(examples) if row not in kept_out}
    assert patients_out.isdisjoint(patients_in)
    assert len(patients_out) == int(fraction * len(sizes))


def test_every_finding_of_a_source_gives_its_part() -> None:
    examples = [
        *examples_of({f"a{n}": 2 for n in range(20)}, finding="glioma"),
        *examples_of({f"b{n}": 1 for n in range(10)}, finding="meningioma"),
    ]

    findings = [examples[row].finding for row in development_rows(examples, 0.2, seed=1)]

    assert findings.count("glioma") == 4 * 2
    assert findings.count("meningioma") == 2


def test_findings_too_rare_to_split_are_split_together() -> None:
    examples = [
        example
        for n in range(10)
        for example in examples_of({f"p{n}": 1}, finding=f"free text {n}")
    ]

    assert len(development_rows(examples, 0.2, seed=1)) == 2


def test_the_split_does_not_depend_on_the_order_of_the_manifest() -> None:
    examples = examples_of({f"p{n}": 1 for n in range(30)})

    forwards = {examples[row].group_id for row in development_rows(examples, 0.3, 5)}
    turned = examples[::-1]
    backwards = {turned[row].group_id for row in development_rows(turned, 0.3, 5)}

    assert forwards == backwards


def test_another_seed_keeps_others_out() -> None:
    examples = examples_of({f"p{n}": 1 for n in range(30)})

    assert development_rows(examples, 0.3, 5) != development_rows(examples, 0.3, 6)
