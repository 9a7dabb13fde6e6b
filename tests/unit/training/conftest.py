"""What holds for all tests of training."""

import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def _one_core() -> None:
    """Tiny models: threads within an operation would spend ten times the time on waiting."""
    torch.set_num_threads(1)
