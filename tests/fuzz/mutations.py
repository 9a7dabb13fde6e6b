"""Makes mutants of files: seeded, so that a number names the same bytes for ever."""

import gzip
import random
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.fuzz.specimens import Specimen, kinds_of

Bytes = bytearray
Change = Callable[[Bytes, random.Random], None]

ODD_NUMBERS = (
    *(0, 1, 2, 7, 8, 16, 127, 128, 255, 256, 32767, 32768, 65535, 65536),
    *(2**31 - 1, 2**31, 2**32 - 16, 2**32 - 2, 2**32 - 1),
)
CHANGES = (1, 1, 2, 3, 6)  # how many of them, as often as they stand here
START = 600  # bytes in which headers lie
LONGEST_RUN = 1 << 16

# Elements of DICOM on which decoding turns, by group and numbers.
ELEMENTS = {
    0x0002: (0x0000, 0x0010),
    0x0004: (0x1220, 0x1400, 0x1420, 0x1500),
    0x0008: (0x0005, 0x0016),
    0x0010: (0x0010,),
    0x0018: (0x6011,),
    0x0020: (0x0032, 0x0037),
    0x0028: (
        *(0x0002, 0x0004, 0x0006, 0x0008, 0x0010, 0x0011, 0x0034, 0x0100, 0x0101, 0x0102, 0x0103),
        *(0x0120, 0x0301, 0x1050, 0x1051, 0x1052, 0x1053, 0x1101, 0x1201, 0x3000, 0x3010),
    ),
    0x5200: (0x9229, 0x9230),
    0x7FE0: (0x0001, 0x0002, 0x0010),
    0xFFFE: (0xE000, 0xE00D, 0xE0DD),
}
VRS = (b"SQ", b"UN", b"OB", b"OW", b"US", b"DS", b"IS", b"UT", b"PN", b"\0\0")
TEXTS = (b"1A", b"-1", b"0", b"2000000000", b"1e400", b"nan", b"\\", b"9" * 20)

PNG_CHUNKS = (b"IHDR", b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"fcTL", b"fdAT", b"acTL", b"IEND")
JPEG_MARKERS = (0xC0, 0xC2, 0xC4, 0xDB, 0xDA, 0xDD, 0xE1, 0xEE, 0xD9)
TIFF_TAGS = (
    *(254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279),
    *(284, 317, 320, 322, 323, 324, 325, 338, 339, 347, 530),
)
RIFF_CHUNKS = (b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"EXIF", b"RIFF")
NIFTI_PLACES = (  # of fields, in either version
    *(0, 4, 16, 24, 39, 40, 42, 44, 46, 48, 50, 68, 70, 72, 76, 80, 84, 88, 92, 104, 108, 112),
    *(116, 123, 124, 128, 168, 176, 192, 252, 254, 256, 260, 268, 280, 284, 300, 328, 344, 348),
    *(352, 400, 500, 504, 540),
)


@dataclass(frozen=True)
class Mutant:
    """One damaged file and how to make it again."""

    seed: int
    number: int
    specimen: Specimen
    content: bytes

    def __str__(self) -> str:
        return f"mutant {self.number} of seed {self.seed}, from {self.specimen.name}"


class Mutator:
    """Makes mutants of specimens."""

    def __init__(self, specimens: Sequence[Specimen], seed: int) -> None:
        self._kinds = kinds_of(specimens)
        self._seed = seed

    def mutant(self, number: int) -> Mutant:
        """Make the mutant of a number: the same for the same seed and specimens."""
        chance = random.Random(f"{self._seed} {number}")  # noqa: S311
        kind = chance.choice(sorted(self._kinds))
        specimen = chance.choice(self._kinds[kind])
        other = chance.choice(self._kinds[kind])
        return Mutant(self._seed, number, specimen, mutate(specimen, other, chance))


def mutate(specimen: Specimen, other: Specimen, chance: random.Random) -> bytes:
    """Change a file in some places, under its packing if it is packed."""
    unpack, pack = _packing(specimen, chance)
    content = Bytes(unpack(specimen.content))
    changes: list[Change] = [*ANYWHERE, *_formed(specimen.content), _splicing(other.content)]
    for _ in range(chance.choice(CHANGES)):
        if content:
            chance.choice(changes)(content, chance)
    return pack(bytes(content))


