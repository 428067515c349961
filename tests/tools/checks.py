# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of checks: what each runs, and what its log must and must not say.

Most of these tools exit 0 when they found nothing to look at or skipped what they could not run; the
patterns are there so that such a run does not count.
"""

from __future__ import annotations

import sys
import typing as t

from environment import BUILD, COLLECTIONS, DIST, LOGS, ROOT, venv_python
from tree import COLLECTION

CONTROLLER = f"{sys.version_info.major}.{sys.version_info.minor}"
PACKAGE = ".".join(COLLECTION.parts)
LIBRARIES = [name for name in ("module_utils", "plugin_utils") if any((ROOT / "plugins" / name).glob("*.py"))]
TEST_PYTHON = str(venv_python("test"))
RUN_PYTHON = str(venv_python("run"))
MYPY_TREE = BUILD / "tree" / "mypy"
# The independent reader of the simulator, qualysdk, does not exist for Python 3.10.
PEER = sys.version_info >= (3, 11)
PEER_VARIABLES = {"PEER_PYTHON": str(venv_python("peer"))} if PEER else {"QUALYS_ALLOW_NO_PEER": "1"}

INSTALLED = {"QUALYS_TEST_COLLECTIONS": str(COLLECTIONS), "QUALYS_TEST_PYTHON": RUN_PYTHON}

NOTHING_SKIPPED = (r"^=*.*\b\d+ (skipped|deselected|xfailed|xpassed)\b.*",)
SOMETHING_PASSED = (r"\b[1-9]\d* passed\b",)
# The first two need programs that are no Python packages: `make test-system` brings what shellcheck needs, and we have
# no PowerShell. The check `changelog` does what the third does, which fails on a warning of its own libraries where
# Python 3.12 or newer compiles them. The last is a check of its own: it takes as long as all others together.
SANITY_ELSEWHERE = ("shellcheck", "pslint", "changelog", "pylint")
SANITY_EXPECTED = (
    *("action-plugin-docs", "ansible-doc", "compile", "empty-init", "ignores", "import", "line-endings"),
    *("no-assert", "no-smart-quotes", "pep8", "replace-urlopen", "runtime-metadata", "shebang", "symlinks"),
    *("use-argspec-type-path", "validate-modules", "yamllint"),
)


class Check(t.NamedTuple):
    """``in_copy``: runs in a copy of the checkout that lies under ``ansible_collections``."""

    title: str
    command: t.Sequence[str]
    venvs: t.Sequence[str] = ("test",)
    require: t.Sequence[str] = ()
    forbid: t.Sequence[str] = ()
    in_copy: bool = False
    network: bool = False
    variables: t.Mapping[str, str] = {}


def tool(name: str, *arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "tests" / "tools" / f"{name}.py"), *arguments]


CHECKS: dict[str, Check] = {
    "ruff": Check(
        title="ruff check",
        command=["ruff", "check", "."],
        forbid=(r".*No Python files found.*",),
    ),
    "format": Check(
        title="ruff format --check",
        command=["ruff", "format", "--check", "."],
        require=(r"^[1-9]\d* files? already formatted",),
    ),
    "mypy": Check(
        title="mypy --strict on the library and the simulator",
        command=[
            *("mypy", "--strict", "--config-file", "pyproject.toml", "--cache-dir", str(BUILD / "cache" / "mypy")),
            *(word for name in LIBRARIES for word in ("-p", f"{PACKAGE}.plugins.{name}")),
            *("-p", "simulator"),
        ],
        in_copy=True,
        require=(r"^Success: no issues found in [1-9]\d* source files$",),
        variables={"MYPYPATH": f"{MYPY_TREE}:{MYPY_TREE / COLLECTION / 'tests'}"},
    ),
    "yamllint": Check(
        title="yamllint --strict",
        command=["sh", "-c", 'yamllint --strict . && echo "$(yamllint --list-files . | wc -l) files linted"'],
        require=(r"^\s*[1-9]\d* files linted$",),
    ),
    "ansible-lint": Check(
        title="ansible-lint --offline --profile production",
        command=["ansible-lint", "-v", "--offline", "--profile", "production", "--nocolor"],
        in_copy=True,
        require=(
            r"^Passed: 0 failure\(s\), 0 warning\(s\).* in [1-9]\d* files processed of",
            r"Executing syntax check on playbook playbooks/",
            r"Executing syntax check on role roles/",
        ),
        # It then knows nothing of our own modules, and objects to nothing.
        forbid=(r".*Error loading plugin 'community\.qualys\..*",),
    ),
    "antsibull-docs": Check(
        title="antsibull-docs lint-collection-docs: plugins, roles and guides",
        # It says nothing when all is well, and also when it has found nothing.
        command=[
            *("sh", "-c"),
            "antsibull-docs lint-collection-docs --plugin-docs"
            " --check-extra-docs-refs --validate-collection-refs=self ."
            ' && echo "$(ls docs/docsite/rst/*.rst | wc -l) guides and all plugins linted"',
        ],
        in_copy=True,
        require=(r"^[1-9]\d* guides and all plugins linted$",),
    ),
    "changelog": Check(
        title="antsibull-changelog lint",
        command=["antsibull-changelog", "lint", "--verbose"],
        in_copy=True,
    ),
    "reuse": Check(
        title="reuse lint",
        command=["reuse", "lint"],
        in_copy=True,
        require=(r"compliant with version .* of the REUSE Specification",),
    ),
    "unit": Check(
        title="unit tests with branch coverage of the library",
        command=[*(TEST_PYTHON, "-m", "pytest", "tests/unit", "-q"), "--cov", "--cov-report=term-missing:skip-covered"],
        require=(*SOMETHING_PASSED, r"Required test coverage of 95(\.0)?% reached"),
        forbid=NOTHING_SKIPPED if PEER else (),
        variables=PEER_VARIABLES,
    ),
    "faults": Check(
        title="faults of network, server, disk and processes against the library",
        command=[TEST_PYTHON, "-m", "pytest", "tests/faults", "-q"],
        require=SOMETHING_PASSED,
        forbid=NOTHING_SKIPPED,
    ),
    "build": Check(
        title="build the artifact and install it from there",
        command=tool("build_collection"),
        venvs=("run",),
        require=(r"^community\.qualys:\S+ was installed successfully",),
        forbid=(r".*\[WARNING\].*",),
    ),
    "integration": Check(
        title="ansible-playbook with the installed artifact against the simulator",
        command=[TEST_PYTHON, "-m", "pytest", "tests/integration", "-q"],
        venvs=("run", "test"),
        require=SOMETHING_PASSED,
        forbid=NOTHING_SKIPPED,
        variables=INSTALLED,
    ),
    "benchmark": Check(
        title="all benchmarks, at sizes that mean nothing",
        command=[TEST_PYTHON, "-m", "pytest", "tests/benchmark", "-q"],
        venvs=("run", "test"),
        require=SOMETHING_PASSED,
        forbid=NOTHING_SKIPPED,
        variables=INSTALLED,
    ),
    "importer": Check(
        title="galaxy-importer",
        # It leaves a file where it is started.
        command=["sh", "-c", f'cd "{LOGS}" && python -m galaxy_importer.main "{DIST}"/community-qualys-*.tar.gz'],
        venvs=("importer",),
        require=(r"^Importer processing completed successfully", r"^\.\.\.ansible-lint run complete"),
        forbid=(r"^(WARNING|ERROR|CRITICAL).*", r".*not found, skipping.*"),
        variables={"GALAXY_IMPORTER_CONFIG": str(ROOT / ".config" / "galaxy-importer.cfg")},
    ),
    "pylint": Check(
        title="ansible-test sanity --test pylint",
        command=[
            *(TEST_PYTHON, *tool("run_ansible_test")[1:], "sanity", "--local", "--color", "no", "--test", "pylint"),
        ],
        in_copy=True,
        network=True,
        require=[r'^Running sanity test "pylint"', r"^[1-9]\d* passed, 0 failed$"],
        forbid=[r".*Required program.*"],
    ),
    "sanity": Check(
        title="ansible-test sanity",
        command=[
            *(TEST_PYTHON, *tool("run_ansible_test")[1:], "sanity", "--local", "--color", "no"),
            *(word for name in SANITY_ELSEWHERE for word in ("--skip-test", name)),
        ],
        in_copy=True,
        network=True,
        require=[
            *(rf'^Running sanity test "{name}"' for name in SANITY_EXPECTED),
            *(rf'^Running sanity test "{name}" on Python {CONTROLLER}$' for name in ("compile", "import")),
            r"^[1-9]\d* passed, 0 failed$",
        ],
        # Other Pythons may be absent, anything else may not.
        forbid=[r".*Required program.*", r'.*Skipping sanity test "(?!.* on Python .* could not be found).*'],
    ),
}
