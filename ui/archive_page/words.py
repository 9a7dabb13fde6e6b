"""What codes and states mean, for a person."""

from typing import Final

from core.types import CatalogueCode, SkipCode
from indexer.stages import Stage
from storage.run_notes import RunState, Work
from storage.verify_findings import Depth, Severity
from ui.language import N_

SKIPPED: Final = {
    SkipCode.EMPTY: N_("The file has no bytes. Copy it again from where it came."),
    SkipCode.UNREADABLE: N_(
        "The system would not read it. Look at its permissions, and at the disk."
    ),
    SkipCode.UNSAFE_PATH: N_("A DICOMDIR or a link leads out of the folder it is in."),
    SkipCode.NOT_AN_IMAGE: N_("Its content is of no kind that radseek reads."),
    SkipCode.CORRUPT: N_("It breaks off or contradicts itself. Copy it again."),
    SkipCode.UNSUPPORTED: N_("It has a form that radseek does not read."),
    SkipCode.TOO_LARGE: N_("It has more pixels or bytes than a setting allows."),
    SkipCode.TIMED_OUT: N_("Decoding it took longer than `decode_seconds` allows."),
    SkipCode.DECODER_CRASHED: N_("The decoder broke down at it: it is likely damaged."),
}
CATALOGUED: Final = {
    CatalogueCode.NO_PIXELS: N_("Reports, plans and others without an image."),
    CatalogueCode.NOT_A_PICTURE: N_("Pixels that are labels or doses."),
    CatalogueCode.UNSUPPORTED_SYNTAX: N_("Video, and what no decoder here reads."),
    CatalogueCode.NOT_SAMPLED: N_("Slices of a long series, which others stand for."),
    CatalogueCode.CONTAINER: N_("Archives of files, which are indexed one by one."),
}
WAITS: Final = {
    Stage.WALK: N_("It waits for the listing of folders: a faster disk or network would help."),
    Stage.DECODE: N_("It waits for decoding: more `workers`, or a faster disk, would help."),
    Stage.EMBED: N_("It waits for the encoder: a GPU, or another one, would help."),
    Stage.COMMIT: N_("It waits for the disk of the collection: a faster one would help."),
    Stage.ACCOUNT: N_("It spends its time in keeping account: most files are known already."),
}
WORKS: Final = {
    Work.INDEX: N_("Indexing"),
    Work.REINDEX: N_("Reindexing"),
    Work.REBUILD: N_("Rebuilding the index"),
    Work.VERIFY: N_("Checking the collection"),
    Work.EVALUATE: N_("Evaluating"),
}
DEPTHS: Final = {
    Depth.QUICK: N_("everything but embeddings and thumbnails"),
    Depth.USUAL: N_("every embedding, a sample of thumbnails and of the index"),
    Depth.FULL: N_("everything"),
}
SEVERITIES: Final = {
    Severity.DAMAGE: N_("Something is lost: restore a backup, or index the files anew."),
    Severity.STALE: N_("A cache is wrong: `radseek rebuild` makes it anew."),
    Severity.NOTE: N_("Nothing is wrong; it is only told."),
}
STATES: Final = {
    RunState.RUNNING: N_("running"),
    RunState.ENDED: N_("ended"),
    RunState.STOPPED: N_("stopped"),
    RunState.FAILED: N_("failed"),
    RunState.DEAD: N_("killed"),
}
ADVICE: Final = {
    RunState.STOPPED: N_("Give the same command again to go on."),
    RunState.FAILED: N_("Look at what the command said, then give it again to go on."),
    RunState.DEAD: N_(
        "It was killed, or its machine went down. What was committed is kept: give the same "
        "command again to go on."
    ),
}
