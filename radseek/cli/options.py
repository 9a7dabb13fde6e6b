"""Options that several commands share."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

if TYPE_CHECKING:
    from radseek.settings import Settings


def plain_option(name: str, text: str) -> typer.models.OptionInfo:
    """An option with its help, and without a default to show."""
    option: typer.models.OptionInfo = typer.Option(name, help=text, show_default=False)
    return option


HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of all collections (or RADSEEK_HOME).", show_default=False),
]
CollectionOption = Annotated[
    str | None,
    typer.Option(
        "--collection", help="Collection to work on (else `default`).", show_default=False
    ),
]
EncoderOption = Annotated[
    str | None,
    typer.Option(
        "--encoder",
        help="A name, OWNER/NAME of the hub or a folder (else the collection's, else mini).",
        show_default=False,
    ),
]
WeightsOption = Annotated[
    Path | None,
    typer.Option("--weights", help="Folder of the encoder's files.", show_default=False),
]
DeviceOption = Annotated[
    str | None,
    typer.Option(
        "--device", help="auto, cpu, cuda or one GPU as cuda:1 (else auto).", show_default=False
    ),
]
IndexOption = Annotated[
    str | None,
    typer.Option(
        "--index",
        help="auto (by size), flat, panorama or ivf-rabitq (else what was asked for last).",
        show_default=False,
    ),
]
EngineOption = Annotated[
    str | None,
    typer.Option(
        "--engine", help="local, or ray for the machines of a cluster.", show_default=False
    ),
]
AddressOption = Annotated[
    str | None,
    typer.Option(
        "--address", help="Address of the Ray cluster (else one here).", show_default=False
    ),
]
StationsOption = Annotated[
    int | None,
    typer.Option(
        "--stations",
        help="Engines on the cluster (else one for each GPU, else each machine).",
        show_default=False,
    ),
]
RenderingOption = Annotated[
    str | None,
    typer.Option(
        "--rendering",
        help="voi or mi2-compat (else the collection's, else voi).",
        show_default=False,
    ),
]
UnderOption = Annotated[
    Path | None,
    typer.Option("--under", help="Only files below this folder.", show_default=False),
]
AdapterOption = Annotated[
    str | None,
    typer.Option("--adapter", help="See the collection through this adapter.", show_default=False),
]
EncodersOption = Annotated[
    str | None,
    typer.Option(
        "--encoders",
        help="Two encoders: that of the served edition and that of the one beside it, as a,b.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
TopK = Annotated[int, typer.Option("-k", "--top-k", min=1, help="Number of hits.")]
WhereOption = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        help="Filter such as 'modality=CT and age 40..60'; repeat to combine.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class PlaceOptions:
    """Which collection is asked, and what its encoder runs on."""

    PANEL: ClassVar = "Collection"

    weights: WeightsOption = None
    device: DeviceOption = None
    home: HomeOption = None
    collection: CollectionOption = None


@dataclass(frozen=True, slots=True)
class WhereItLives:
    """The options given before the command's name."""

    home: Path | None
    collection: str | None


def settings_of(
    ctx: typer.Context, home: Path | None, collection: str | None, **named: Any
) -> "Settings":
    """The settings of one command; an option after the command's name wins over one before."""
    from radseek.settings import load_settings

    before: WhereItLives = ctx.obj
    return load_settings(
        home=home or before.home, collection=collection or before.collection, **named
    )


def named_encoders(text: str) -> tuple[str, ...]:
    """The encoders that `--encoders` names."""
    return tuple(name.strip() for name in text.split(",") if name.strip())
