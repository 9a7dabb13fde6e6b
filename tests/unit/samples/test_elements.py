"""Elements as bytes, against pydicom's own writer."""

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from samples.elements import encoded, in_order, of_text

SYNTAXES = (ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian)
VALUES = {
    "SOPInstanceUID": "2.25.123",
    "InstanceNumber": 12,
    "SliceLocation": -0.1234,
    "ImagePositionPatient": [-1.5, 0.0, 233.123456],
}


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("keyword", VALUES)
def test_an_element_of_text_has_the_bytes_that_pydicom_gives_it(syntax, keyword):
    dataset = Dataset()
    setattr(dataset, keyword, VALUES[keyword])
    assert dict([of_text(keyword, VALUES[keyword], syntax)]) == encoded(dataset, syntax, [])


def test_an_element_of_another_kind_is_refused():
    with pytest.raises(KeyError):
        of_text("Rows", 3, ExplicitVRLittleEndian)


def test_elements_follow_each_other_by_tag():
    assert in_order({0x00200013: b"b", 0x00080018: b"a", 0x7FE00010: b"c"}) == b"abc"
