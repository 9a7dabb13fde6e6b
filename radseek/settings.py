"""What a person may set: by command line, by RADSEEK_* variables, by HOME/config.toml."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_data_path
from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from core.errors import InvalidRequest
from imaging.limits import DEFAULT_LIMITS
from radseek.login import Login, RoleName
from storage.index_kinds import IndexKind


def _known_charset(name: str) -> str:
    """The name, when Python can read text by it; raises ValueError else."""
    try:
        b" ".decode(name)  # of no bytes Python asks no codec
    except LookupError as error:
        raise ValueError(f"{name!r} is no character set; take one such as iso8859_1") from error
    return name


Charset = Annotated[str, AfterValidator(_known_charset)]

VIEWER_SCHEMES = ("https://", "http://", "weasis://")


def _known_template(template: str) -> str:
    try:
        template.format(study_uid="", series_uid="", sop_uid="")
        is_template = template.startswith(VIEWER_SCHEMES)
    except (LookupError, ValueError):
        is_template = False
    if not is_template:
        raise ValueError(
            f"{template!r} is no address of a viewer; write one such as "
            "https://HOST/viewer?StudyInstanceUIDs={study_uid}"
        )
    return template


ViewerTemplate = Annotated[str, AfterValidator(_known_template)]


def default_home() -> Path:
    """The user's data folder for radseek."""
    return user_data_path("radseek", appauthor=False)


class Settings(BaseSettings):
    """All settings, with their defaults. The first source that names one wins."""

    model_config = SettingsConfigDict(
        env_prefix="RADSEEK_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    home: Path = Field(default_factory=default_home, description="Folder of all collections")
    collection: str = Field("default", description="Collection to work on")
    encoder: str | None = Field(
        None, description="Encoder: name, OWNER/NAME or folder; else the collection's, else mini"
    )
    weights: Path | None = Field(None, description="Folder of weights in place of the usual one")
    captioner: str = Field("mini", description="Captioner that describes pictures")
    captioner_weights: Path | None = Field(
        None, description="Folder of its weights in place of the usual one"
    )
    device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|cuda(:\d+)?)$",
        description="Where the encoder runs: auto, cpu, cuda for every GPU, or cuda:1 for that one",
    )
    workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, description="Decoding processes"
    )
    engine: Literal["local", "ray"] = Field(
        "local", description="Where files are read and embedded: this machine, or a Ray cluster"
    )
    ray_address: str | None = Field(
        None, description="Address of the Ray cluster; else one is started on this machine"
    )
    ray_stations: int | None = Field(
        None, ge=1, description="Engines on the cluster; else one for each GPU, else each machine"
    )
    batch_size: int = Field(256, ge=1, description="Pictures in one durable batch")
    rendering: Literal["voi", "mi2-compat"] | None = Field(
        None, description="How files are shown; else the collection's way, else voi"
    )
    slices_per_series: int | None = Field(
        None,
        ge=0,
        description="Slices embedded of each stack of a series, 0 for all; "
        "else as the collection has it, else 32",
    )
    frames_per_cine: int = Field(
        5, ge=0, description="Frames embedded of a clip, or pages of a document; 0 for all"
    )
    default_charset: Charset = Field(
        "iso8859_1", description="Character set of DICOM text that declares none and is no UTF-8"
    )
    decode_seconds: float = Field(60.0, gt=0, description="Time limit for one file")
    worker_memory: int = Field(
        4 << 30, ge=1 << 30, description="Memory limit of one decoding process, in bytes"
    )
    max_file_bytes: int = Field(
        DEFAULT_LIMITS.file_bytes, ge=1, description="Largest file, or member of an archive"
    )
    max_inflated_bytes: int = Field(
        DEFAULT_LIMITS.inflated_bytes, ge=1, description="Most a deflated data set inflates to"
    )
    max_frame_samples: int = Field(
        DEFAULT_LIMITS.frame_samples, ge=1, description="Most samples of one frame"
    )
    max_file_samples: int = Field(
        DEFAULT_LIMITS.file_samples, ge=1, description="Most samples of all frames of a file"
    )
    max_members: int = Field(
        DEFAULT_LIMITS.members, ge=1, description="Most members of an archive of files"
    )
    max_text: int = Field(
        DEFAULT_LIMITS.text, ge=64, description="Most characters of a text that is kept"
    )
    index: IndexKind | None = Field(
        None,
        description="Kind of index: auto (by size), flat, panorama, ivf-rabitq; "
        "else what was asked for last",
    )
    host: str = Field("127.0.0.1", description="Address that the page listens on")
    allowed_hosts: tuple[str, ...] = Field(
        (),
        description="Names the page answers to; else those of this machine and of the login's "
        "address, or any where there is none",
    )
    role: RoleName = Field("viewer", description="What may be done on the page without a login")
    login: Login | None = Field(
        None, description="Who may log in, a table of its own; see [Security](../security.md)"
    )
    without_login: bool = Field(
        False, description="Serve the page to other machines although nobody logs in"
    )
    audit: Path | None = Field(
        None, description="File that notes who opened which picture on the page, and when"
    )
    viewers: Mapping[str, ViewerTemplate] = Field(
        default_factory=dict,
        description="Other viewers to open a picture in, by name: addresses with {study_uid}, "
        "{series_uid}, {sop_uid}",
    )
    roots: tuple[Path, ...] = Field(
        (), description="Folders below which an admin may add others from the page; else none"
    )
    links_out: bool = Field(
        True,
        description="Follow links that lead out of an indexed folder; runs of the page never do",
    )
    port: int = Field(8501, ge=1, le=65535, description="Port that the page listens on")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  (pydantic's signature)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line, then environment, then HOME/config.toml; no .env and no secrets folder."""
        toml = TomlConfigSettingsSource(settings_cls, _home(init_settings) / "config.toml")
        return init_settings, env_settings, toml


def _home(init_settings: PydanticBaseSettingsSource) -> Path:
    named = init_settings.init_kwargs if isinstance(init_settings, InitSettingsSource) else {}
    return Path(named.get("home") or os.environ.get("RADSEEK_HOME") or default_home())


def load_settings(**named: Any) -> Settings:
    """Settings with the named ones on top; None means not named. Raises InvalidRequest."""
    given = {name: value for name, value in named.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise InvalidRequest(f"A setting cannot be used: {problems}.") from error
