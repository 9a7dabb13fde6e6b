"""Several processes that train one model together, each on a share of every batch.

They are started by torchrun, which tells them of each other in the environment.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, distributed, nn

from core.errors import TrainingError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Processes:
    """This process among those of a run; of one alone nothing is sent."""

    rank: int = 0
    count: int = 1

    @property
    def leads(self) -> bool:
        """Whether this one writes files and reports."""
        return self.rank == 0

    def share(self, size: int) -> slice:
        """The rows of a batch that are this process's. Raises TrainingError if it has no equal."""
        if size % self.count:
            raise TrainingError(
                f"A batch of {size} cannot be shared by {self.count} processes. Choose a "
                "`batches.size` that they divide."
            )
        own = size // self.count
        return slice(self.rank * own, (self.rank + 1) * own)

    def gather(self, rows: Tensor) -> Tensor:
        """The rows of all processes, in their order: (n, ...) -> (count * n, ...)."""
        if self.count == 1:
            return rows
        parts = [torch.empty_like(rows) for _ in range(self.count)]
        distributed.all_gather(parts, rows.contiguous())
        return torch.cat(parts)

    def add_up(self, tensors: Sequence[Tensor]) -> None:
        """Let each tensor be the sum of what all processes have of it."""
        if self.count > 1:
            for tensor in tensors:
                distributed.all_reduce(tensor)

    @torch.no_grad()
    def level(self, model: nn.Module) -> None:
        """Let what a model counts beside its weights be the mean over the processes."""
        counted = [buffer for buffer in model.buffers() if buffer.is_floating_point()]
        self.add_up(counted)
        for buffer in counted:
            buffer.div_(self.count)

    def in_turn(self, work: Callable[[], T]) -> T:
        """What `work` gives: the first one does it, then the others, who find its files."""
        if self.leads:
            done = work()
            self.wait()
            return done
        self.wait()
        return work()

    def wait(self) -> None:
        """Until all are here."""
        if self.count > 1:
            distributed.barrier()


def is_first() -> bool:
    """Whether this process is the one of a run that speaks, also before and after it."""
    return os.environ.get("RANK", "0") == "0"


def _backend() -> str:
    """What carries tensors of each kind of device."""
    return "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"


@contextmanager
def started() -> Iterator[Processes]:
    """The processes that torchrun started; this one alone if it did not."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield Processes()
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]) % torch.cuda.device_count())
    distributed.init_process_group(_backend())
    try:
        yield Processes(distributed.get_rank(), count)
    finally:
        distributed.destroy_process_group()
