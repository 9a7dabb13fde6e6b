"""The container files, as far as they can be checked without an engine."""

import copy
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "tests" / "golden" / "compose-spec.json").read_text())
BASE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
GPU = yaml.safe_load((ROOT / "docker-compose.gpu.yml").read_text())
SERVICES = ["app", "index"]


def merge(under: Any, over: Any) -> Any:
    """As the Compose Specification merges files: mappings by key, lists one after the other."""
    if isinstance(under, dict) and isinstance(over, dict):
        both = {key: merge(under[key], over[key]) for key in under.keys() & over.keys()}
        return under | over | both
    if isinstance(under, list) and isinstance(over, list):
        return under + over
    return over


MERGED = merge(copy.deepcopy(BASE), GPU)


def errors_of(compose: dict[str, Any]) -> list[str]:
    validator = Draft202012Validator(SCHEMA)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(compose)]


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as (instruction, rest of the line), continued lines joined."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, " ".join(rest.split())) for word, rest in (line.split(" ", 1) for line in lines)]


def final_stage() -> list[tuple[str, str]]:
    lines = instructions()
    last = max(number for number, (word, _) in enumerate(lines) if word == "FROM")
    return lines[last:]


def only(lines: list[tuple[str, str]], wanted: str) -> str:
    (rest,) = (rest for word, rest in lines if word == wanted)
    return rest


@pytest.mark.parametrize("compose", [BASE, GPU, MERGED], ids=["base", "gpu", "merged"])
def test_the_compose_files_follow_the_specification(compose):
    assert errors_of(compose) == []


def test_the_specification_finds_a_misspelt_key():
    wrong = copy.deepcopy(BASE)
    wrong["services"]["app"]["prots"] = wrong["services"]["app"].pop("ports")
    assert any("prots" in error for error in errors_of(wrong))


@pytest.mark.parametrize("compose", [BASE, MERGED], ids=["base", "gpu"])
@pytest.mark.parametrize("name", SERVICES)
class TestEveryService:
    def test_is_neither_root_nor_able_to_become_it(self, compose, name):
        service = compose["services"][name]
        assert service["user"] == "10001:10001"
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert service.get("privileged", False) is False

    def test_writes_only_to_its_volume_and_memory(self, compose, name):
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["tmpfs"] == ["/tmp"]
        volume, archive = service["volumes"]
        assert volume == "radseek-data:/data"
        assert archive["target"] == "/archive"
        assert archive["read_only"] is True
        assert archive["source"].startswith("${RADSEEK_ARCHIVE:?")

    def test_has_a_version_in_its_image_name(self, compose, name):
        assert re.fullmatch(r"radseek:\d+\.\d+\.\d+(-gpu)?", compose["services"][name]["image"])


def test_the_image_carries_the_version_of_the_project():
    from radseek import __version__

    assert BASE["services"]["app"]["image"] == f"radseek:{__version__}"
    assert MERGED["services"]["app"]["image"] == f"radseek:{__version__}-gpu"


def test_the_page_is_published_to_this_machine_only():
    assert BASE["services"]["app"]["ports"] == ["127.0.0.1:8501:8501"]
    assert "ports" not in BASE["services"]["index"]


def test_the_page_goes_without_a_login_only_where_it_is_published_to_this_machine():
    assert BASE["services"]["app"]["environment"]["RADSEEK_WITHOUT_LOGIN"] == "true"
    assert all(port.startswith("127.0.0.1:") for port in BASE["services"]["app"]["ports"])
    assert not [rest for word, rest in final_stage() if "WITHOUT_LOGIN" in rest]


def test_the_page_answers_to_the_names_of_this_machine_only():
    named = json.loads(BASE["services"]["app"]["environment"]["RADSEEK_ALLOWED_HOSTS"])
    assert set(named) == {"localhost", "127.0.0.1"}


def test_the_index_service_runs_only_when_asked_for():
    assert BASE["services"]["index"]["profiles"] == ["index"]
    assert BASE["services"]["index"]["command"] == ["index", "/archive"]
    assert "profiles" not in BASE["services"]["app"]


def test_the_named_volume_is_declared():
    assert list(BASE["volumes"]) == ["radseek-data"]


@pytest.mark.parametrize("name", SERVICES)
def test_the_override_reserves_a_gpu_and_changes_nothing_else(name):
    under, over = BASE["services"][name], MERGED["services"][name]
    (device,) = over["deploy"]["resources"]["reservations"]["devices"]
    assert (device["driver"], device["capabilities"]) == ("nvidia", ["gpu"])
    assert over["environment"] == under.get("environment", {}) | {"RADSEEK_DEVICE": "cuda"}
    same = under.keys() - {"image", "build", "environment"}
    assert {key: over[key] for key in same} == {key: under[key] for key in same}
    assert over["build"]["context"] == "."


def test_the_service_asks_the_same_health_page_as_the_image():
    image = json.loads(only(final_stage(), "HEALTHCHECK").split("CMD ", 1)[1])
    assert BASE["services"]["app"]["healthcheck"]["test"] == ["CMD", *image]
    assert "http://127.0.0.1:8501/api/health" in image[-1]


def test_the_health_page_is_a_route_of_the_page():
    from ui.routes.table import ROUTES

    assert "/api/health" in [route.path for route in ROUTES]


def test_the_page_in_the_container_listens_on_all_its_addresses():
    command = ["ui", "--host", "0.0.0.0"]
    assert json.loads(only(final_stage(), "CMD")) == command
    assert BASE["services"]["app"]["command"] == command


def test_the_base_image_has_an_exact_version():
    name = instructions()[0][1]
    assert re.fullmatch(r"PYTHON_IMAGE=python:3\.11\.\d+-slim-\w+", name)
    assert {rest.split()[0] for word, rest in instructions() if word == "FROM"} == {
        "${PYTHON_IMAGE}"
    }


def test_the_image_runs_as_a_numbered_user_that_is_not_root():
    assert only(final_stage(), "USER") == "10001:10001"


def test_the_final_image_has_no_build_tools():
    runs = [rest for word, rest in final_stage() if word == "RUN"]
    assert not any(tool in run for run in runs for tool in ("apt", "pip", "gcc", "curl"))
    assert [rest for word, rest in final_stage() if word in ("COPY", "ADD")] == [
        "--from=build /opt/radseek /opt/radseek"
    ]


def test_the_image_is_the_command():
    assert json.loads(only(final_stage(), "ENTRYPOINT")) == ["radseek"]


def test_only_the_packages_enter_the_build():
    rules = [
        line
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    roots = {package.split(".")[0] for package in project["tool"]["setuptools"]["packages"]}
    needed = {"pyproject.toml", "constraints.txt", "README.md", "LICENSE", "NOTICE"}
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == roots | needed
