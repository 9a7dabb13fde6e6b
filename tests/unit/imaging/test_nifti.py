import gzip
import struct
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import nibabel
import numpy as np
import pytest

from core.errors import CannotDecode
from core.pixels import grey_channel
from core.types import CatalogueCode, Identity, SkipCode
from imaging.display import Window
from imaging.frames import FramePolicy
from imaging.limits import Limits
from imaging.nifti import is_nifti, nifti_header, read_nifti, view_nifti
from imaging.pixel_hash import pixel_hash
from imaging.profiles import MI2_COMPAT, VOI
from imaging.quiet import quiet_libraries
from imaging.rules import Crop, Rules, View
from tests.conftest import need

ROOT = Path(__file__).parents[3]
ALL = Rules(frames=FramePolicy(slices=0))
# Places in the header of NIfTI-1: nifti1.h
DIM, INTENT, DATATYPE, PIXDIM, OFFSET, SLOPE, CAL_MAX, CODES, QUATERN, SROW, MAGIC = (
    40, 68, 70, 76, 108, 112, 124, 252, 256, 280, 344,
)  # fmt: skip
IDENTITY = np.diag([1.0, 1.0, 1.0, 1.0])


def make_nifti(voxels, affine=IDENTITY, kind=nibabel.Nifti1Image, **fields):
    """Write voxels as nibabel does; fields are set as they are, scaling does not touch voxels."""
    voxels = np.asarray(voxels)
    image = kind(voxels, affine, dtype=voxels.dtype)
    for name, value in fields.items():
        image.header[name] = value
    content = image.to_bytes()
    if {"scl_slope", "scl_inter"} & set(fields):  # to_bytes writes its own
        scale = (fields.get("scl_slope", 1), fields.get("scl_inter", 0))
        content = patch(content, SLOPE, "ff", *scale)
    return content


def patch(content, place, form, *values):
    packed = struct.pack("<" + form, *values)
    return content[:place] + packed + content[place + len(packed) :]


def read(content, rules=ALL):
    with quiet_libraries():
        return read_nifti(content, "ab" * 32, rules)


def shown(content, rules=ALL):
    """The grey slices (S, H, W)."""
    return np.array([picture.pixels[:, :, 0] for picture in read(content, rules).pictures])


def refused(content, rules=ALL):
    with quiet_libraries(), pytest.raises(CannotDecode) as caught:
        read_nifti(content, "ab" * 32, rules)
    assert caught.value.reason.endswith(".")
    return caught.value


def ramp(shape, dtype=np.int16):
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


def by_percentiles(values):
    """What percentiles 1 to 99 of a volume show, worked out here."""
    low, high = np.percentile(values, (1, 99))
    return np.clip((values - low) / (high - low), 0, 1) * 255


# A volume of right-to-left, posterior-to-anterior, inferior-to-superior voxels, one bright voxel
# in the patient's left front top corner.
LEFT_FRONT_TOP = np.zeros((5, 6, 7), np.uint8)
LEFT_FRONT_TOP[0, 5, 6] = 255


def every_orientation():
    """All 48 ways to store the axes of a volume, with the affine that says so."""
    for order in ([0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]):
        for signs in np.ndindex(2, 2, 2):
            yield order, [1 - 2 * sign for sign in signs]


@pytest.mark.parametrize(("order", "signs"), list(every_orientation()))
def test_a_radiologist_sees_the_same_however_the_volume_is_stored(order, signs):
    """The stored volume and its affine are made here, by moving axes and their columns."""
    affine = np.array([[1, 0, 0, -2], [0, 1, 0, -9], [0, 0, 1, 4], [0, 0, 0, 1.0]])
    volume = LEFT_FRONT_TOP
    for axis, sign in enumerate(signs):
        if sign < 0:
            affine[:3, 3] += affine[:3, axis] * (volume.shape[axis] - 1)
            affine[:3, axis] *= -1
            volume = np.flip(volume, axis)
    stored = make_nifti(volume.transpose(order), affine[:, [*order, 3]])
    pictures = read(stored).pictures
    assert [picture.pixels.shape for picture in pictures] == [(6, 5, 3)] * 7
    bright = np.argwhere(shown(stored) == 255).tolist()
    assert bright == [[6, 0, 4]]  # top slice; front is up; the patient's left is on the right
    # The centre of the first pixel: the patient's right (x up to 2), front (y up to -4).
    assert [picture.place.position for picture in pictures] == [(-2, 4, 4 + k) for k in range(7)]
    assert {picture.place.orientation for picture in pictures} == {(1, 0, 0, 0, 1, 0)}
    assert [picture.place.along for picture in pictures] == list(range(4, 11))


