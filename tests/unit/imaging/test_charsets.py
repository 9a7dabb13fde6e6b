import pytest

from imaging.charsets import TextDecoder, encodings_of
from imaging.identity import split_name

# The registrations of PS3.3 tables C.12-2 to C.12-5, and the codec of Python that is each of them.
SINGLE = {
    "ISO_IR 100": ("latin_1", "Äneas^Rüdiger"),
    "ISO_IR 101": ("iso8859_2", "Dionizy^Łukasz"),
    "ISO_IR 109": ("iso8859_3", "Ĉapek^Ĝoja"),
    "ISO_IR 110": ("iso8859_4", "Ķirsis^Ēriks"),
    "ISO_IR 144": ("iso8859_5", "Люкceмбypг"),
    "ISO_IR 127": ("iso8859_6", "قباني^لنزار"),
    "ISO_IR 126": ("iso8859_7", "Διονυσιος"),
    "ISO_IR 138": ("iso8859_8", "שרון^דבורה"),
    "ISO_IR 148": ("iso8859_9", "Çavuşoğlu^Ayşe"),
    "ISO_IR 13": ("shift_jis", "ﾔﾏﾀﾞ^ﾀﾛｳ"),
    "ISO_IR 166": ("iso8859_11", "นามสกุล^ชื่อ"),
    "ISO_IR 192": ("utf_8", "Wang^XiaoDong=王^小東=ワン^シャオドン"),
    "GB18030": ("gb18030", "Wang^XiaoDong=王^小东=ㄨㄤˊ^ㄒㄧㄠˇ"),
    "GBK": ("gbk", "Wang^XiaoDong=王^小东"),
}
JAPANESE = (
    b"\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
    "山田^太郎=やまだ^たろう",
)
# Examples of PS3.5 annexes H, I, J and K, as the bytes that are printed there.
EXTENDED = {
    "\\ISO 2022 IR 87": (b"Yamada^Tarou=" + JAPANESE[0], "Yamada^Tarou=" + JAPANESE[1]),
    "ISO 2022 IR 13\\ISO 2022 IR 87": (
        b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=" + JAPANESE[0].replace(b"\x1b(B", b"\x1b(J"),
        "ﾔﾏﾀﾞ^ﾀﾛｳ=" + JAPANESE[1],
    ),
    "\\ISO 2022 IR 149": (
        b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
        "Hong^Gildong=洪^吉洞=홍^길동",
    ),
    "\\ISO 2022 IR 58": (
        b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=",
        "Zhang^XiaoDong=张^小东=",
    ),
    "\\ISO 2022 IR 159": (b"\x1b$(D" + b"\x30\x21" + b"\x1b(B^A", "丂^A"),  # JIS X 0212, row 16
}


@pytest.mark.parametrize(("declared", "codec", "name"), [(k, *v) for k, v in SINGLE.items()])
def test_a_declared_set_is_obeyed(declared, codec, name):
    decoder = TextDecoder(encodings_of(declared))
    assert decoder.decode(name.encode(codec), is_name=True) == name


@pytest.mark.parametrize(("declared", "raw", "name"), [(k, *v) for k, v in EXTENDED.items()])
def test_escapes_switch_between_sets(declared, raw, name):
    assert TextDecoder(encodings_of(declared)).decode(raw, is_name=True) == name


@pytest.mark.parametrize(("raw", "name"), EXTENDED.values())
@pytest.mark.parametrize("declared", ["", "ISO_IR 100", "KLINGON"])
def test_an_escape_says_itself_what_follows(declared, raw, name):
    """But for the first set, which an escape does not name."""
    if not raw.startswith(b"\xd4"):
        assert TextDecoder(encodings_of(declared)).decode(raw, is_name=True) == name


@pytest.mark.parametrize(
    ("spelt", "declared"),
    [
        ("ISO-IR 100", "ISO_IR 100"),
        ("ISO IR 100", "ISO_IR 100"),
        ("ISO_IR_100", "ISO_IR 100"),
        (" iso_ir 192 ", "ISO_IR 192"),
        ("UTF-8", "ISO_IR 192"),
        ("ISO-2022-IR-87", "ISO 2022 IR 87"),
        ("\\ISO_2022_IR_149", "\\ISO 2022 IR 149"),
    ],
)
def test_common_misspellings_are_understood(spelt, declared):
    assert encodings_of(spelt) == encodings_of(declared) != ()


@pytest.mark.parametrize(
    "declared",
    ["", "ISO_IR 6", "ISO 2022 IR 6", "KLINGON", "rot13", "zlib", "unicode_escape", "\\"],
)
def test_a_name_that_stands_for_no_set_is_none(declared):
    assert encodings_of(declared) == ()


@pytest.mark.parametrize("declared", ["", "ISO_IR 6", "KLINGON"])
def test_undeclared_text_is_tried_as_utf_8_first(declared):
    raw = "Müller^Jürgen=王".encode()
    assert TextDecoder(encodings_of(declared)).decode(raw) == "Müller^Jürgen=王"


@pytest.mark.parametrize(("fallback", "text"), [("iso8859_1", "Mü"), ("cp1251", "Mь")])
def test_what_is_no_utf_8_is_read_in_the_fallback(fallback, text):
    assert TextDecoder(fallback=fallback).decode(b"M\xfc") == text


def test_text_that_breaks_its_declared_set_is_not_lost():
    assert TextDecoder(encodings_of("ISO_IR 192")).decode(b"M\xfcller") == "Müller"
    assert TextDecoder(encodings_of("GB18030")).decode("Jürgen".encode() + b"\xff") == "JÃ¼rgenÿ"


def test_korean_without_its_escapes_is_read():
    assert (
        TextDecoder(encodings_of("\\ISO 2022 IR 149")).decode("홍길동".encode("euc_kr")) == "홍길동"
    )


def test_a_backslash_or_equals_sign_inside_of_a_character_splits_nothing():
    backslash = TextDecoder(encodings_of("GB18030")).decode(b"a\x81\\b")
    assert (len(backslash), "\\" in backslash) == (3, False)
    akita = b"=\x1b$B=)ED\x1b(B"  # the first byte of this character is that of "="
    name = TextDecoder(encodings_of("\\ISO 2022 IR 87")).decode(akita, is_name=True)
    assert split_name(name) == ("", "秋田", "")


def test_long_text_is_cut_before_it_is_looked_at():
    assert TextDecoder(most=5).decode(b"abcdefgh") == "abcde"
    assert TextDecoder(most=5).decode("日本語日本語".encode()) == "日本語日本"
    huge = b"x" * 1024 * 4 + b"\xff" * 1_000_000  # the rest would need the fallback
    assert TextDecoder().decode(huge) == "x" * 1024


def test_a_character_cut_in_two_is_left_out():
    whole = "é" * 4096
    assert TextDecoder(most=1).decode(b"a" + whole.encode()) == "a"
    assert TextDecoder(most=2).decode(b"abc" + whole.encode()) == "ab"
    assert TextDecoder(most=4).decode(b"a" + whole.encode()) == "aééé"


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("Doe^Jane", ("Doe^Jane", "", "")),
        ("Doe^Jane^^^", ("Doe^Jane", "", "")),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", ("Yamada^Tarou", "山田^太郎", "やまだ^たろう")),
        ("=山田", ("", "山田", "")),
        ("==やまだ", ("", "", "やまだ")),
        ("a=b=c=d", ("a", "b", "c=d")),
        (" Doe ^ Jane ", ("Doe ^ Jane", "", "")),
        ("", ("", "", "")),
    ],
)
def test_a_name_has_three_groups(name, groups):
    assert split_name(name) == groups
