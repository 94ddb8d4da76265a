"""What the package promises, run with the binary in $BURSTPLEX_PROGRAM: python3 package_test.py"""

import json
import os
import pathlib
import signal
import tempfile
import threading
import time
import unittest

import numpy as np

import burstplex

SMALL = {
    "experiment": {"name": "small", "duration": "300 ms", "step": "100 us", "seeds": 2},
    "populations": {
        "input": {"model": "poisson", "size": 20, "rate": "50 Hz"},
        "cells": {"model": "lif", "size": np.int64(10), "tau_m": "20 ms"},
    },
    "projections": {"in": {"source": "input", "target": "cells", "receptor": "ampa", "weight": 0.5, "delay": "1 ms",
                           "connector": "fixed-probability", "p": 0.5}},
    "probes": {"v": {"population": "cells", "variable": "v", "every": "1 ms", "first": 0, "last": 2}},
}


class Package(unittest.TestCase):
    def test_dict_runs_and_results_are_read(self):
        r = burstplex.run(SMALL, seeds=2, progress=False)
        self.assertEqual(r.seeds, [1, 2])
        t, neuron, kind = r.spikes(seed=2)
        self.assertEqual(len(t), r.summary["runs"][1]["spikes"])
        early = r.spikes(seed=2, stop=0.1)[0]
        self.assertEqual(early.tolist(), t[t < 100_000_000].tolist())
        frame = r.to_pandas(seed=2)
        cells = frame[frame.population == "cells"]
        self.assertEqual(sorted(cells.neuron + 20), sorted(neuron[neuron >= 20]))
        self.assertEqual(list(r.rates.population), ["input", "cells"])

    def test_set_changes_the_run_and_equal_seeds_are_equal(self):
        digest = lambda **k: burstplex.run(SMALL, progress=False, seeds=1, **k).summary["runs"][0]["spike_digest_sha256"]
        self.assertEqual(digest(workers=1), digest(workers=2))
        self.assertNotEqual(digest(), digest(set={"projections.in.weight": 0.9}))
        self.assertNotEqual(digest(), digest(seed=7))

    def test_errors_are_exceptions_with_the_programs_text(self):
        with self.assertRaisesRegex(burstplex.InputError, "populations.cells.tau_mm.*did you mean"):
            burstplex.run(SMALL, set={"populations.cells.tau_mm": "10 ms"}, progress=False)
        with self.assertRaisesRegex(burstplex.InputError, "^experiment: colour = 1: unknown key"):
            burstplex.run({**SMALL, "colour": 1}, progress=False)
        with self.assertRaisesRegex(burstplex.InputError, "propagatoin"):
            burstplex.run("propagatoin", progress=False)
        with tempfile.TemporaryDirectory() as d:
            burstplex.run(SMALL, out=d + "/r", seeds=1, progress=False)
            with self.assertRaises(burstplex.Error):
                burstplex.run(SMALL, out=d + "/r", seeds=1, progress=False)

    def test_interrupt_ends_cleanly_and_resume_goes_on(self):
        long = {**SMALL, "experiment": {**SMALL["experiment"], "duration": "400 s", "seeds": 1}}
        with tempfile.TemporaryDirectory() as d:
            out = pathlib.Path(d) / "r"

            def interrupt():
                while not list(out.glob("*.bspk")):
                    time.sleep(0.01)
                os.kill(os.getpid(), signal.SIGINT)

            threading.Thread(target=interrupt, daemon=True).start()
            with self.assertRaises(KeyboardInterrupt):
                burstplex.run(long, out=out, progress=False)
            r = burstplex.resume(out, progress=False)
            whole = burstplex.run(long, progress=False)
            self.assertEqual(r.summary["runs"][0]["spike_digest_sha256"], whole.summary["runs"][0]["spike_digest_sha256"])

    def test_spikes_by_neuron_are_those_in_time(self):
        r = burstplex.run({**SMALL, "record": {"neurons": {"input": {}, "cells": {"every": 2}}}}, seeds=1, progress=False)
        rec = r.recording()
        for query in ({}, {"start": 0.1, "stop": 0.2}, {"populations": ["cells"]}, {"neurons": [3, 22, 24, 19]}, {"stop": 0}):
            t, n, k = rec.spikes(**query)
            ids, bounds, times, kinds = rec.by_neuron(**query)
            self.assertEqual(ids.tolist(), rec.recorded(query.get("populations"), query.get("neurons")).tolist())
            for i, a, b in zip(ids, bounds, bounds[1:]):
                self.assertEqual(times[a:b].tolist(), t[n == i].tolist())
                self.assertEqual(kinds[a:b].tolist(), k[n == i].tolist())
            self.assertEqual(bounds[-1], len(t))
        self.assertEqual(len(rec.recorded(["cells"])), 5)

    def test_probes_and_weights(self):
        for kept in ({"weights": ["in"]}, {"weights": ["in"], "weights_format": "npz"},
                     {"weights": ["in"], "weights_format": "bspk", "weights_every": "100 ms"}):
            r = burstplex.run({**SMALL, "record": kept}, progress=False)
            final = r.weights("in", seed=2)
            self.assertEqual(list(final.columns), ["source", "target", "weight", "delay_ms"])
            self.assertEqual(set(final.weight), {0.5})
            self.assertEqual(set(final.delay_ms), {1})
            self.assertTrue(0 < len(final) < 200 and final.source.max() < 20 and final.target.max() < 10)
            self.assertFalse(final.equals(r.weights("in")))
            if "weights_every" in kept:
                self.assertTrue(r.weights("in", at=0.1).equals(r.weights("in")))
                with self.assertRaisesRegex(LookupError, "0.1 s"):
                    r.weights("in", at=0.15)
            with self.assertRaisesRegex(LookupError, "record.weights"):
                r.weights("out")
            self.assertEqual(list(r.probes()), ["v"])
            v = r.probes("v", seed=2)
            self.assertEqual(list(v.columns), ["time_s", "neuron", "v"])
            self.assertEqual((len(v), v.time_s.max()), (301 * 2, 0.3))
            with self.assertRaisesRegex(LookupError, "it has v"):
                r.probes("w")

    def test_neo(self):
        try:
            import neo
        except ImportError:
            self.skipTest("neo is not installed (Debian: python3-neo)")
        r = burstplex.run(SMALL, seeds=1, progress=False)
        t, n, k = r.spikes()
        segment = r.to_neo()
        self.assertEqual(len(segment.spiketrains), 30)
        for i, train in enumerate(segment.spiketrains):
            self.assertIsInstance(train, neo.SpikeTrain)
            np.testing.assert_allclose(train.rescale("ms").magnitude, t[n == i] / 1e6, rtol=1e-12)
            self.assertEqual(train.array_annotations["kind"].tolist(), k[n == i].tolist())
            self.assertEqual(train.annotations, {"population": "input" if i < 20 else "cells", "neuron": i % 20})
            self.assertEqual([float(train.t_start), float(train.t_stop)], [0, 0.3])
        part = r.to_neo(populations=["cells"], start=0.1, stop=0.2)
        self.assertEqual([len(x) for x in part.spiketrains], [((n == 20 + i) & (t >= 1e8) & (t < 2e8)).sum() for i in range(10)])
        self.assertEqual(float(part.spiketrains[3].t_stop), 0.2)

    def test_xarray(self):
        try:
            import xarray  # noqa: F401
        except ImportError:
            self.skipTest("xarray is not installed (Debian: python3-xarray)")
        r = burstplex.run(SMALL, seeds=1, progress=False)
        data, table = r.to_xarray("v"), r.table("v")
        self.assertEqual(dict(data.sizes), {"time": 301, "neuron": 2})
        for time, neuron, v in list(zip(table["time"], table["neuron"], table["v"]))[::37]:
            self.assertEqual(float(data.v.sel(neuron=neuron).sel(time=time / 1e9, method="nearest")), v)

    def test_nwb(self):
        r = burstplex.run(SMALL, seeds=1, progress=False)
        t, n, k = r.spikes(start=0.1, stop=0.25)
        with tempfile.TemporaryDirectory() as d:
            for name, query, ids in (("all", {}, range(30)), ("some", {"neurons": [21, 25]}, [21, 25]), ("cells", {"populations": ["cells"]}, range(20, 30))):
                path = r.to_nwb(f"{d}/{name}.nwb", start=0.1, stop=0.25, **query)
                burstplex.command("spikes", "import", path, "-o", f"{d}/{name}.bspk")
                back = burstplex.open_recording(f"{d}/{name}.bspk").spikes()
                for got, want in zip(back, (t, n, k)):
                    self.assertEqual(got.tolist(), want[np.isin(n, list(ids))].tolist())
            with self.assertRaisesRegex(burstplex.InputError, "of one"):
                r.to_nwb(d + "/two.nwb", neurons=[1, 21])
            with self.assertRaisesRegex(burstplex.Error, "exists"):
                r.to_nwb(d + "/all.nwb")

    def test_packages_that_may_be_missing(self):
        """pynapple and polars are not in Debian: where they are missing, stand-ins take what is given to them, by the
        names of the packages' own documentation."""
        import sys
        import types
        r = burstplex.run(SMALL, seeds=1, progress=False)
        t, n, k = r.spikes()
        try:
            import pynapple
        except ImportError:
            pynapple = types.ModuleType("pynapple")
            pynapple.Ts = lambda t: types.SimpleNamespace(t=t)
            pynapple.IntervalSet = lambda start, end: types.SimpleNamespace(start=start, end=end)
            pynapple.TsGroup = lambda data, time_support: types.SimpleNamespace(data=data, time_support=time_support, __getitem__=data.__getitem__)
            print("pynapple is not installed: a stand-in takes its place")
        try:
            import polars
        except ImportError:
            polars = types.ModuleType("polars")
            polars.from_pandas = lambda frame: ("polars", frame)
            print("polars is not installed: a stand-in takes its place")
        before = {name: sys.modules.get(name) for name in ("pynapple", "polars")}
        sys.modules.update(pynapple=pynapple, polars=polars)
        try:
            group, frame = r.to_pynapple(), r.to_polars(stop=0.1)
        finally:
            for name, module in before.items():
                if module is None:
                    del sys.modules[name]
        trains = group.data if hasattr(group, "data") and isinstance(group.data, dict) else group
        for i in range(30):
            np.testing.assert_allclose(trains[i].t, t[n == i] / 1e9)
        kind, rows = frame if isinstance(frame, tuple) else ("polars", frame)
        self.assertEqual([kind, len(rows)], ["polars", (t < 1e8).sum()])

    def test_values_in_files(self):
        from burstplex.running import toml
        text = toml({"a": {"b c": True, "d": [1, 2.5, "x\"y"], "e": {"f": np.float32(0.5)}}, "g": 1e-9})
        self.assertEqual(text, 'g = 1e-09\n[a]\n"b c" = true\nd = [1, 2.5, "x\\"y"]\n[a.e]\nf = 0.5\n')

    def test_sweep_is_a_frame(self):
        frame = burstplex.sweep(SMALL, {"projections.in.weight": [0.2, 0.5], ("populations.cells.tau_m", "populations.input.size"): [("10 ms", 10), ("20 ms", 20)]},
                                seeds=2, measure="mean(cells.spike_rate)", progress=False)
        self.assertEqual(len(frame), 2 * 2 * 2 * 2)
        self.assertEqual(sorted(frame["populations.cells.tau_m"].unique()), [10, 20])
        self.assertEqual(frame.attrs["units"]["populations.cells.tau_m"], "ms")
        one = burstplex.run(SMALL, set={"projections.in.weight": 0.5, "populations.cells.tau_m": "20 ms", "populations.input.size": 20}, progress=False)
        row = frame[(frame["projections.in.weight"] == 0.5) & (frame["populations.input.size"] == 20) & (frame.seed == 2) & (frame.population == "cells")]
        self.assertEqual(row["spike_digest_sha256"].item(), one.summary["runs"][1]["spike_digest_sha256"])
        with self.assertRaisesRegex(burstplex.InputError, "did you mean"):
            burstplex.sweep(SMALL, {"projections.in.wheight": [1, 2]}, progress=False)
        with self.assertWarnsRegex(UserWarning, "1 of 2 points failed"):
            frame = burstplex.sweep(SMALL, {"populations.cells.size": [5, 0]}, seeds=1, progress=False)
        self.assertIn("at least 1", frame[frame.point == 2].failure.item())

    def test_notebook(self):
        notebook = json.loads((pathlib.Path(__file__).parent.parent.parent / "docs" / "notebook.ipynb").read_text(encoding="utf-8"))
        names = {}
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
        self.assertEqual(len(names["frame"]), 3 * 2)
        p = names["frame"].groupby("populations.pyr.backgrounds.apical.mean").burst_probability.mean()
        self.assertGreater(p[400], p[0] + 0.1)
        self.assertIn("<img", names["result"].figures._repr_html_())

    def test_progress_is_read(self):
        seen = []
        with tempfile.TemporaryDirectory() as d:
            path = pathlib.Path(d) / "x.toml"
            path.write_text(burstplex.running.toml({**SMALL, "experiment": {**SMALL["experiment"], "duration": "900 s", "seeds": 1}}))
            burstplex.command("run", path, "-o", d + "/r", line=seen.append)
        shares = [json.loads(s)["done"] for s in seen if s.startswith("{")]
        self.assertEqual(shares, sorted(shares))
        self.assertTrue(shares and 0 < shares[0] < shares[-1] <= 1, seen)


if __name__ == "__main__":
    unittest.main()
