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
    group = {p["first"] + i: pynapple.Ts(t) for p, i, t, _ in recording.trains(**query)}
    return pynapple.TsGroup(group, time_support=pynapple.IntervalSet(lo, hi))


def to_nwb(recording, path, **query):
    import datetime
    import pynwb
    name = recording.header.get("experiment") or "burstplex"
    nwb = pynwb.NWBFile(str(name)[:80], str(recording.path), datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc))
    nwb.add_unit_column("population", "population of the network")
    for p, i, t, _ in recording.trains(**query):
        nwb.add_unit(id=p["first"] + i, spike_times=t, population=p["name"])
    with pynwb.NWBHDF5IO(str(path), "w") as io:
        io.write(nwb)
    return path