def test_a_tilted_volume_keeps_the_place_of_its_slices():
    turn = np.deg2rad(20)
    tilt = np.array([[1, 0, 0], [0, np.cos(turn), -np.sin(turn)], [0, np.sin(turn), np.cos(turn)]])
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = tilt @ np.diag([-2, -2, 3]), (40, 50, 60)  # stored as LPS
    (first, second, *_) = read(make_nifti(ramp((5, 6, 7)), affine)).pictures
    assert first.place.position == pytest.approx((-40, -50, 60))
    moved = (-40, -50 + 3 * np.sin(turn), 60 + 3 * np.cos(turn))
    assert second.place.position == pytest.approx(moved, abs=1e-5)
    assert first.place.orientation == pytest.approx(
        (1, 0, 0, 0, np.cos(turn), -np.sin(turn)), abs=1e-6
    )
    assert second.place.along - first.place.along == pytest.approx(3)


@pytest.mark.parametrize(
    ("edges", "shape", "plane"),
    [
        ((1, 1, 1.9), (5, 6, 7), "axial"),
        ((1.9, 1, 1), (5, 6, 7), "axial"),
        ((2, 1, 1), (5, 6, 7), "sagittal"),
        ((0.5, 4, 0.5), (5, 6, 7), "coronal"),
        ((1, 1, 1), (1, 6, 7), "sagittal"),
        ((1, 1, 1), (5, 1, 7), "coronal"),
        ((9, 1, 1), (5, 6, 1), "axial"),
    ],
)
def test_slices_lie_in_the_plane_they_were_taken_in(edges, shape, plane):
    """Each plane's picture of the voxels, worked out by hand from the axes right, front, top."""
    volume = ramp(shape, np.uint8)
    rules = replace(ALL, profile=replace(ALL.profile, squares_pixels=False))
    pictures = read(make_nifti(volume, np.diag([*edges, 1.0])), rules).pictures
    expected = {
        "axial": [volume[::-1, ::-1, k].T for k in range(shape[2])],
        "coronal": [volume[::-1, j, ::-1].T for j in reversed(range(shape[1]))],
        "sagittal": [volume[i, ::-1, ::-1].T for i in range(shape[0])],
    }[plane]
    assert [picture.pixel_sha256 for picture in pictures] == [pixel_hash(s) for s in expected]


def test_pixels_are_square():
    content = make_nifti(ramp((10, 10, 3)), np.diag([1.0, 1.5, 1.5, 1]))
    decoded = read(content)
    assert decoded.pictures[0].pixels.shape == (15, 10, 3)
    assert (decoded.instance.tags.rows, decoded.instance.tags.columns) == (10, 10)
    plain = read(content, replace(ALL, profile=MI2_COMPAT))
    assert plain.pictures[0].pixels.shape == (10, 10, 3)


@pytest.mark.parametrize("profile", [VOI, MI2_COMPAT])
def test_a_slice_is_known_as_grey(profile):
    content = make_nifti(ramp((10, 10, 3)), np.diag([1.0, 1.5, 1.5, 1]))
    pictures = read(content, replace(ALL, profile=profile)).pictures
    assert all(grey_channel(picture.pixels) is not None for picture in pictures)


def test_slices_are_spread_evenly():
    volume = np.repeat(np.arange(30, dtype=np.uint8), 4).reshape(30, 2, 2).transpose(1, 2, 0)
    decoded = read(make_nifti(volume), Rules(frames=FramePolicy(slices=5)))
    assert [picture.frame for picture in decoded.pictures] == [3, 9, 14, 20, 26]
    assert decoded.instance.tags.frames == 30
    assert len(read(make_nifti(volume), Rules()).pictures) == 30


