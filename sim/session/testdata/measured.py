"""Computes what TestNumbersOfFigures compares, with numpy and scipy, from the definitions alone: python3 measured.py.

Makes measured.csv (recorded trains) where there is none, and writes measured.json.
"""
import json
import os

import numpy as np
from scipy import signal

N = {"a": 6, "b": 4}
END, SETTLE, BIN, ISI = 4.5, 0.5, 0.04, 0.016

if not os.path.exists("measured.csv"):
    r = np.random.default_rng(12)
    with open("measured.csv", "w") as f:
        f.write("recording,unit,time_s\n")
        for name, n in N.items():
            for unit in range(n):
                t = r.exponential(0.03)
                while t < END - 0.001:
                    spikes = [t]
                    if r.random() < 0.35 + 0.25 * np.sin(2 * np.pi * t / 0.9):
                        for _ in range(r.integers(1, 4)):
                            spikes.append(spikes[-1] + r.uniform(0.003, 0.012))
                    for s in spikes:
                        if s < END - 0.001:
                            f.write(f"{name},{unit},{s:.6f}\n")
                    t = spikes[-1] + 0.02 + r.exponential(0.06)

trains = {name: [[] for _ in range(n)] for name, n in N.items()}
for line in open("measured.csv").read().split()[1:]:
    name, unit, t = line.split(",")
    trains[name][int(unit)].append(float(t))


def events(name, isi=ISI):
    """Onset and number of spikes of every event."""
    out = []
    for train in trains[name]:
        for i, t in enumerate(train):
            if i == 0 or t - train[i - 1] >= isi:
                out.append([t, 1])
            else:
                out[-1][1] += 1
    return np.array(out)


def code(name, windows, isi=ISI):
    """Event rate, burst rate, burst probability and spike rate in some windows together."""
    e = events(name, isi)
    spikes = np.concatenate([np.array(t) for t in trains[name]])
    inside = lambda t: sum(((lo <= t) & (t < hi)) for lo, hi in windows).astype(bool)
    time = sum(hi - lo for lo, hi in windows) * N[name]
    began = inside(e[:, 0])
    ne, nb = began.sum(), (began & (e[:, 1] > 1)).sum()
    return ne / time, nb / time, (nb / ne if ne else np.nan), inside(spikes).sum() / time


edges = np.append(np.arange(0, END, BIN), END)
edges = edges[np.append(True, np.diff(edges) > 1e-9)]
bins = list(zip(edges[:-1], edges[1:]))
course = {name: np.array([code(name, [b]) for b in bins]) for name in N}
full = [i for i, (lo, hi) in enumerate(bins) if lo >= SETTLE - 1e-9 and hi - lo > BIN - 1e-9]
out = {}


def put(key, values):
    out[key] = [None if np.isnan(v) else float(v) for v in np.atleast_1d(values)]


for name in N:
    e, b, p, s = course[name].T
    put(f"traces {name} event rate", e)
    put(f"traces {name} burst rate", b)
    put(f"traces {name} burst probability", 100 * p)
    put(f"summary {name}", code(name, [(SETTLE, END)]))
    show = [i for i, (lo, hi) in enumerate(bins) if hi > 1 + 1e-9 and lo < 3 - 1e-9]
    put(f"multiplexing {name} event rate", e[show])
    put(f"multiplexing {name} burst rate", b[show])
    put(f"multiplexing {name} burst probability", 100 * p[show])
    show = [i for i, (lo, hi) in enumerate(bins) if hi > 1 + 1e-9 and lo < 2 - 1e-9]
    put(f"raster {name} rate", s[show])

# Stimuli: exact means over bins, from their integrals.
fine = np.arange(0, END, 1e-4) + 5e-5
steps = np.array([0, 100, 50])[(np.floor(fine / 0.3).astype(int)) % 3]
wave = lambda lo, hi: 100 * 0.23 / (2 * np.pi) * (np.cos(2 * np.pi * lo / 0.23) - np.cos(2 * np.pi * hi / 0.23)) / (hi - lo)
stimulus = {"steps": np.array([steps[(fine > lo) & (fine < hi)].mean() for lo, hi in bins]),
            "wave": np.array([wave(lo, hi) for lo, hi in bins])}
