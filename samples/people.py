"""Invented people: names in several scripts, ids, sex and date of birth."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np


@dataclass(frozen=True, slots=True)
class Script:
    """Invented names in one script, and the DICOM character set that can write them."""

    charset: str  # SpecificCharacterSet, PS3.3 C.12.1.1.2; values parted by a backslash
    women: tuple[str, ...]  # family^given; ideographic and phonetic groups parted by '='
    men: tuple[str, ...]


SCRIPTS: tuple[Script, ...] = (
    Script(
        "ISO_IR 100",
        ("Thistlemoor^Elowen", "Quillfeather^Máire", "Brackenhjelm^Sølvi", "Dùnravaine^Isaura"),
        ("Oakenshaw^Tobrin", "Fjällvinter^Åsmund", "Castelnué^Théodric", "Müllwasser^Jörgen"),
    ),
    Script(
        "ISO 2022 IR 6\\ISO 2022 IR 87",
        ("Tsukimori^Hanae=月森^花恵=つきもり^はなえ", "Amagiri^Suzuna=天霧^鈴菜=あまぎり^すずな"),
        (
            "Kazehara^Ryuto=風原^竜人=かぜはら^りゅうと",
            "Hoshikawa^Tetsuo=星川^鉄男=ほしかわ^てつお",
        ),
    ),
    Script(
        "GB18030",
        ("Yunlan^Xiaohe=云岚^晓荷", "Songyue^Qiuping=松月^秋萍"),
        ("Beishan^Mingtao=北山^明涛", "Heliu^Anyuan=河柳^安远"),
    ),
    Script(
        "ISO 2022 IR 6\\ISO 2022 IR 149",
        ("Byeolha^Saeron=별하^새론", "Garam^Noeul=가람^노을"),
        ("Haneul^Baram=하늘^바람", "Mirae^Dolseong=미래^돌성"),
    ),
    Script(
        "ISO_IR 144",
        ("Звездолесова^Миралина", "Ветродуева^Олимпина"),
        ("Сосноборов^Радимил", "Каменицкий^Светозор"),
    ),
    Script(
        "ISO_IR 127",
        ("قمرالدار^زهرة", "بحرالنور^ليان"),
        ("نجم^صخر", "جبلان^ريحان"),
    ),
    Script(
        "ISO_IR 126",
        ("Ανεμοδουρά^Θαλασσία", "Αστερολίμνη^Μυρσίνα"),
        ("Πετραδάκης^Ηλιοστάλακτος", "Κυματάρης^Δροσερός"),
    ),
    Script(
        "ISO_IR 192",
        ("Ładogórska^Świetlana", "Čarovná^Zvonimíra", "ดาวทอง^ใบบัว"),
        ("Żurawiecki^Bożydar", "Ğümüşdağ^Yıldıray", "Đồngmây^Hảisơn"),
    ),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who does not exist."""

    number: int
    name: str
    charset: str
    female: bool
    born: date
    seed: int

    @property
    def patient_id(self) -> str:
        """The invented id: SYN- and five digits."""
        return f"SYN-{self.number:05d}"

    @property
    def sex(self) -> str:
        """F or M."""
        return "F" if self.female else "M"

    def age_on(self, day: date) -> int:
        """Whole years of age."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


def person(number: int, seed: int, female: bool, age: int, today: date) -> Person:
    """The patient with this number; every second one or so has a name in another script."""
    rng = np.random.default_rng([seed, number, 1])
    script = SCRIPTS[0 if rng.random() < 0.4 else int(rng.integers(1, len(SCRIPTS)))]
    names = script.women if female else script.men
    born = today - timedelta(days=int(age * 365.25 + rng.integers(0, 360)))
    name = names[int(rng.integers(len(names)))]
    return Person(number, name, script.charset, female, born, int(rng.integers(2**31)))