DTYPES = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("order", "<>")
def test_values_of_every_type_are_shown_by_percentiles_of_the_volume(dtype, order):
    volume = (ramp((10, 10, 2)) % 127).astype(dtype)
    header = nibabel.Nifti1Header(endianness=order)
    content = nibabel.Nifti1Image(volume, IDENTITY, header, dtype=volume.dtype).to_bytes()
    assert content.startswith(struct.pack(order + "i", 348))
    expected = by_percentiles(volume.astype(float))[::-1, ::-1].transpose(2, 1, 0)
    assert np.abs(shown(content) - expected).max() <= 0.5 + 1e-9


def test_very_large_whole_numbers_are_shown_too():
    volume = np.uint64(2**63) + ramp((10, 10, 2)).astype(np.uint64) * 4096
    grey = shown(make_nifti(volume))
    assert (grey.min(), grey.max()) == (0, 255)


def test_values_are_rescaled_before_a_window_is_asked_for():
    volume = ramp((8, 8, 1))
    content = make_nifti(volume, scl_slope=2, scl_inter=-64)
    values = volume[::-1, ::-1, 0].T * 2.0 - 64
    with quiet_libraries():
        pixels = view_nifti(content, View(window=Window(0.5, 65)), ALL)
    assert np.abs(pixels[:, :, 0] - np.clip((values + 32) / 64, 0, 1) * 255).max() <= 0.5 + 1e-9


def test_a_falling_slope_turns_the_picture():
    content = make_nifti(ramp((8, 8, 1)), scl_slope=-1, scl_inter=9)
    assert (shown(content) == 255 - shown(make_nifti(ramp((8, 8, 1))))).all()


@pytest.mark.parametrize("slope", [0, np.nan, np.inf])
@pytest.mark.parametrize("intercept", [7, np.nan])
def test_a_slope_that_cannot_be_is_none(slope, intercept):
    content = make_nifti(ramp((8, 8, 1)), scl_slope=slope, scl_inter=intercept)
    with quiet_libraries():
        pixels = view_nifti(content, View(window=Window(32, 64)), ALL)
    expected = view_nifti(make_nifti(ramp((8, 8, 1))), View(window=Window(32, 64)), ALL)
    assert (pixels == expected).all()


@pytest.mark.parametrize(
    ("least", "most", "obeyed"),
    [
        (20, 60, True),
        (-100, 200, True),
        (0, 0, False),
        (60, 20, False),
        (np.nan, 60, False),
        (0, np.inf, False),
        (500, 600, False),  # beyond all values
        (0, 10_000, False),  # so wide that all is dark
    ],
)
def test_the_range_to_show_is_obeyed_when_it_can_be(least, most, obeyed):
    volume = ramp((10, 10, 1))
    content = make_nifti(volume, cal_min=least, cal_max=most)
    values = volume[::-1, ::-1, 0].T.astype(float)
    told = np.clip((values - least) / (most - least or 1), 0, 1) * 255
    expected = told if obeyed else by_percentiles(values)
    assert np.abs(shown(content)[0] - expected).max() <= 0.5 + 1e-9
    unobeyed = shown(content, replace(ALL, profile=MI2_COMPAT))[0]
    assert np.abs(unobeyed - by_percentiles(values)).max() <= 0.5 + 1e-9


def test_what_is_not_finite_is_black_and_does_not_count():
    volume = ramp((10, 10, 1), np.float32)
    volume[3, 4:7, 0] = np.nan, np.inf, -np.inf
    finite = np.isfinite(volume)
    expected = np.zeros(volume.shape)
    low, high = np.percentile(volume[finite], (1, 99))
    expected[finite] = np.clip((volume[finite] - low) / (high - low), 0, 1) * 255
    assert np.abs(shown(make_nifti(volume))[0] - expected[::-1, ::-1, 0].T).max() <= 0.5 + 1e-5


@pytest.mark.parametrize("level", [0, 7, -3])
def test_a_constant_volume_is_mid_grey(level):
    grey = shown(make_nifti(np.full((3, 3, 2), level, np.int16)))
    assert np.unique(grey).tolist() == [128]


