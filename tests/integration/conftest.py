"""What the tests of whole journeys share."""

import sys

import pytest

from encoders.registry import ENCODERS, EncoderRow
from radseek.cli import main


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """Run one command as typed; gives its exit code, stdout and stderr."""
    row = EncoderRow("fakes:load_colour_encoder", "sees colours", "none")
    monkeypatch.setitem(ENCODERS, "mini", row)
    monkeypatch.setitem(ENCODERS, "colour", row)
    monkeypatch.setenv("RADSEEK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RADSEEK_WORKERS", "1")

    def typed(*words):
        monkeypatch.setattr(sys, "argv", ["radseek", *map(str, words)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return typed
