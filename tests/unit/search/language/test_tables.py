"""The tables are sound: each phrase means one thing, and what they refer to is there."""

import re
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from encoders.registry import ENCODERS
from search.language.chinese import CHINESE
from search.language.lexicon import Kind, Mark, lexicon
from search.language.styles import DEFAULT, style_of
from search.language.text import normalise, stems

FOLDER = Path(__file__).parents[4] / "search" / "language"
LEXICON, NEGATION, ENCODER_TABLE, GLOSSARY = (
    tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    for name in ("lexicon", "negation", "encoders", "chinese")
)
FIELDS = {kind.value for kind in Kind}


def phrases():
    """Every phrase of the tables with what it stands for."""
    groups = [LEXICON[kind] for kind in ("modality", "view", "detail", "state", "side")]
    groups += [*LEXICON["part"].values(), *LEXICON["finding"].values()]
    for group in groups:
        for name, words in group.items():
            yield from ((word, name) for word in (name, *words))
    yield from ((word, tuple(names)) for word, names in LEXICON["joint"].items())
    yield from ((word, "ambiguous") for word in LEXICON["ambiguous"])
    yield from ((word, mark) for mark in Mark for word in NEGATION[mark])


def test_a_phrase_means_one_thing():
    meanings = defaultdict(set)
    for phrase, meaning in phrases():
        meanings[stems(phrase)].add(meaning)
    assert () not in meanings
    assert {phrase: what for phrase, what in meanings.items() if len(what) > 1} == {}


def test_what_the_lexicon_refers_to_is_in_it():
    concepts = lexicon().concepts
    joint = {name for names in LEXICON["joint"].values() for name in names}
    context = {
        name
        for meanings in LEXICON["ambiguous"].values()
        for names in meanings.values()
        for name in names
    }
    broader = {*LEXICON["broader"], *LEXICON["broader"].values()}
    assert joint | context | broader <= set(concepts)
    assert set(LEXICON["spoken"]) <= {phrase for phrase, _ in phrases()}


def test_ever_broader_concepts_come_to_an_end():
    concepts = lexicon().concepts
    for name in concepts:
        chain = [name]
        while concepts[chain[-1]].broader:
            chain.append(concepts[chain[-1]].broader)
            assert len(chain) == len(set(chain))


def test_a_short_form_for_capitals_alone_is_one_of_the_lexicon():
    known = {phrase for phrase, _ in phrases()}
    unused = [word for word in LEXICON["only_in_capitals"] if word not in known]
    assert unused == []


@pytest.mark.parametrize("name", [name for name in ENCODER_TABLE if name != DEFAULT])
def test_an_encoder_with_a_table_is_one_that_radseek_knows(name):
    assert name in ENCODERS or "*" in name


def test_a_table_with_a_pattern_is_taken_for_names_that_fit():
    assert style_of("OFA-Sys/chinese-clip-vit-base-patch16@384").reads == {"zh"}
    assert style_of("google/medsiglip-448") == style_of(DEFAULT)


@pytest.mark.parametrize("name", ENCODER_TABLE)
def test_what_the_table_of_an_encoder_names_is_in_the_lexicon(name):
    style = style_of(name)
    named = {*style.names, *style.normal, *style.without}
    assert named <= set(lexicon().concepts)
    assert all(style.names.values())


@pytest.mark.parametrize("name", ENCODER_TABLE)
def test_templates_have_fields_of_concepts_alone(name):
    templates = style_of(name).templates
    assert set(templates) == {"both", "modality", "part", "neither"}
    for case, texts in templates.items():
        fields = set(re.findall(r"\{(\w+)\}", " ".join(texts)))
        assert fields <= FIELDS, case
        assert {"finding", "state"} <= fields, case


def glossary():
    return {
        chinese: english
        for name, group in GLOSSARY.items()
        if name != "variants"
        for chinese, english in group.items()
    }


def test_the_glossary_puts_chinese_into_english():
    assert len(glossary()) > 800
    for chinese, english in glossary().items():
        assert CHINESE.search(chinese) or chinese == "、"
        assert not CHINESE.search(english)


def test_the_glossary_is_in_simplified_characters():
    traditional = set(GLOSSARY["variants"]["traditional"])
    assert len(traditional) == len(GLOSSARY["variants"]["simplified"])
    assert [chinese for chinese in glossary() if traditional & set(chinese)] == []


def test_most_of_the_glossary_is_understood():
    known = lexicon().phrases
    findings = {normalise(english) for english in GLOSSARY["finding"].values()}
    unknown = [english for english in findings if stems(english) not in known]
    assert len(unknown) < 0.25 * len(findings), unknown