def test_a_volume_without_a_number_is_black():
    assert not shown(make_nifti(np.full((3, 3, 2), np.nan, np.float32))).any()


def test_of_several_volumes_the_middle_one_is_shown():
    volumes = ramp((3, 4, 2, 5))
    decoded = read(make_nifti(volumes))
    expected = [pixel_hash(volumes[::-1, ::-1, k, 2].T) for k in range(2)]
    assert [picture.pixel_sha256 for picture in decoded.pictures] == expected
    assert decoded.instance.tags.frames == 2


def test_further_dimensions_of_one_do_not_matter():
    content = make_nifti(ramp((3, 4, 2)))
    longer = patch(content, DIM, "8h", 7, 3, 4, 2, 1, 1, 1, 1)
    assert (shown(longer) == shown(content)).all()


@pytest.mark.parametrize("names", ["RGB", "RGBA"])
def test_colours_are_shown_as_they_are_and_opacity_on_black(names):
    samples = np.random.default_rng(0).integers(0, 256, (4, 5, 2, len(names)), np.uint8)
    volume = samples.view([(name, "u1") for name in names])[..., 0]
    decoded = read(make_nifti(volume))
    slices = samples[::-1, ::-1].transpose(2, 1, 0, 3).astype(int)
    opacity = slices[..., 3:] if names == "RGBA" else 255
    expected = (slices[..., :3] * opacity + 127) // 255
    assert ([picture.pixels.tolist() for picture in decoded.pictures]) == expected.tolist()
    assert (decoded.instance.tags.photometric, decoded.instance.tags.bits_stored) == ("RGB", 8)


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_both_versions_are_read_packed_or_not(kind, pack):
    volume = ramp((3, 4, 2))
    content = pack(make_nifti(volume, kind=kind))
    assert is_nifti(content)
    expected = [pixel_hash(volume[::-1, ::-1, k].T) for k in range(2)]
    assert [picture.pixel_sha256 for picture in read(content).pictures] == expected


def test_gzip_in_many_parts_is_read():
    """As bgzip writes it."""
    plain = make_nifti(ramp((30, 30, 2)))
    parts = b"".join(gzip.compress(plain[i : i + 100]) for i in range(0, len(plain), 100))
    assert (shown(parts) == shown(plain)).all()


def test_a_file_says_its_size_and_spacing_and_nothing_that_names_anyone():
    text = b"Invented^Name 1999"
    named = {"descrip": text, "aux_file": text, "intent_name": text[:15]}
    content = make_nifti(ramp((3, 4, 2)), np.diag([2.0, 2.5, 3, 1]), **named)
    extended = nibabel.Nifti1Image.from_bytes(content)
    extended.header.extensions.append(nibabel.nifti1.Nifti1Extension(6, b"Invented^Name"))
    content = extended.to_bytes()
    assert content.count(b"Invented") == 4
    decoded = read(content)
    tags, identity = decoded.instance.tags, decoded.instance.identity
    assert (tags.rows, tags.columns, tags.frames) == (4, 3, 2)
    assert (tags.row_spacing, tags.column_spacing, tags.slice_thickness) == (2.5, 2, 3)
    assert (tags.photometric, tags.bits_stored, tags.modality) == ("MONOCHROME2", 16, "")
    assert identity == Identity()
    assert "Invented" not in repr(decoded)


def test_a_file_is_a_series_of_its_own():
    content = make_nifti(ramp((3, 4, 2)))
    one, other = (nifti_header(content, digest * 32, ALL) for digest in ("ab", "cd"))
    uids = {one.instance.tags.study_uid, one.instance.tags.series_uid, one.instance.tags.sop_uid}
    assert len(uids) == 3
    assert one.instance.tags.derived_uids == "study,series,sop"
    assert one.instance.tags.series_uid != other.instance.tags.series_uid


def test_the_header_says_what_the_whole_file_does():
    content = make_nifti(ramp((3, 4, 1)))
    assert nifti_header(content, "ab" * 32, ALL) == replace(read(content), pictures=())
    assert nifti_header(content[:400], "ab" * 32, ALL).instance.place.position == (-2, -3, 0)


