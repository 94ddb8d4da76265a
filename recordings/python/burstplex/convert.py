"""Spikes and probes as the objects of other packages, each of which is imported only when it is asked for."""

import numpy as np


def to_polars(recording, **query):
    import polars
    return polars.from_pandas(recording.to_pandas(**query))


def to_xarray(recording, name):
    import xarray
    columns = recording.table(name)
    neurons = [k for k in columns if k == "neuron"]
    time = np.unique(columns["time"])
    values = {k: v for k, v in columns.items() if k not in ("time", "neuron")}
    if not neurons:
        return xarray.Dataset({k: ("time", v) for k, v in values.items()}, {"time": columns["time"] / 1e9})
    ids = np.unique(columns["neuron"])
    at = np.searchsorted(time, columns["time"]), np.searchsorted(ids, columns["neuron"])
    data = {}
    for k, v in values.items():
        grid = np.full((len(time), len(ids)), np.nan, v.dtype if v.dtype.kind == "f" else "f8")
        grid[at] = v
        data[k] = (("time", "neuron"), grid)
    return xarray.Dataset(data, {"time": time / 1e9, "neuron": ids})


def to_pynapple(recording, **query):
    import pynapple
    lo, hi = (x / 1e9 for x in recording.window)
    ids, bounds, t, _ = recording.by_neuron(**query)
    group = {int(i): pynapple.Ts(t[a:b] / 1e9) for i, a, b in zip(ids, bounds, bounds[1:])}
    return pynapple.TsGroup(group, time_support=pynapple.IntervalSet(lo, hi))


def to_nwb(recording, path, start=None, stop=None, populations=None, neurons=None):
    from .program import InputError, command
    arguments = ["--to", "nwb", "-o", path]
    if neurons is not None:
        ids = recording.recorded(populations, neurons)
        populations = [p["name"] for p in recording.populations if ((ids >= p["first"]) & (ids < p["first"] + p["size"])).any()]
        if len(populations) != 1:
            raise InputError(f"neurons: {len(populations)} populations have some of them; NWB files are written of neurons of one")
        first = next(p["first"] for p in recording.populations if p["name"] == populations[0])
        arguments += ["--neurons", ",".join(str(i) for i in ids - first)]
    for name in populations or ():
        arguments += ["--population", name]
    for flag, at in (("--from", start), ("--until", stop)):
        if at is not None:
            arguments.append(f"{flag}={round(at * 1e9)} ns")
    command("spikes", "export", recording.path, *arguments)
    return path