def _packing(
    specimen: Specimen, chance: random.Random
) -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]:
    """Most packed files are changed inside: outside, a checksum ends the matter."""
    if specimen.content.startswith(b"\x1f\x8b") and chance.random() < 0.8:
        return gzip.decompress, lambda content: gzip.compress(content, 1, mtime=0)
    if specimen.content.startswith(b"\x89PNG") and chance.random() < 0.8:
        return bytes, _with_checksums
    if specimen.kind.endswith(".1.99") and chance.random() < 0.8:
        return _inflate_data_set, _deflate_data_set
    return bytes, bytes


def _with_checksums(content: bytes) -> bytes:
    """Make the checksum of each chunk of a PNG right."""
    fixed, place = Bytes(content), 8
    while place + 12 <= len(fixed):
        end = place + 8 + int.from_bytes(fixed[place : place + 4], "big")
        if end + 4 > len(fixed):
            break
        fixed[end : end + 4] = struct.pack(">L", zlib.crc32(fixed[place + 4 : end]))
        place = end + 4
    return bytes(fixed)


def _data_set_start(content: bytes) -> int:
    return 144 + int.from_bytes(content[140:144], "little")  # PS3.10 section 7.1


def _inflate_data_set(content: bytes) -> bytes:
    start = _data_set_start(content)
    return content[:start] + zlib.decompress(content[start:], -zlib.MAX_WBITS)


def _deflate_data_set(content: bytes) -> bytes:
    start = _data_set_start(content)
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    return content[:start] + packer.compress(content[start:]) + packer.flush()


# Changes of any file


def _place(content: Bytes, chance: random.Random) -> int:
    """Headers are short and matter most: half of the places are in the first bytes."""
    end = min(len(content), START) if chance.random() < 0.5 else len(content)
    return chance.randrange(end)


def flip_bits(content: Bytes, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 8)):
        content[_place(content, chance)] ^= 1 << chance.randrange(8)


def set_number(content: Bytes, chance: random.Random) -> None:
    _put(content, _place(content, chance), chance)


def cut_end(content: Bytes, chance: random.Random) -> None:
    del content[_place(content, chance) :]


def cut_middle(content: Bytes, chance: random.Random) -> None:
    start = _place(content, chance)
    del content[start : start + chance.choice((1, 2, 4, 8, 100, 5000))]


def insert_run(content: Bytes, chance: random.Random) -> None:
    size = chance.choice((1, 2, 4, 16, 1000, LONGEST_RUN))
    run = chance.choice((bytes(size), b"\xff" * size, chance.randbytes(size)))
    place = _place(content, chance)
    content[place:place] = run


def overwrite_run(content: Bytes, chance: random.Random) -> None:
    start = _place(content, chance)
    end = min(start + chance.choice((2, 16, 200, 5000)), len(content))
    content[start:end] = chance.choice((0, 255, chance.randrange(256))).to_bytes() * (end - start)


def swap_chunks(content: Bytes, chance: random.Random) -> None:
    size = chance.choice((2, 4, 12, 64, 1000))
    first, second = sorted(_place(content, chance) for _ in range(2))
    if first + size <= second:
        one, two = content[first : first + size], content[second : second + size]
        content[second : second + size] = one
        content[first : first + size] = two


def repeat_chunk(content: Bytes, chance: random.Random) -> None:
    start = _place(content, chance)
    chunk = content[start : start + chance.choice((4, 64, 500))]
    content[start:start] = chunk * chance.choice((1, 2, 100))


ANYWHERE: tuple[Change, ...] = (
    flip_bits,
    set_number,
    cut_end,
    cut_middle,
    insert_run,
    overwrite_run,
    swap_chunks,
    repeat_chunk,
)


def _splicing(other: bytes) -> Change:
    """Take a piece of another file of the kind."""

    def splice(content: Bytes, chance: random.Random) -> None:
        start = _place(content, chance)
        size = chance.choice((4, 100, 3000))
        taken = chance.randrange(max(len(other), 1))
        content[start : start + size] = other[taken : taken + size]

    return splice


def _put(content: Bytes, place: int, chance: random.Random) -> None:
    """Write a number at which readers stumble, in one of the sizes and orders."""
    form = chance.choice("BHLQhldf")
    order = chance.choice("<>")
    number = chance.choice((*ODD_NUMBERS, -1, chance.getrandbits(32)))
    packed = _pack(order + form, number)
    content[place : place + len(packed)] = packed


def _pack(form: str, number: int) -> bytes:
    if form[1] in "df":
        odd = (float(number), float("nan"), float("inf"), -1e38)
        return struct.pack(form, odd[number % len(odd)])
    size = struct.calcsize(form)
    return (number % 256**size).to_bytes(size, "little" if form[0] == "<" else "big")


