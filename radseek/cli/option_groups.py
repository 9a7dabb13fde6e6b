"""Options that belong together, as one parameter of each command that takes them."""

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import fields, is_dataclass
from functools import wraps
from inspect import Parameter, signature
from typing import Annotated, Any, get_args

Command = Callable[..., None]


def grouped(command: Command) -> Command:
    """The command with each parameter that is a dataclass spread into its fields.

    Typer then sees an option for each field, in the order of the parameters and fields. Those of a
    group are under its PANEL in the help.
    """
    declared = signature(command, eval_str=True)
    groups = {p.name: p.annotation for p in declared.parameters.values() if _is_group(p)}

    @wraps(command)
    def spread(**given: Any) -> None:
        gathered = {name: _gather(group, given) for name, group in groups.items()}
        command(**given, **gathered)

    parameters = [one for parameter in declared.parameters.values() for one in _spread(parameter)]
    spread.__dict__["__signature__"] = declared.replace(parameters=parameters)
    spread.__annotations__ = {one.name: one.annotation for one in parameters}
    return spread


def _is_group(parameter: Parameter) -> bool:
    return is_dataclass(parameter.annotation)


def _spread(parameter: Parameter) -> Iterator[Parameter]:
    if not _is_group(parameter):
        yield parameter.replace(kind=Parameter.KEYWORD_ONLY)
        return
    for field in fields(parameter.annotation):
        shown = _in_panel(parameter.annotation.PANEL, field.type)
        yield Parameter(field.name, Parameter.KEYWORD_ONLY, default=field.default, annotation=shown)


def _in_panel(panel: str, annotation: Any) -> Any:
    """The annotation Annotated[type, option] with its option in a panel of the help."""
    kind, option = get_args(annotation)
    option = copy(option)
    option.rich_help_panel = panel
    return Annotated[kind, option]


def _gather(group: type[Any], given: dict[str, Any]) -> object:
    """Take the fields of a group out of what was given."""
    return group(**{field.name: given.pop(field.name) for field in fields(group)})
