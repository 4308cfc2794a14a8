"""A child process that reads a file once, under limits, so that what crashes libhdf5 crashes nobody else.

``python -m core.checkpoint_probe PATH``: exit 0, or exit 2 with the reason on stderr, or whatever a crash gives.
"""

from __future__ import annotations

import sys

from core.checkpoint import read
from core.errors import BadCheckpointError

MEMORY_BYTES = 2 * 1024**3
PROCESSOR_SECONDS = 15


def main() -> int:
    """Read the file named on the command line."""
    _limit()
    try:
        read(sys.argv[1])
    except BadCheckpointError as error:
        sys.stderr.write(error.reason)
        return 2
    except MemoryError:
        sys.stderr.write("reading it takes more than 2 GB of memory")
        return 2
    return 0


def _limit() -> None:
    if sys.platform == "win32":
        return  # Windows has no such limits; the parent's limit on time still holds.
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


if __name__ == "__main__":
    sys.exit(main())