# Changes that know the format


def _formed(content: bytes) -> tuple[Change, ...]:
    """Give the changes for a format, more than once so that they come as often as the others."""
    change = next((change for start, change in FORMED.items() if content.startswith(start)), None)
    return (change or change_element,) * 8


def _found(content: Bytes, wanted: bytes, chance: random.Random) -> int | None:
    """Find one of the places of some bytes."""
    places, start = [], content.find(wanted)
    while start >= 0 and len(places) < 20:
        places.append(start)
        start = content.find(wanted, start + 1)
    return chance.choice(places) if places else None


def change_element(content: Bytes, chance: random.Random) -> None:
    """Lie in the length, the VR or the value of a DICOM element."""
    group = chance.choice(sorted(ELEMENTS))
    tag = struct.pack(chance.choice(("<HH", "<HH", ">HH")), group, chance.choice(ELEMENTS[group]))
    place = _found(content, tag, chance)
    if place is None:
        return
    what = chance.randrange(4)
    if what == 0:
        content[place + 4 : place + 6] = chance.choice(VRS)
    elif what == 1:
        text = chance.choice(TEXTS)
        content[place + 8 : place + 8 + len(text)] = text
    else:
        _put(content, place + chance.choice((4, 6, 8, 8, 8, 10, 12)), chance)


def change_png(content: Bytes, chance: random.Random) -> None:
    """Lie in the header, the length or the name of a chunk, or drop or repeat one."""
    place = _found(content, chance.choice(PNG_CHUNKS), chance)
    if place is None:
        return
    length = int.from_bytes(content[place - 4 : place], "big")
    what = chance.randrange(4)
    if what == 0:
        _put(content, place - 4, chance)
    elif what == 1:
        del content[place - 4 : place + 8 + length]
    elif what == 2:
        content[place:place] = content[place - 4 : place + 8 + length] * chance.choice((1, 3))
    else:
        _put(content, place + 4 + chance.randrange(length + 1), chance)


def change_jpeg(content: Bytes, chance: random.Random) -> None:
    """Lie behind a marker: in its length, in the size and samples of a frame, in a table."""
    place = _found(content, bytes((0xFF, chance.choice(JPEG_MARKERS))), chance)
    if place is None:
        return
    if chance.random() < 0.2:
        content[place + 1 : place + 2] = chance.choice((0xC1, 0xC3, 0xC9, 0xD9, 0xC0)).to_bytes()
    else:
        _put(content, place + chance.randrange(2, 14), chance)


def change_tiff(content: Bytes, chance: random.Random) -> None:
    """Lie in an entry of the directory: in its tag, type, count or value."""
    order = "<" if content[:2] == b"II" else ">"
    place = _found(content, struct.pack(order + "H", chance.choice(TIFF_TAGS)), chance)
    if place is not None:
        packed = _pack(order + chance.choice("HHLB"), chance.choice(ODD_NUMBERS))
        start = place + chance.choice((0, 2, 4, 8, 8, 8, 12))
        content[start : start + len(packed)] = packed


def change_riff(content: Bytes, chance: random.Random) -> None:
    """Lie in a chunk of WebP."""
    place = _found(content, chance.choice(RIFF_CHUNKS), chance)
    if place is not None:
        _put(content, place + chance.randrange(20), chance)


def change_zip(content: Bytes, chance: random.Random) -> None:
    """Lie in a header of a member, in the directory or in its end."""
    mark = chance.choice((b"PK\3\4", b"PK\1\2", b"PK\1\2", b"PK\5\6"))
    place = _found(content, mark, chance)
    if place is None:
        return
    if chance.random() < 0.3:
        name = chance.choice((b"../../a", b"/etc/a", b"C:\\a", b"\x1b[2J", b"a\0b", b"\xff\xfe"))
        content[place + 46 : place + 46 + len(name)] = name
    else:
        _put(content, place + chance.randrange(4, 46), chance)


def change_nifti(content: Bytes, chance: random.Random) -> None:
    """Lie in a field of the header."""
    _put(content, chance.choice(NIFTI_PLACES), chance)


FORMED: dict[bytes, Change] = {
    b"\x89PNG": change_png,
    b"\xff\xd8": change_jpeg,
    b"II": change_tiff,
    b"RIFF": change_riff,
    b"PK": change_zip,
    b"\x1f\x8b": change_nifti,
    b"\x5c\x01": change_nifti,
    b"\x1c\x02": change_nifti,
}