def test_one_slice_of_many_is_not_the_place_of_the_file():
    assert read(make_nifti(ramp((3, 4, 2)))).instance.place is None


def test_the_unit_of_length_is_obeyed():
    content = patch(make_nifti(ramp((3, 4, 2)), np.diag([0.5, 0.5, 2, 1])), 123, "b", 3)
    assert read(content).instance.tags.slice_thickness == pytest.approx(0.002)


VIEWED = make_nifti(ramp((4, 6, 5), np.uint8))


@pytest.mark.parametrize(("frame", "index"), [(None, 2), (0, 0), (4, 4)])
def test_a_view_shows_the_slice_that_is_asked_for(frame, index):
    expected = read(VIEWED).pictures[index].pixels
    assert (view_nifti(VIEWED, View(frame=frame), ALL) == expected).all()


def test_a_view_is_cropped():
    whole = read(VIEWED).pictures[2].pixels
    assert (view_nifti(VIEWED, View(crop=Crop(1, 2, 2, 3)), ALL) == whole[2:5, 1:3]).all()


# What does not say how it lies, or says what cannot be


def test_without_an_orientation_a_file_is_taken_as_radiological():
    """nifti1.h, method 1: the first index increases to the patient's left."""
    volume = ramp((3, 4, 2))
    content = patch(make_nifti(volume), CODES, "hh", 0, 0)
    decoded = read(content)
    expected = [pixel_hash(volume[:, ::-1, k].T) for k in range(2)]
    assert [picture.pixel_sha256 for picture in decoded.pictures] == expected
    assert {picture.place for picture in decoded.pictures} == {None}


@pytest.mark.parametrize(
    "row", [[np.nan] * 4, [0] * 4, [np.inf, 0, 0, 0], [1e30, 0, 0, 0], [0, 1, 0, 0]]
)
def test_an_sform_that_cannot_be_leaves_it_to_the_qform(row):
    header = nibabel.Nifti1Header()
    header.set_data_shape((3, 4, 2))
    header.set_data_dtype(np.int16)
    header.set_qform(np.diag([2.0, 2, 2, 1]), 1)
    header.set_sform(np.diag([9.0, 9, 9, 1]), 1)
    volume = nibabel.Nifti1Image(ramp((3, 4, 2)), None, header).to_bytes()
    assert read(volume).instance.tags.slice_thickness == 9
    broken = patch(volume, SROW, "4f", *row)
    assert read(broken).instance.tags.slice_thickness == 2
    assert read(patch(broken, QUATERN, "3f", 5, 5, 5)).pictures[0].place is None
    assert read(patch(broken, QUATERN, "f", np.nan)).pictures[0].place is None


@pytest.mark.parametrize("handedness", [0, 1, 7])
def test_a_qform_without_handedness_is_right_handed(handedness):
    header = nibabel.Nifti1Header()
    header.set_qform(np.diag([2.0, 2, 3, 1]), 1)
    content = nibabel.Nifti1Image(ramp((3, 4, 2)), None, header).to_bytes()
    content = patch(patch(content, CODES, "hh", 1, 0), PIXDIM, "f", handedness)
    assert [picture.place.along for picture in read(content).pictures] == [0, 3]


def test_sizes_of_a_voxel_that_cannot_be_are_one():
    content = patch(make_nifti(ramp((3, 4, 2))), CODES, "hh", 0, 0)
    tags = read(patch(content, PIXDIM, "4f", 1, 0, -1.5, np.nan)).instance.tags
    assert (tags.column_spacing, tags.row_spacing, tags.slice_thickness) == (1, 1.5, 1)


# What is not read


