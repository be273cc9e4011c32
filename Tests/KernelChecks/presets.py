"""Kernels/presets.txt: which kernel files there are, and with which tunables each is compiled for which architecture.

One line for each preset, four columns separated by spaces:

    <file> <preset> <architectures> <define> ...

Architectures are joined by commas: an exact one (`sm_90`, `gfx942`), NVIDIA from one on (`sm_80+`), `gfx` for all of AMD's,
or `all`. A define is `NAME` or `NAME=VALUE`. A line that begins with `#` is a comment.
"""
import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
KERNELS = ROOT / "Kernels"
NVIDIA = ("sm_75", "sm_80", "sm_90")
AMD = ("gfx90a", "gfx942", "gfx1100")

NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
DEFINE = re.compile(r"[A-Za-z_]\w*(?:=\S+)?")


class PresetError(Exception):
    """A table that cannot be used: the message names file, line and what was expected."""


@dataclasses.dataclass(frozen=True)
class Preset:
    """A kernel file with values of its tunables, and the architectures that they are meant for."""
    file: str
    name: str
    architectures: tuple
    defines: tuple

    def __str__(self):
        return f"{self.file} {self.name}"


def architectures(words, where):
    """The architectures that a column of the table means, in the order of NVIDIA and AMD above."""
    meant = set()
    for word in words.split(","):
        if word == "all":
            meant.update(NVIDIA + AMD)
        elif word == "gfx":
            meant.update(AMD)
        elif word.endswith("+") and word[:-1] in NVIDIA:
            meant.update(NVIDIA[NVIDIA.index(word[:-1]):])
        elif word in NVIDIA + AMD:
            meant.add(word)
        else:
            known = ", ".join(NVIDIA + AMD)
            raise PresetError(f"{where}: '{word}' is no architecture; known: all, gfx, one of {known}, or sm_80+")
    return tuple(architecture for architecture in NVIDIA + AMD if architecture in meant)


def read_presets(folder=KERNELS):
    """The presets of `folder`/presets.txt. Raises PresetError where the table and the kernel files disagree."""
    table = folder / "presets.txt"
    presets, seen = [], set()
    for number, line in enumerate(table.read_text().splitlines(), 1):
        where = f"{table.name}:{number}"
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if len(words) < 3:
            raise PresetError(f"{where}: expected 'file preset architectures [define ...]'")
        file, name, which, *defines = words
        if not (folder / file).is_file():
            raise PresetError(f"{where}: there is no {file}")
        if not NAME.fullmatch(name):
            raise PresetError(f"{where}: a preset's name is of small letters, digits, '-' and '_', not '{name}'")
        for define in defines:
            if not DEFINE.fullmatch(define):
                raise PresetError(f"{where}: '{define}' is no NAME or NAME=VALUE")
        if (file, name) in seen:
            raise PresetError(f"{where}: {file} has two presets '{name}'")
        seen.add((file, name))
        presets.append(Preset(file, name, architectures(which, where), tuple(defines)))
    for path in sorted(folder.glob("*.cl")):
        if path.name not in {preset.file for preset in presets}:
            raise PresetError(f"{table.name}: {path.name} is missing; every kernel file needs a line at least")
    return presets


def seen_programs(path, bodies, folder=KERNELS):
    """The programs that a run needed (check_oclgrind.py --programs), as presets for the newest architectures.

    `bodies`: which body the architecture has where kernels leave it a choice, for example {"DOT4_IMPL": 1}; what ran had the
    simulator's, which no such device is given.
    """
    presets = []
    for number, line in enumerate(path.read_text().splitlines() if path.exists() else [], 1):
        file, *defines = line.split()
        text = source_text(folder / file)
        own = [define for define in defines if define.split("=")[0] not in bodies]
        own += [f"{name}={body}" for name, body in bodies.items() if name in text]
        presets.append(Preset(file, f"seen-{number}", ("sm_90", "gfx1100"), tuple(own)))
    return presets


COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"[ \t]*$', re.M)
KERNEL = re.compile(r"\b(?:__)?kernel\b[^{};]*?\bvoid\s+(\w+)\s*\(")


def source_text(path):
    """The text of a kernel file with its includes put in and comments taken out."""
    text = COMMENT.sub(" ", path.read_text())
    return INCLUDE.sub(lambda match: source_text(path.parent / match[1]), text)


def kernel_functions(path):
    """The names of the kernel functions that a file defines, under any of its defines."""
    return KERNEL.findall(source_text(path))
