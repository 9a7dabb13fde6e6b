"""Answers what a page or a command asks of a file, in a process of its own."""

import hashlib
from collections.abc import Callable

from core.errors import CannotDecode, InvalidRequest, RadseekError
from core.types import Location, SkipCode
from imaging.containers import SourceReader
from imaging.decode import read_header, read_released, read_unshaded, read_view
from imaging.rules import Rules
from imaging.view_tasks import Answered, FrameTask, IdentityTask, ReleaseTask, Task, ViewTask
from imaging.work import why


class ViewAnswering:
    """Makes pictures and reads headers, one after the other; never raises."""

    def __init__(self, rules: Rules, alive: Callable[[], None]) -> None:
        self._rules = rules
        self._sources = SourceReader(rules, alive)

    def __call__(self, task: Task) -> Answered | RadseekError:
        """Give what is asked for, or why there is none."""
        try:
            return self._answer(task, self._content(task.wanted))
        except InvalidRequest as error:
            return error
        except BaseException as error:  # a panic in native code is no Exception
            return CannotDecode(*why(error))

    def _answer(self, task: Task, content: bytes) -> Answered:
        match task:
            case ViewTask(view=view):
                return read_view(content, view, self._rules)
            case FrameTask(frame=frame):
                return read_unshaded(content, frame, self._rules)
            case IdentityTask():
                sha256 = hashlib.sha256(content).hexdigest()
                return read_header(content, sha256, self._rules).instance.identity
            case ReleaseTask(key=key):
                return read_released(content, key, self._rules)

    def _content(self, wanted: bytes | Location) -> bytes:
        if isinstance(wanted, bytes):
            return wanted
        _, content = self._sources.read(wanted)
        if content is None:
            raise CannotDecode(
                SkipCode.UNSUPPORTED, "It is a zip archive. Ask for one of its members."
            )
        return content
