"""Runs of experiments."""

import json
import numbers
import os
import pathlib
import re
import shutil
import sys
import tempfile
import weakref

from .program import InputError, command
from .result import Result


def run(experiment, set=None, *, seeds=None, seed=None, variants=None, workers=None, out=None, force=False, progress=True):
    """Simulate an experiment and return its Result.

    experiment  name of a built-in experiment, path of a file, or a dict with the keys of a file (nested)
    set         {key: value} that differ from the experiment, as --set: {"projections.pyr2_pyr1.weight": 0.2,
                "populations.pyr1.tau_s": "20 ms"}; numbers without a unit where the key has none
    seeds, seed number of seeds and the first of them; default: the file's
    variants    names of variants to run; default: the file's own
    workers     processors; default: all; does not change a spike
    out         directory of results; default: a temporary one that goes when the Result does. An existing one is refused,
                unless force replaces it
    progress    show a bar (tqdm, where it is installed) or lines on standard error
    """
    folder = None
    if out is None:
        folder = _Temporary()
        out = folder.path / "results"
    with tempfile.TemporaryDirectory(prefix="burstplex-") as scratch:
        if isinstance(experiment, dict):
            path = pathlib.Path(scratch) / "experiment.toml"
            path.write_text(toml(experiment), encoding="utf-8")
            experiment = path
        arguments = ["run", os.fspath(experiment), "-o", os.fspath(out)]
        for key, value in (set or {}).items():
            arguments += ["--set", f"{key}={_text(value)}"]
        for flag, value in (("--seeds", seeds), ("--seed", seed), ("--workers", workers)):
            if value is not None:
                arguments += [flag, str(value)]
        if variants is not None:
            arguments += ["--variants", variants if isinstance(variants, str) else ",".join(variants)]
        if force:
            arguments.append("--force")
        try:
            with _Progress(progress) as shown:
                command(*arguments, line=shown)
        except InputError as error:
            # The file made from a dict is nobody's: its lines say nothing.
            raise InputError(re.sub(re.escape(scratch) + r"/experiment\.toml(:\d+)?", "experiment", str(error))) from None
    return Result(out, keep=folder)


def resume(directory, *, workers=None, progress=True):
    """Go on with an interrupted or killed run, to the same result as without the interruption; return its Result."""
    arguments = ["resume", os.fspath(directory)]
    if workers is not None:
        arguments += ["--workers", str(workers)]
    with _Progress(progress) as shown:
        command(*arguments, line=shown)
    return Result(directory)


class _Temporary:
    """A directory that goes when nothing refers to it any more."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="burstplex-"))
        weakref.finalize(self, shutil.rmtree, self.path, True)


class _Progress:
    """Shows the program's lines of progress: as a bar where tqdm is installed, else as they are."""

    def __init__(self, wanted):
        self.wanted, self.bar = wanted, None

    def __enter__(self):
        if self.wanted:
            try:
                from tqdm.auto import tqdm
                self.bar = tqdm(total=100, unit="%", bar_format="{l_bar}{bar}| {elapsed}<{remaining}")
            except ImportError:
                pass
        return self

    def __exit__(self, kind, *_):
        if self.bar is not None:
            if kind is None:
                self.bar.update(100 - self.bar.n)
            self.bar.close()

    def __call__(self, line):
        if not self.wanted:
            return
        share = re.match(r"\s*([0-9.]+) % done", line)
        if self.bar is None:
            print(line, file=sys.stderr)
        elif share:
            self.bar.update(float(share.group(1)) - self.bar.n)
        elif line.strip():
            self.bar.write(line)


def toml(table):
    """A nested dict as the text of an experiment file."""
    lines = []
    _table(lines, (), table)
    return "\n".join(lines) + "\n"


def _table(lines, path, table):
    if path:
        lines.append(f"[{'.'.join(map(_key, path))}]")
    inner = {k: v for k, v in table.items() if isinstance(v, dict)}
    for key, value in table.items():
        if key not in inner:
            lines.append(f"{_key(key)} = {_value(value)}")
    for key, value in inner.items():
        _table(lines, (*path, key), value)


def _key(key):
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key)


def _value(value):
    value = value.item() if hasattr(value, "item") and getattr(value, "ndim", 0) == 0 else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        return repr(float(value))
    if isinstance(value, (str, os.PathLike)):
        return json.dumps(os.fspath(value), ensure_ascii=False)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if hasattr(value, "__iter__"):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    raise TypeError(f"{value!r} cannot stand in an experiment: numbers, strings, booleans, lists and dicts can")


def _text(value):
    """A value as --set takes it: strings as they are, all else as in a file."""
    return value if isinstance(value, str) else _value(value)
