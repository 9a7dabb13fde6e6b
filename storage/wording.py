"""What full-text search is given of a text: words that SQLite's tokenizer can part."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from core.spellings import american
from storage.denial import told_apart
from storage.schema import DESCRIBED

# Chinese, Japanese and Korean characters; the first two are written without blanks.
_RUN: Final = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+")

_RUNS: Final = re.compile(f"{_RUN.pattern}|[^\\s{_RUN.pattern[1:-2]}]+")

# What people call what DICOM writes in short. Source of the codes: PS3.3 C.7.3.1.1.1.
_MODALITIES: Final = {
    "CR": "radiograph x-ray xray film 平片 X线",
    "DX": "radiograph x-ray xray film 平片 X线",
    "RF": "fluoroscopy x-ray xray 透视",
    "XA": "angiography x-ray xray 血管造影",
    "MG": "mammography mammogram x-ray xray 钼靶",
    "CT": "computed tomography 计算机断层",
    "MR": "mri magnetic resonance 磁共振",
    "US": "ultrasound sonography 超声",
    "IVUS": "intravascular ultrasound 超声",
    "NM": "nuclear medicine scintigraphy 核医学",
    "PT": "pet positron emission tomography",
    "IO": "intraoral dental radiograph x-ray xray",
    "PX": "panoramic dental radiograph x-ray xray",
    "ES": "endoscopy 内镜",
    "OP": "ophthalmic photography fundus",
    "OPT": "optical coherence tomography oct",
    "SM": "slide microscopy histology pathology",
}
_SIDES: Final = {"L": "left", "R": "right", "B": "both bilateral"}
_VIEWS: Final = {
    "PA": "posteroanterior frontal",
    "AP": "anteroposterior frontal",
    "LL": "lateral",
    "RL": "lateral",
    "LAT": "lateral",
    "CC": "craniocaudal",
    "MLO": "mediolateral oblique",
}
_WRITTEN_OUT: Final[Mapping[str, Mapping[str, str]]] = {
    "modality": _MODALITIES,
    "laterality": _SIDES,
    "view": _VIEWS,
}


def words_of(text: str) -> str:
    """A text in the common form of its letters and spelling, Chinese and Japanese cut into pairs.

    胸腔积液 becomes 胸腔 腔积 积液 液: a word is found by its pairs one behind the other, a single
    character as the beginning of a pair.
    """
    return _RUN.sub(_paired, american(unicodedata.normalize("NFKC", text).casefold()))


def phrase_words(text: str) -> str:
    """The same of what is looked for, which need not end where the text that is searched does."""
    words = words_of(text).split()
    ends_in_pair = len(words) > 1 and _RUN.fullmatch(words[-1]) and words[-2][1:] == words[-1]
    return " ".join(words[:-1] if ends_in_pair else words)


def pairs_of(text: str) -> list[str]:
    """Each run of Chinese or Japanese characters as its pairs; other words as they are."""
    return [word for run in _RUNS.findall(text) for word in phrase_words(run).split()]


def is_single(word: str) -> bool:
    """Whether a word is one character of those that are kept in pairs."""
    return len(word) == 1 and _RUN.fullmatch(word) is not None


def report_words(text: str) -> tuple[str, str]:
    """The words of what a report affirms, and of what it denies."""
    told = told_apart(unicodedata.normalize("NFKC", text))
    return words_of("\n".join(told.affirmed)), words_of("\n".join(told.denied))


def description_words(described: Sequence[str]) -> str:
    """The words of a description, given the values of DESCRIBED, with short ones written out."""
    named = zip(DESCRIBED, described, strict=True)
    return words_of("\n".join(f"{value} {_written_out(name, value)}" for name, value in named))


def _written_out(name: str, value: str) -> str:
    return _WRITTEN_OUT.get(name, {}).get(value.upper(), "")


def _paired(run: re.Match[str]) -> str:
    characters = run.group()
    pairs = [characters[i : i + 2] for i in range(len(characters))]
    return f" {' '.join(pairs)} "
