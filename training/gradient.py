"""The gradient of a loss over a whole batch, from towers that see the batch in parts.

The loss compares every picture with every text, and its memory is nothing beside that of the
towers. So the towers give their rows, the loss gives the gradient of the rows, and the towers take
it from there: with their first run still in memory, or by a second one that only ever holds one
part. Source: Gao et al., "Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup"
(2021).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from typing import TypeVar

import torch
from torch import Tensor, nn

from training.processes import Processes

Part = TypeVar("Part")
Rows = tuple[Tensor, ...]  # of pictures and of texts, and what else a loss asks of both
Pieces = Callable[[Rows], Iterator[Tensor]]  # rows of a whole batch -> scalars that add up


def learn_beside(
    parts: Sequence[Part],
    embed: Callable[[Part], Rows],
    pieces: Pieces,
    threads: Executor,
    processes: Processes,
    model: nn.Module,
) -> float:
    """Leave the gradient in the parameters, each part on a thread of its own. -> the loss."""
    seen = list(threads.map(embed, parts))
    loss, gradients = _of_rows(seen, pieces, processes, model)
    list(threads.map(torch.autograd.backward, seen, gradients))
    _exchange(model, processes)
    return loss


def learn_in_turn(
    parts: Sequence[Part],
    embed: Callable[[Part], Rows],
    pieces: Pieces,
    processes: Processes,
    model: nn.Module,
) -> float:
    """Leave the gradient in the parameters, with one part in memory at a time. -> the loss.

    `embed` is called twice with each part and must give the same both times.
    """
    with torch.no_grad():
        seen = [embed(part) for part in parts]
    loss, gradients = _of_rows(seen, pieces, processes, model)
    for part, gradient in zip(parts, gradients, strict=True):
        torch.autograd.backward(embed(part), gradient)
    _exchange(model, processes)
    return loss


def _of_rows(
    seen: Sequence[Rows], pieces: Pieces, processes: Processes, model: nn.Module
) -> tuple[float, list[Rows]]:
    """The loss of all processes' rows, and its gradient for each part of this process.

    What the loss takes from the model, such as its temperature, has its gradient then, too: every
    process the whole of it, of which it keeps its share.
    """
    own = [torch.cat(column).detach() for column in zip(*seen, strict=True)]
    whole = tuple(processes.gather(rows).requires_grad_() for rows in own)
    loss = _add_up_backward(pieces(whole))
    for parameter in model.parameters():
        if parameter.grad is not None:
            parameter.grad.div_(processes.count)
    share = processes.share(len(whole[0]))
    sizes = [len(rows[0]) for rows in seen]
    columns = [torch.split(_gradient(rows)[share], sizes) for rows in whole]
    return loss, list(zip(*columns, strict=True))


def _add_up_backward(pieces: Iterable[Tensor]) -> float:
    """Leave the gradient of all pieces, one after the other. -> their sum."""
    total = 0.0
    for piece in pieces:
        piece.backward()  # type: ignore[no-untyped-call]
        total += piece.item()
    return total


def _gradient(rows: Tensor) -> Tensor:
    return torch.zeros_like(rows) if rows.grad is None else rows.grad


def _exchange(model: nn.Module, processes: Processes) -> None:
    """Let every process have the gradients of all, and the same running statistics."""
    learning = [each for each in model.parameters() if each.requires_grad]
    for parameter in learning:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    processes.add_up([each.grad for each in learning if each.grad is not None])
    processes.level(model)
