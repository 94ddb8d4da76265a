"""Runs of experiments."""

import json
import numbers
import os
import pathlib
import re
import shutil
import sys
import tempfile
import time
import warnings
import weakref

from .program import InputError, ProgramError, command
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
    folder, out = _folder(out, "results")
    more = []
    if variants is not None:
        more = ["--variants", variants if isinstance(variants, str) else ",".join(variants)]
    _call("run", experiment, out, set, {"--seeds": seeds, "--seed": seed, "--workers": workers}, more, force, progress)
    return Result(out, keep=folder)


def resume(directory, *, workers=None, progress=True):
    """Go on with an interrupted or killed run, to the same result as without the interruption; return its Result."""
    arguments = ["resume", os.fspath(directory)]
    if workers is not None:
        arguments += ["--workers", str(workers)]
    with _Progress(progress) as shown:
        command(*arguments, line=shown)
    return Result(directory)


def sweep(experiment, vary=None, set=None, *, seeds=None, seed=None, measure=(), sample=None, samples=None, sample_seed=None,
          workers=None, out=None, force=False, progress=True):
    """Run an experiment at many points and return a DataFrame with a row per point, seed and population.

    experiment  as for run; what its [sweep] table says holds where no argument says otherwise
    vary        {key: values}: values are a list, or text as --vary takes it ("0 pA:400 pA:9", "0.1:10:5:log"). All combinations
                are run. A tuple of keys moves together: {("a", "b"): [(1, 2), (3, 4)]}
    sample      "random" or "latin-hypercube": samples points are drawn from ranges "0 pA:400 pA", with sample_seed
    measure     more columns, such as "correlation(pyr.event_rate, inh.event_rate)"
    out         directory of the sweep; default: a temporary one. A sweep that is there is gone on with
    set, seeds, seed, workers, force, progress as for run

    Keys are columns: numbers where all values share a unit, which .attrs["units"] names. Points that failed have their error in
    column failure, and a warning is given.
    """
    import pandas
    folder, out = _folder(out, "sweep")
    more = []
    for keys, values in (vary or {}).items():
        more += ["--vary", _axis(keys, values)]
    for text in [measure] if isinstance(measure, str) else measure:
        more += ["--measure", text]
    flags = {"--seeds": seeds, "--seed": seed, "--workers": workers, "--sample": sample, "--samples": samples, "--sample-seed": sample_seed}
    try:
        _call("sweep", experiment, out, set, flags, more, force, progress)
    except ProgramError as error:
        if "points failed" not in str(error):
            raise
        warnings.warn(str(error), stacklevel=2)
    out = pathlib.Path(out)
    frame = pandas.read_csv(out / "sweep.csv", dtype={"spike_digest_sha256": "string", "failure": "string", "population": "string"})
    plan = json.loads((out / "sweep.json").read_text(encoding="utf-8"))
    frame.attrs["units"] = dict(zip(plan["keys"], plan["units"]))
    if folder is None:
        frame.attrs["dir"] = str(out)
    return frame


def _folder(out, name):
    """The directory of results and, where it is a temporary one, what keeps it."""
    if out is not None:
        return None, out
    folder = _Temporary()
    return folder, folder.path / name


def _call(verb, experiment, out, set, flags, more, force, progress):
    """Run the program on an experiment: a name, a path or a dict. Flags that are None are not given."""
    with tempfile.TemporaryDirectory(prefix="burstplex-") as scratch:
        if isinstance(experiment, dict):
            path = pathlib.Path(scratch) / "experiment.toml"
            path.write_text(toml(experiment), encoding="utf-8")
            experiment = path
        arguments = [verb, os.fspath(experiment), "-o", os.fspath(out)]
        for key, value in (set or {}).items():
            arguments += ["--set", f"{key}={_text(value)}"]
        for flag, value in flags.items():
            if value is not None:
                arguments += [flag, str(value)]
        arguments += more
        if force:
            arguments.append("--force")
        try:
            with _Progress(progress) as shown:
                command(*arguments, line=shown)
        except InputError as error:
            # The file made from a dict is nobody's: its lines say nothing.
            raise InputError(re.sub(re.escape(scratch) + r"/experiment\.toml(:\d+)?", "experiment", str(error))) from None


def _axis(keys, values):
    """What --vary takes."""
    if isinstance(values, str):
        return f"{keys if isinstance(keys, str) else ','.join(keys)}={values}"
    values = list(values)
    if isinstance(keys, str):
        return f"{keys}={','.join(map(_listed, values))}"
    for step in values:
        if len(step) != len(keys):
            raise InputError(f"{keys} move together: {step!r} has not one value for each")
    return "; ".join(f"{key}={','.join(_listed(step[i]) for step in values)}" for i, key in enumerate(keys))


def _listed(value):
    """A value in a list: quoted where it would be taken apart."""
    text = _text(value)
    return json.dumps(text, ensure_ascii=False) if isinstance(value, str) and re.search(r"[,;:]", text) and "(" not in text else text


class _Temporary:
    """A directory that goes when nothing refers to it any more."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="burstplex-"))
        weakref.finalize(self, shutil.rmtree, self.path, True)


class _Progress:
    """Shows the program's lines of progress: as a bar where tqdm is installed, else as they are."""

    def __init__(self, wanted):
        self.wanted, self.bar, self.last = wanted, None, time.monotonic()

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
        if line.startswith('{"done"'):
            at = json.loads(line)
            if self.bar is not None:
                self.bar.update(100 * at["done"] - self.bar.n)
            elif time.monotonic() - self.last > 10:
                self.last = time.monotonic()
                left = f", about {at['left_s']:.0f} s left" if "left_s" in at else ""
                print(f"{100 * at['done']:.1f} % done{left}", file=sys.stderr)
        elif self.bar is None:
            print(line, file=sys.stderr)
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
