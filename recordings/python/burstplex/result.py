"""What a run left: recordings, tables and figures of one directory."""

import json
import pathlib

import numpy as np

import burstplex_spikes

from . import convert


class Figure:
    """A figure of a result: path of its PNG; shown as a picture in notebooks. .table holds the numbers behind it."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.name = self.path.stem

    def __repr__(self):
        return f"<Figure {self.path}>"

    def _repr_png_(self):
        return self.path.read_bytes()

    @property
    def table(self):
        """The numbers that were drawn, a DataFrame, from the CSV file beside the picture."""
        import pandas
        return pandas.read_csv(self.path.with_suffix(".csv"), comment="#")


class Figures(dict):
    """Figures by name; a notebook shows them all."""

    def _repr_html_(self):
        import base64
        return "".join(f'<img alt="{n}" src="data:image/png;base64,{base64.b64encode(f.path.read_bytes()).decode()}"/>'
                       for n, f in self.items())


class Result:
    """A directory of results. dir is its path, summary its summary.json, seeds the seeds that were run.

    With several variants, variants holds a Result for each by name, and the recordings are theirs.
    """

    def __init__(self, directory, keep=None):
        self.dir = pathlib.Path(directory)
        self._keep = keep  # a temporary directory lives as long as this
        if not self.dir.is_dir():
            raise FileNotFoundError(f"{self.dir}: no such directory of results")
        inner = sorted(p.parent for p in self.dir.glob("*/experiment.toml"))
        self.variants = {p.name: Result(p, keep) for p in inner}
        summary = self.dir / "summary.json"
        if not summary.exists() and not self.variants:
            raise FileNotFoundError(f"{summary}: there is none: the run has not ended (burstplex.resume goes on)")
        self.summary = json.loads(summary.read_text()) if summary.exists() else {}
        self.seeds = [r["seed"] for r in self.summary.get("runs", [])]

    def __repr__(self):
        what = f"variants {', '.join(self.variants)}" if self.variants else f"seeds {', '.join(map(str, self.seeds))}"
        return f"<Result of {self.summary.get('experiment', '?')} in {self.dir}: {what}>"

    def recording(self, seed=None):
        """The recording of a seed (default: the first), a burstplex_spikes.Recording that reads only what is asked."""
        runs = self.summary.get("runs", [])
        if not runs:
            raise LookupError(f"{self.dir} has no recordings of its own" +
                              (f"; its variants have: {', '.join(self.variants)}" if self.variants else ""))
        found = [r for r in runs if seed in (None, r["seed"])]
        if not found:
            raise LookupError(f"{self.dir} has no seed {seed}; it has {', '.join(map(str, self.seeds))}")
        if not found[0].get("recording"):
            raise LookupError(f"{self.dir}: spikes of seed {found[0]['seed']} were not recorded")
        return burstplex_spikes.open(self.dir / found[0]["recording"])

    def spikes(self, seed=None, **query):
        """Times (int64, ns), neurons (uint32, IDs in the network) and kinds (0 onset of an event, 1 the spike that makes it a
        burst, 2 later spikes). query: start, stop (s), populations (names), neurons (IDs); only that part is read."""
        return self.recording(seed).spikes(**query)

    def table(self, name, seed=None, at=None):
        """A table of the recording (probe, weights, presentations), {column: array}; .tables lists the names."""
        return self.recording(seed).table(name, at)

    @property
    def tables(self):
        """Names of the tables in the recording: probes, weights, learning curves."""
        return list(dict.fromkeys(name for name, _ in self.recording().tables))

    def probes(self, name=None, seed=None):
        """The samples of a probe as a DataFrame: time_s, neuron (index in its population) and what was sampled; without a
        name {name: DataFrame} of all probes."""
        import pandas
        recording = self.recording(seed)
        names = [n for n in dict.fromkeys(n for n, _ in recording.tables) if n != "presentations" and not n.startswith("weights-")]
        if name is None:
            return {n: self.probes(n, seed) for n in names}
        if name not in names:
            raise LookupError(f"{self.dir} has no probe {name!r}; it has {', '.join(names) or 'none'}")
        columns = dict(recording.table(name))
        return pandas.DataFrame({"time_s": columns.pop("time") / 1e9, **columns})

    def weights(self, projection, seed=None, at=None):
        """The weights of a projection as a DataFrame: source, target (indices in their populations), weight, delay_ms: at the end,
        or of the snapshot at a time (s). record.weights in the experiment says which are kept."""
        import pandas
        chosen = seed if seed is not None else self.seeds[0]
        for path in (self.dir / f"weights-{projection}-{chosen}.{ending}" for ending in ("csv", "npz")):
            if at is None and path.exists():
                if path.suffix == ".csv":
                    return pandas.read_csv(path)
                with np.load(path) as arrays:
                    return pandas.DataFrame({name: arrays[name] for name in arrays.files})
        recording, name = self.recording(seed), f"weights-{projection}"
        times = [t for n, t in recording.tables if n == name]
        when = max(times, default=None) if at is None else round(at * 1e9)
        if when not in times:
            held = ", ".join(f"{t / 1e9:g} s" for t in times)
            raise LookupError(f"{self.dir} keeps no weights of {projection!r}" + (f" at {at:g} s; it has those at {held}" if times else "; record.weights names what is kept"))
        columns = dict(recording.table(name, when))
        columns.pop("time", None)
        return pandas.DataFrame({"delay_ms" if n == "delay" else n: values for n, values in columns.items()})

    @property
    def rates(self):
        """Event rate, burst rate (Hz) and burst probability per population, mean over seeds: a DataFrame."""
        import pandas
        return pandas.DataFrame(self.summary.get("populations", []))

    @property
    def figures(self):
        """Figures by name."""
        return Figures((p.stem, Figure(p)) for p in sorted((self.dir / "figures").glob("*.png")))

    def to_pandas(self, seed=None, **query):
        """Spikes as a DataFrame: time_s, population, neuron (index in its population), kind."""
        return self.recording(seed).to_pandas(**query)

    def to_polars(self, seed=None, **query):
        """The same as a polars DataFrame."""
        return convert.to_polars(self.recording(seed), **query)

    def to_xarray(self, name, seed=None):
        """A probe as an xarray Dataset over time (s) and neuron."""
        return convert.to_xarray(self.recording(seed), name)

    def to_neo(self, seed=None, **query):
        """Spikes as a neo.Segment with one SpikeTrain per recorded neuron."""
        return self.recording(seed).to_neo(**query)

    def to_pynapple(self, seed=None, **query):
        """Spikes as a pynapple TsGroup."""
        return convert.to_pynapple(self.recording(seed), **query)

    def to_nwb(self, path, seed=None, **query):
        """Write spikes as the units of an NWB file, which is new, and return its path. The program does it: pynwb is not needed."""
        return convert.to_nwb(self.recording(seed), path, **query)


def load(directory):
    """The Result of a run that was made before, in any way."""
    return Result(directory)
