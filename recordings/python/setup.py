"""Builds the package: the binary comes from the Go module that this folder is part of.

pip install ./recordings/python                 for this machine; needs Go
GOOS=darwin GOARCH=arm64 python -m build -w     a wheel for another platform
python -m build                                 a source distribution that holds the Go sources, and a wheel made from it

The binary is static (CGO_ENABLED=0), so that a wheel needs neither Go nor a compiler where it is installed.
"""

import os
import pathlib
import re
import shutil
import subprocess

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist
from wheel.bdist_wheel import bdist_wheel

HERE = pathlib.Path(__file__).resolve().parent
INSIDE = HERE / "go"  # the Go module in a source distribution
MODULE = INSIDE if INSIDE.is_dir() else HERE.parent.parent

# The oldest systems that Go 1.26 supports.
PLATFORMS = {
    ("linux", "amd64"): "manylinux_2_17_x86_64",
    ("linux", "arm64"): "manylinux_2_17_aarch64",
    ("darwin", "amd64"): "macosx_12_0_x86_64",
    ("darwin", "arm64"): "macosx_12_0_arm64",
    ("windows", "amd64"): "win_amd64",
    ("windows", "arm64"): "win_arm64",
}


def go(*arguments, **options):
    try:
        return subprocess.run(["go", *arguments], cwd=MODULE, check=True, text=True, **options).stdout
    except FileNotFoundError:
        raise SystemExit("building burstplex needs Go 1.26 or newer (https://go.dev); wheels do not")


def version():
    text = (HERE / "burstplex" / "__init__.py").read_text()
    return re.search(r'^__version__ = "(.+)"', text, re.M).group(1)


def platform():
    system, processor = go("env", "GOOS", "GOARCH", stdout=subprocess.PIPE).split()
    if (system, processor) not in PLATFORMS:
        raise SystemExit(f"there is no wheel for {system}/{processor}; there are {', '.join('/'.join(p) for p in PLATFORMS)}")
    return system, PLATFORMS[system, processor]


class BuildWithProgram(build_py):
    """Builds the binary into the package."""

    def run(self):
        super().run()
        folder = pathlib.Path(self.build_lib) / "burstplex" / "bin"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        name = "burstplex.exe" if platform()[0] == "windows" else "burstplex"
        flags = f"-s -w -X github.com/burstplex/burstplex/sim/session.version=v{version()}"
        go("build", "-trimpath", "-ldflags=" + flags, "-o", str(folder.resolve() / name), "./cmd/burstplex",
           env={**os.environ, "CGO_ENABLED": "0"})


class WithProgram(Distribution):
    """A package that is not pure Python."""

    def has_ext_modules(self):
        return True


class PlatformWheel(bdist_wheel):
    """A wheel of one platform and every Python 3."""

    def get_tag(self):
        return "py3", "none", platform()[1]


class SourceWithModule(sdist):
    """A source distribution that holds the Go sources too."""

    def make_release_tree(self, base_dir, files):
        super().make_release_tree(base_dir, files)
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=MODULE, check=True, stdout=subprocess.PIPE).stdout
        for name in listed.decode().split("\0"):
            if not name or name.startswith(("docs/", "recordings/python/", ".")) or name.endswith("_test.go"):
                continue
            target = pathlib.Path(base_dir) / "go" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(MODULE / name, target)


setup(version=version(), distclass=WithProgram,
      cmdclass={"build_py": BuildWithProgram, "bdist_wheel": PlatformWheel, "sdist": SourceWithModule})
