"""Disks that can be made to fail: a small one, and one that fails when it is told to."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

FAULTY = Path(__file__).with_name("faulty_disk.c")

FAULTS = ("full", "readonly", "sync", "broken")
"""What that can do."""


class SmallDisk:
    """A file system of its own in memory, 8 MB large. It takes the right to mount one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "small"
        self.folder.mkdir()
        self._ballast = self.folder / "ballast"
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", self.folder],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if mounted.returncode:
            pytest.skip(f"no right to mount a small disk: {mounted.stderr.strip()}")
        self._ballast.write_bytes(b"x" * (6 << 20))

    def make_room(self) -> None:
        self._ballast.unlink()

    def unmount(self) -> None:
        subprocess.run(["umount", "--lazy", self.folder], check=True)


class FaultyDisk:
    """A folder whose system calls fail, in a process that has its `env`; see `faulty_disk.c`."""

    def __init__(self, folder: Path) -> None:
        self.folder = (folder / "faulty").resolve()
        self.folder.mkdir()
        self._fault = self.folder.with_name("faulty.fault")
        compiler = shutil.which("cc")
        if compiler is None:
            pytest.skip("there is no C compiler to make a faulty disk with")
        library = folder / "faulty_disk.so"
        made = subprocess.run(
            [compiler, "-shared", "-fPIC", "-O1", "-o", library, FAULTY, "-ldl"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if made.returncode:
            pytest.skip(f"the faulty disk is made for Linux with glibc: {made.stderr[:500]}")
        self.env = {"LD_PRELOAD": str(library), "FAULTY_DISK": str(self.folder)}

    def env_to_die(self, number: int) -> dict[str, str]:
        """Make an environment in which a process is killed before a change of the folder."""
        return {**self.env, "FAULTY_DISK_KILL": str(number)}

    def fails(self, how: str) -> None:
        new = self._fault.with_name("new.fault")
        new.write_text(how)
        new.rename(self._fault)

    def works(self) -> None:
        self._fault.unlink()
