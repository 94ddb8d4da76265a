package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// fitCheck computes the measures of fit of a sweep again, with numpy, from the recordings.
const fitCheck = `
import csv, sys, itertools, numpy as np
sys.path.insert(0, sys.argv[1])
import burstplex_spikes
lo, hi, theta = .2, 1., .016
def trains(r, pop):
    p = next(p for p in r.populations if p['name'] == pop)
    t, n, k = r.spikes(populations=[pop])
    return [t[n == p['first'] + i] / 1e9 for i in range(p['size'])]
def span(x): return x[(x >= lo) & (x < hi)]
def gamma(m, t, d):                      # every pairing of spikes in order, by dynamic programming in place of a sweep
    best = np.zeros((len(m) + 1, len(t) + 1), int)
    for i in range(len(m)):
        for j in range(len(t)):
            near = abs(round(m[i] * 1e9) - round(t[j] * 1e9)) <= round(d * 1e9)
            best[i + 1, j + 1] = max(best[i, j + 1], best[i + 1, j], best[i, j] + near)
    if len(m) + len(t) == 0: return np.nan
    nu = len(m) / (hi - lo)
    return (best[-1, -1] - 2 * nu * d * len(t)) / ((len(m) + len(t)) / 2) / (1 - 2 * nu * d)
def vanrossum(m, t, tau):                # the double sum of exponentials, every pair
    s = np.concatenate([m, t]); w = np.concatenate([np.ones(len(m)), -np.ones(len(t))])
    return np.sqrt(max(0, (w[:, None] * w * np.exp(-abs(s[:, None] - s) / tau)).sum()))
def features(all):                       # events by gaps, those that begin in the span
    events = []
    for t in all:
        cut = np.flatnonzero(np.diff(t) >= theta - 1e-12) + 1
        events += [e for e in np.split(t, cut) if len(e) > 1 and lo <= e[0] < hi]
    n = sum(map(len, events))
    return np.array([len(events) / len(all) / (hi - lo), n / len(events), 1e3 * sum(e[-1] - e[0] for e in events) / (n - len(events))])
def rms(t, x, f):
    a = np.genfromtxt(f, delimiter=',', skip_header=1)
    keep = (t >= a[0, 0]) & (t <= a[-1, 0])
    return np.sqrt(np.mean((x - np.interp(t, a[:, 0], a[:, 1]))[keep] ** 2))
target = trains(burstplex_spikes.open('target/spikes-9.bspk'), 'pyr')
worst, compared = 0, 0
for row in csv.DictReader(open('fits/sweep.csv')):
    r = burstplex_spikes.open('fits/points/%04d/spikes-%s.bspk' % (int(row['point']), row['seed']))
    pyr, inh = trains(r, 'pyr'), trains(r, 'inh')
    v = r.table('v'); late = v['time'] >= lo * 1e9
    edges = np.arange(lo, hi + 1e-9, .05)
    rate = np.histogram(np.concatenate(inh), edges)[0] / len(inh) / .05
    f, g = features(pyr), features(target)
    want = {'coincidence(pyr, target.csv)': np.nanmean([gamma(span(m), span(t), .002) for m, t in zip(pyr, target)]),
            'coincidence(pyr, target/spikes-9.bspk, 5 ms)': np.nanmean([gamma(span(m), span(t), .005) for m, t in zip(pyr, target)]),
            'van-rossum(pyr, one.csv, 20 ms)': np.mean([vanrossum(span(m), span(target[3]), .02) for m in pyr]),
            'rms(probes.v, v.csv)': rms(v['time'][late] / 1e9, v['v'][late], 'v.csv'),
            'rms(inh.spike_rate, v.csv)': rms((edges[1:] + edges[:-1]) / 2, rate, 'v.csv'),
            'burst-distance(pyr, target.csv)': np.sqrt(np.mean((f / g - 1) ** 2)),
            'bursts(pyr)': f[0], 'burst-spikes(pyr)': f[1], 'burst-interval(pyr)': f[2]}
    for name, x in want.items():
        off = abs(float(row[name]) - x) / max(abs(x), 1e-9)
        worst, compared = max(worst, off), compared + 1
        if not off < 2e-5: print(row['point'], row['seed'], name, row[name], x)
print(compared)
`

// Measures of fit in a sweep, against targets in files of three kinds, are what numpy computes from the recordings.
func TestFitsOfASweep(t *testing.T) {
	py := ""
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if py == "" && exec.Command(name, "-c", "import numpy").Run() == nil {
			py = name
		}
	}
	if py == "" {
		t.Skip("no python3 with numpy here (Debian: python3-numpy)")
	}
	reader, err := filepath.Abs("../../recordings/python")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	must(t, "init", "--template", "small")
	text := read(t, "small.toml") + "\n[probes.v]\npopulation = \"inh\"\nvariable = \"v\"\nlast = 3\n"
	for name, content := range map[string]string{"fit.toml": text, "v.csv": "time_s,value\n0,-60\n0.5,-55\n0.9,-58\n"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	short := []string{"--set", "experiment.duration=1 s", "--set", "populations.pyr.size=40", "--set",
		"populations.inh.size=10", "-q"}
	must(t, append([]string{"run", "fit.toml", "-o", "target", "--seed", "9", "--seeds", "1"}, short...)...)
	must(t, "spikes", "export", "target/spikes-9.bspk", "-p", "pyr", "-o", "target.csv")
	// one unit, called 3
	must(t, "spikes", "export", "target/spikes-9.bspk", "-p", "pyr", "--neurons", "3", "-o", "one.csv")
	sweep := []string{"sweep", "fit.toml", "-o", "fits", "--vary", "projections.*.weight=0.1,0.2", "--seeds", "2"}
	measures := []string{"coincidence(pyr, target.csv)", "coincidence(pyr, target/spikes-9.bspk, 5 ms)",
		"van-rossum(pyr, one.csv, 20 ms)",
		"rms(probes.v, v.csv)", "rms(inh.spike_rate, v.csv)", "burst-distance(pyr, target.csv)", "bursts(pyr)",
		"burst-spikes(pyr)",
		"burst-interval(pyr)"}
	for _, m := range measures {
		sweep = append(sweep, "--measure", m)
	}
	must(t, append(sweep, short...)...)
	out, err := exec.Command(py, "-c", fitCheck, reader).CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "72" { // 2 points, 2 seeds, 2 populations, 9 measures
		t.Errorf("%v: %s", err, out)
	}
}
