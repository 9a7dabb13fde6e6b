import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.language.chinese import is_chinese, translate


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("气胸", "pneumothorax"),
        ("胸片", "chest x-ray"),
        ("头部CT", "head CT"),
        ("脑胶质瘤磁共振", "glioma MRI"),
        ("无气胸的胸片", "no pneumothorax - chest x-ray"),
        ("正常胸片", "normal chest x-ray"),
        ("胸片未见气胸及胸腔积液", "chest x-ray no evidence of pneumothorax and pleural effusion"),
        ("CT 头部 with 脑出血", "CT head with intracranial hemorrhage"),
        ("請給我一張胸部X光", "chest x-ray"),
        ("氣胸", "pneumothorax"),
        ("腦膜瘤 MRI T2加权", "meningioma MRI T2 weighted"),
        ("x光片", "x-ray"),
        ("左肺上叶结节", "left upper lobe nodule"),
    ],
)
def test_words_of_the_field(chinese, english):
    translated = translate(chinese)
    assert (translated.text, translated.unknown) == (english, ())


def test_what_the_glossary_lacks_is_named():
    translated = translate("饕餮胸片 and 魑魅")
    assert translated.text == "chest x-ray and"
    assert translated.unknown == ("饕餮", "魑魅")


def test_the_longest_entry_is_taken():
    assert translate("肺动脉").text == "pulmonary artery"
    assert translate("肺动脉栓塞").text == "pulmonary embolism"


@given(st.text())
def test_nothing_chinese_is_left(text):
    assert not is_chinese(translate(text).text)


@given(st.text(st.characters(max_codepoint=0x2FFF)))
def test_other_scripts_stay_as_they_are_but_for_blanks(text):
    assert "".join(translate(text).text.split()) == "".join(text.replace("、", "and").split())
