"""Checks for the system libraries that Qt needs, and installs missing ones if it runs as root.

Qt's wheels contain Qt but not the system's graphics libraries. A bare Debian has none of them, and Qt cannot be
imported without them, not even with the offscreen platform. Uses the standard library alone, since it runs before
anything is installed, with any Python that the project supports.

Exit status: 0 if nothing is missing or that cannot be determined (not Linux, not Debian); 2 if something is missing.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys

PACKAGE_OF_LIBRARY = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libgthread-2.0.so.0": "libglib2.0-0",
}
"""The libraries that Qt's offscreen and xcb platforms load, and the Debian package of each."""

APT_INSTALL = ("apt-get", "install", "--yes", "--no-install-recommends")


def is_loadable(library: str) -> bool:
    """Tell whether the dynamic linker finds the library and its dependencies."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_libraries() -> list[str]:
    """Return the libraries that cannot be loaded, in the order of the table."""
    return [library for library in PACKAGE_OF_LIBRARY if not is_loadable(library)]


def packages_of(libraries: list[str]) -> list[str]:
    """Return the Debian packages that contain the libraries."""
    return [PACKAGE_OF_LIBRARY[library] for library in libraries]


def command_for(packages: list[str]) -> str:
    """Return the command, one line, for a user who is not root."""
    return f"sudo apt-get update && sudo {' '.join(APT_INSTALL)} {' '.join(packages)}"


def install(packages: list[str]) -> bool:
    """Install the packages with apt-get, as root; return whether this succeeded, and print errors to stderr."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # If the update fails, the packages may still be available.
    for command in (("apt-get", "update"), (*APT_INSTALL, *packages)):
        result = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    if result.returncode != 0:
        print("\n".join((result.stdout + result.stderr).strip().splitlines()[-5:]), file=sys.stderr)
    return result.returncode == 0


def main() -> int:
    """Check, install if possible, and return the exit status."""
    missing = missing_libraries() if sys.platform == "linux" else []
    if not missing:
        return 0
    if shutil.which("apt-get") is None:
        # Package names differ between distributions, and some of the libraries may not be needed there.
        print(f"Qt may lack system libraries here: {', '.join(missing)}.", file=sys.stderr)
        return 0
    packages = packages_of(missing)
    if os.geteuid() != 0:
        print(f"Qt needs system libraries that are missing here: {command_for(packages)}", file=sys.stderr)
        return 2
    print(f"Installing the system libraries that Qt needs with apt-get: {' '.join(packages)} …", flush=True)
    if install(packages) and not missing_libraries():
        return 0
    print(f"The system libraries could not be installed; try: {command_for(packages)}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
