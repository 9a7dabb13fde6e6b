"""Reports in a catalog: what it costs to keep their words, and to search them.

    python -m benchmarks.words [--studies 100000] [--pictures-per-study 10]

Reports of some 200 words are drawn from a made-up language with word frequencies like those of a
real one (Zipf), and say yes or no of findings of known frequency. Prints Markdown; times are of the
processor, for the whole process.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from core.types import Catalogued, EmbeddedFile, Instance, Kept, Prepared, Tags
from core.types import CatalogueCode, EncoderCard, Location, Source
from search.lexical import word_query
from storage.batch import Batch
from storage.layout import layout_of
from storage.reader import CollectionReader
from storage.snapshot import Snapshot
from storage.writer import CollectionWriter