show = [i for i, (lo, hi) in enumerate(bins) if hi > 1 + 1e-9 and lo < 3 - 1e-9]
put("multiplexing steps", stimulus["steps"][show])
put("multiplexing wave", stimulus["wave"][show])


def pearson(x, y):
    ok = ~np.isnan(x) & ~np.isnan(y)
    return np.corrcoef(x[ok], y[ok])[0, 1]


put("compare", [course["a"][full, 0].mean(), 100 * np.nanmean(course["b"][full, 2]),
                pearson(stimulus["steps"][full], course["a"][full, 0]), pearson(stimulus["wave"][full], course["a"][full, 2])])

# Interspike intervals, both spikes in the window.
k = np.arange(np.floor(12 * np.log10(1 / 16)), np.ceil(12 * np.log10(1e4 / 16)) + 1)
isi_edges = np.round(16e6 * 10 ** (k / 12)) / 1e9
for key, names, lo, hi in [("isi", N, SETTLE, END), ("isi_part", ["a"], 1, 2.5)]:
    for name in names:
        d = np.concatenate([np.diff([t for t in train if lo <= t < hi]) for train in trains[name]])
        put(f"{key} {name}", 100 * np.histogram(d, isi_edges)[0] / len(d))

thresholds = [4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32]
for name in N:
    c = np.array([code(name, [(1, 4)], t / 1e3) for t in thresholds])
    put(f"sensitivity {name} event rate", c[:, 0])
    put(f"sensitivity {name} burst rate", c[:, 1])
    put(f"sensitivity {name} burst probability", 100 * c[:, 2])

# Responses: the last 180 of 300 ms of every step that begins after settling.
for name in N:
    c = []
    for level in (0, 50, 100):
        at = [i * 0.3 for i in range(15) if (0, 100, 50)[i % 3] == level and i * 0.3 >= SETTLE]
        c.append(code(name, [(t + 0.12 - 1e-9, t + 0.3 - 1e-9) for t in at]))
    c = np.array(c)
    put(f"responses {name} event rate", c[:, 0])
    put(f"responses {name} burst rate", c[:, 1])
    put(f"responses {name} burst probability", 100 * c[:, 2])

n = len(full) // 8 * 2
for name in N:
    p = course[name][full, 2]
    known = np.flatnonzero(~np.isnan(p))
    filled = np.interp(np.arange(len(p)), known, p[known])
    for what, y in [("event rate", course[name][full, 0]), ("burst probability", filled)]:
        f, c = signal.coherence(stimulus["wave"][full], y, 1 / BIN, window=np.hanning(n), noverlap=n // 2, detrend="constant")
        put(f"coherence {name} {what}", c[1:])
put("coherence frequency", f[1:])

# Presentations: from 100 ms (to 350 ms in the test) of each.
for name in N:
    for pattern in (0, 1):
        at = [SETTLE + 0.4 * (2 * k + pattern) for k in range(4)]
        c = np.array([code(name, [(t + 0.1, t + 0.4)]) for t in at])
        put(f"learning {name} {'pq'[pattern]} event rate", c[:, 0])
        put(f"learning {name} {'pq'[pattern]} burst probability", 100 * c[:, 2])
    t = SETTLE + 3.2
    c = np.array([code(name, [(t + 0.1 + 0.4 * q, t + 0.35 + 0.4 * q)]) for q in (0, 1)])
    put(f"patterns {name} event rate", c[:, 0])
    put(f"patterns {name} burst probability", 100 * c[:, 2])
put("learning cost", np.repeat(-np.log(0.99) - np.log(0.01), 4))  # the output is silent: 1 % and 99 % off
put("presentation 3", 100 * code("a", [(SETTLE + 1.3, SETTLE + 1.6)])[2])

json.dump(out, open("measured.json", "w"), indent=0)