@pytest.mark.parametrize("magic", [b"ni1\0", b"\0\0\0\0"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_pair_of_files_is_named_with_what_to_do(magic, pack):
    header = patch(make_nifti(ramp((3, 4, 2))), MAGIC, "4s", magic)[:348]
    header = patch(header, 38, "c", b"r")  # both NIfTI pairs and Analyze 7.5 have it
    assert is_nifti(pack(header))
    error = refused(pack(header))
    assert error.code is SkipCode.UNSUPPORTED
    assert "one .nii" in error.reason


@pytest.mark.parametrize(
    "content",
    [b"", b"n+1\0", b"\x1f\x8b", gzip.compress(b"text", mtime=0), b"\x1f\x8b" + b"\xff" * 600],
)
def test_other_bytes_are_no_nifti(content):
    assert not is_nifti(content)


def test_a_wrong_magic_is_no_nifti():
    assert not is_nifti(patch(make_nifti(ramp((3, 4, 2))), MAGIC, "4s", b"n+3\0"))


@pytest.mark.parametrize("code", [1, 32, 1536, 1792, 2048, 0, -5, 12345])
def test_types_that_no_screen_shows_are_unsupported(code):
    content = patch(make_nifti(ramp((3, 4, 2))), DATATYPE, "h", code)
    assert refused(content).code is SkipCode.UNSUPPORTED


@pytest.mark.parametrize("intent", [1002, 1007])
def test_labels_and_vectors_are_catalogued_without_a_picture(intent):
    content = make_nifti(ramp((3, 4, 2)), intent_code=intent)
    decoded = read(content)
    assert (decoded.kept.code, decoded.pictures) == (CatalogueCode.NOT_A_PICTURE, ())
    assert decoded.instance.tags.frames == 2
    assert nifti_header(content, "ab" * 32, ALL).kept == decoded.kept
    with pytest.raises(CannotDecode, match="labels"):
        view_nifti(content, View(), ALL)


@pytest.mark.parametrize("shape", [(3, 4, 2, 1, 3), (50, 1, 1), (1, 50, 1), (1, 1, 50)])
def test_vectors_and_lines_are_no_picture(shape):
    assert read(make_nifti(ramp(shape))).kept.code is CatalogueCode.NOT_A_PICTURE


# Hostile files


@pytest.mark.parametrize(
    "dims",
    [
        (0, 3, 4, 2),
        (8, 3, 4, 2),
        (-1, 3, 4, 2),
        (3, 0, 4, 2),
        (3, -3, 4, 2),
        (3, -1, 1, 1),  # a shape that FreeSurfer gives a meaning
        (7, 3, 4, 2, 1, 1, 0, 1),
    ],
)
def test_dimensions_that_cannot_be_are_corrupt(dims):
    content = patch(make_nifti(ramp((3, 4, 2))), DIM, "8h", *dims, *[1] * (8 - len(dims)))
    assert refused(content).code is SkipCode.CORRUPT


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(
    "dims", [(3, 32767, 32767, 2), (4, 9000, 9000, 32767, 32767), (7, *[32767] * 7)]
)
def test_more_voxels_than_the_limit_are_refused_before_they_are_allocated(pack, dims):
    content = patch(make_nifti(ramp((3, 4, 2))), DIM, f"{len(dims)}h", *dims)
    assert refused(pack(content)).code is SkipCode.TOO_LARGE


def test_sizes_beyond_any_machine_are_refused():
    content = make_nifti(ramp((3, 4, 2)), kind=nibabel.Nifti2Image)
    content = patch(content, 16, "4q", 3, 2**62, 2**62, 2**62)  # dim of nifti2.h
    assert refused(content).code is SkipCode.TOO_LARGE


@pytest.mark.parametrize("offset", [0, 100, 351, 352.5, -352, np.nan, np.inf, 1e30])
def test_voxels_that_begin_where_they_cannot_are_corrupt(offset):
    content = patch(make_nifti(ramp((3, 4, 2))), OFFSET, "f", offset)
    assert refused(content).code is SkipCode.CORRUPT
    assert refused(gzip.compress(content)).code in (SkipCode.CORRUPT, SkipCode.TOO_LARGE)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_that_is_cut_is_corrupt_wherever(pack):
    noise = np.random.default_rng(0).integers(0, 255, (9, 9, 9), np.uint8)
    content = pack(make_nifti(noise))
    for size in [*range(len(content) - 12, len(content)), *range(400, len(content), 50)]:
        assert refused(content[:size]).code is SkipCode.CORRUPT


@pytest.mark.parametrize("size", [352, 400, 539])
def test_a_header_that_is_cut_is_corrupt(size):
    content = make_nifti(ramp((3, 4, 2)), kind=nibabel.Nifti2Image)
    assert refused(content[:size]).code is SkipCode.CORRUPT


def test_damaged_packing_is_corrupt():
    packed = bytearray(gzip.compress(make_nifti(ramp((30, 30, 30)))))
    packed[len(packed) // 2] ^= 0xFF
    assert refused(bytes(packed)).code is SkipCode.CORRUPT


def test_a_bomb_is_inflated_to_what_its_header_needs_and_the_limit_allows():
    content = make_nifti(ramp((3, 4, 2)))
    bomb = gzip.compress(content + b"\0" * (1 << 26))
    assert len(bomb) < 70_000
    small = replace(ALL, limits=Limits(file_bytes=1 << 20))
    assert len(read(bomb, small).pictures) == 2  # what follows the volume is left packed
    far = patch(content, OFFSET, "f", 1 << 25)
    assert refused(gzip.compress(far + b"\0" * (1 << 26)), small).code is SkipCode.TOO_LARGE
    wide = patch(content, DIM, "4h", 3, 2000, 2000, 2)
    assert refused(gzip.compress(wide + b"\0" * (1 << 26)), small).code is SkipCode.TOO_LARGE


@pytest.mark.parametrize("size", [0, -16, 7, 2**31 - 1])
def test_extensions_of_a_lying_size_are_not_followed(size):
    image = nibabel.Nifti1Image(ramp((3, 4, 2)), IDENTITY)
    image.header.extensions.append(nibabel.nifti1.Nifti1Extension(6, b"x" * 24))
    content = image.to_bytes()
    assert (shown(patch(content, 352, "i", size)) == shown(content)).all()


@pytest.mark.parametrize("slope", [3e38, -3e38, 1e-40])
def test_a_huge_or_tiny_slope_is_shown(slope):
    grey = shown(make_nifti(ramp((10, 10, 1)), scl_slope=slope, scl_inter=0))
    assert (grey.min(), grey.max()) == (0, 255)


def test_a_slope_that_leaves_no_finite_value_is_black_or_white():
    content = make_nifti(ramp((10, 10, 1)) + 1, kind=nibabel.Nifti2Image)
    content = patch(content, 176, "d", 1.7e308)  # scl_slope of nifti2.h
    assert set(np.unique(shown(content))) <= {0, 255}


def test_the_hash_is_of_stored_values_whatever_their_type():
    small, wide = (make_nifti(ramp((3, 4, 2), dtype)) for dtype in (np.int16, np.int32))
    assert [p.pixel_sha256 for p in read(small).pictures] == [
        p.pixel_sha256 for p in read(wide).pictures
    ]
    assert sha256(small).hexdigest() != sha256(wide).hexdigest()


def test_a_worker_that_meets_no_nifti_does_not_load_its_library():
    loaded = "import sys, imaging.decode; sys.exit('nibabel' in sys.modules)"
    subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, check=True)


@pytest.mark.parametrize(
    "name", ["anatomical.nii", "example4d.nii.gz", "example_nifti2.nii.gz", "functional.nii"]
)
def test_real_files_agree_with_nibabel(name):
    """Its canonical axes lead to right, anterior and superior."""
    path = Path(nibabel.__file__).parent / "tests" / "data" / name
    need(path.is_file(), "nibabel is installed without its test files")
    whole = nibabel.load(path)
    volume = whole.slicer[..., whole.shape[3] // 2] if whole.ndim == 4 else whole
    right = nibabel.as_closest_canonical(volume)
    values = right.get_fdata()
    decoded = read(path.read_bytes())
    expected = by_percentiles(values)[::-1, ::-1].transpose(2, 1, 0)
    plain = read(path.read_bytes(), replace(ALL, profile=MI2_COMPAT))
    for picture, grey in zip(plain.pictures, expected, strict=True):
        assert np.abs(picture.pixels[:, :, 0] - grey).max() <= 0.5 + 1e-3
    corner = right.affine @ (values.shape[0] - 1, values.shape[1] - 1, 0, 1)
    place = decoded.pictures[0].place.position
    assert place == pytest.approx((-corner[0], -corner[1], corner[2]), abs=1e-4)
