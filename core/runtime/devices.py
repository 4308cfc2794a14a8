"""What the engine asks of the system's allocator of memory."""

from __future__ import annotations

import torch

BLOCK_BYTES = 8 * 1024**2


def keep_freed_memory() -> None:
    """Let freed blocks of a few megabytes stay with the process, for the next batch to take.

    glibc hands them back to the system, and the pages of new ones cost as much as half of a small network's work. Its
    threshold rises to the largest block of its own mapping that was ever freed, so one is taken, untouched, and let go.
    Other allocators do not mind.
    """
    torch.empty(BLOCK_BYTES, dtype=torch.uint8)
