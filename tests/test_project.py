"""The promises of the project itself: what is installed, what imports what, what the README says."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import core

ROOT = Path(__file__).parent.parent


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)


def modules_imported_with(name: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after importing ``name``."""
    result = run(sys.executable, "-c", f"import sys, {name}; print(*{{m.partition('.')[0] for m in sys.modules}})")
    assert result.returncode == 0, result.stderr
    return set(result.stdout.split())


@pytest.fixture(scope="module")
def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def pins() -> dict[str, str]:
    """Exact versions of constraints.txt by canonical name."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / "constraints.txt").read_text().splitlines())
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines if line)}


def test_both_commands_are_installed():
    scripts = importlib.metadata.distribution("dpm-gui").entry_points.select(group="console_scripts")
    assert {script.name: script.value for script in scripts} == {
        "dpm-gui": "dpm_gui.__main__:main",
        "dpm": "core.cli:main",
    }


def test_the_installed_version_is_that_of_the_engine():
    assert importlib.metadata.version("dpm-gui") == core.__version__


def test_the_changelog_speaks_of_this_version():
    assert f"## [{core.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_wheel_holds_both_packages_and_the_assets(tmp_path):
    result = run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path))
    assert result.returncode == 0, result.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assets = {path.relative_to(ROOT).as_posix() for path in (ROOT / "assets").rglob("*") if path.is_file()}
    assert assets
    assert {f"dpm_gui/{asset}" for asset in assets} <= names
    assert {"core/values/runs.py", "core/errors.py", "dpm_gui/__init__.py"} <= names
    assert {"core/py.typed", "dpm_gui/py.typed"} <= names  # as the classifier promises
    assert {name.split("/")[0] for name in names} == {"core", "dpm_gui", f"dpm_gui-{core.__version__}.dist-info"}


def test_every_dependency_is_pinned_within_its_range(project, pins):
    for line in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        requirement = Requirement(line)
        assert pins[canonicalize_name(requirement.name)] in requirement.specifier, line


def test_no_file_of_the_set_up_names_a_package_index():
    for name in ("Makefile", "pyproject.toml", "constraints.txt", ".ci/run"):
        assert not re.search("index.url|find.links", (ROOT / name).read_text()), name


def test_the_borders_between_the_rooms_hold():
    result = run(str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("module", ["dpm_gui.window.application", "dpm_gui.watch.page", "dpm_gui.paint.page"])
def test_importing_the_application_imports_neither_torch_nor_h5py(module):
    assert not modules_imported_with(module) & {"torch", "h5py"}


@pytest.mark.parametrize(
    "module",
    [
        "core.values.runs",
        "core.errors",
        "core.runtime.files",
        "core.runtime.assets",
        "core.runtime.command_line",
        "dpm_gui.app",  # the command line takes the names of the workspaces from it
    ],
)
def test_what_both_rooms_share_needs_numpy_at_most(module):
    assert not modules_imported_with(module) & {"torch", "h5py", "PySide6", "pyqtgraph"}


def test_the_readme_names_the_two_commands():
    readme = (ROOT / "README.md").read_text()
    assert "make run" in readme
    assert "make test" in readme


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))])
def test_what_a_page_links_to_is_there(page: Path):
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not missing


def test_no_folder_of_tests_is_a_package():
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_tests_lie_in_folders_as_the_program_does():
    tests = [path.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("test_*.py")]
    mirrored = {path.parent for path in tests if path.parts[0] in ("core", "dpm_gui", "tools")}
    assert not [folder for folder in mirrored if not (ROOT / folder).is_dir()]


def test_no_module_of_tests_imports_from_another():
    imported = re.compile(r"^\s*(?:from|import) tests\.(?!support|benchmarks|monkey)\S+", re.MULTILINE)
    found = {path.name: imported.findall(path.read_text("utf-8")) for path in (ROOT / "tests").rglob("*.py")}
    assert not {name: lines for name, lines in found.items() if lines}
