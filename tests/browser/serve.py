"""The page's server as `python -m ui` starts it, with the encoder of the tests in the registry."""

import sys

from streamlit.web.cli import main

from encoders.captioner.registry import CAPTIONERS, CaptionerRow
from encoders.registry import ENCODERS, EncoderRow
from radseek.settings import load_settings
from ui.launch import command

if __name__ == "__main__":  # a decoding process imports this file, and must not serve too
    ENCODERS["colour"] = EncoderRow("fakes:load_colour_encoder", "sees colours", "none")
    CAPTIONERS["colour"] = CaptionerRow("fakes:load_colour_captioner", "sees colours")
    settings = load_settings()
    _, _, *words = command(settings.host, settings.port)
    sys.argv = words
    main()
