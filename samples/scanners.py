"""The invented machines: each with a look, a transfer syntax and a way to name its files."""

from dataclasses import dataclass

from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)


@dataclass(frozen=True, slots=True)
class Scanner:
    """A machine that nobody makes."""

    name: str
    modality: str
    manufacturer: str
    model: str
    station: str
    syntax: UID
    extension: str = ".dcm"
    noise: float = 1.0  # against the quietest
    sharp: float = 1.0  # gain of fine detail
    spacing: float = 5.0  # mm between slices
    signed: bool = False
    monochrome1: bool = False


ALDERMOOR = "SYNTHETIC Aldermoor Imaging"
VESPERTINE = "SYNTHETIC Vespertine Medical"
KITEHILL = "SYNTHETIC Kitehill Systems"

SCANNERS: tuple[Scanner, ...] = (
    Scanner("ct-a", "CT", ALDERMOOR, "Lantern 64", "LANTERN1", ExplicitVRLittleEndian),
    Scanner("ct-b", "CT", VESPERTINE, "Halo One", "HALO1", RLELossless, "", 1.5, 0.8, 5.0, True),
    Scanner("ct-c", "CT", KITEHILL, "Spiral K", "SPIRALK", JPEGLSLossless, ".dcm", 0.8, 1.2, 4.0),
    Scanner(
        "ct-d", "CT", ALDERMOOR, "Lantern 16", "OLDCT", ImplicitVRLittleEndian, "", 2.0, 0.7, 6.0
    ),
    Scanner("dx-a", "DX", VESPERTINE, "Clarion D", "BUCKY1", JPEG2000Lossless, ".dcm", 0.8, 1.2),
    Scanner(
        "dx-b",
        "DX",
        KITEHILL,
        "Planar 43",
        "BUCKY2",
        ExplicitVRLittleEndian,
        "",
        1.0,
        1.0,
        monochrome1=True,
    ),
    Scanner(
        "cr-a",
        "CR",
        ALDERMOOR,
        "Foil 10",
        "PORTABLE",
        ImplicitVRLittleEndian,
        ".dcm",
        2.2,
        0.7,
        monochrome1=True,
    ),
    Scanner("cr-b", "CR", VESPERTINE, "Cassette 2", "CRREAD2", RLELossless, "", 1.6, 0.8),
    Scanner(
        "mr-a",
        "MR",
        KITEHILL,
        "Tesseract 1.5",
        "MAG15",
        DeflatedExplicitVRLittleEndian,
        ".dcm",
        1.4,
    ),
    Scanner("mr-b", "MR", VESPERTINE, "Quietus 3T", "MAG3", JPEGLSLossless, "", 0.8, 1.2),
    Scanner("us-a", "US", ALDERMOOR, "Sonora 5", "ECHO1", JPEGBaseline8Bit, ".dcm"),
    Scanner("us-b", "US", KITEHILL, "Ripple", "ECHO2", ExplicitVRBigEndian, ""),
)


def scanner(name: str) -> Scanner:
    """The machine with this name; KeyError when there is none."""
    return {machine.name: machine for machine in SCANNERS}[name]
