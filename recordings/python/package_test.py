"""What the package promises, run with the binary in $BURSTPLEX_PROGRAM: python3 package_test.py"""

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

    def test_values_in_files(self):
        from burstplex.running import toml
        text = toml({"a": {"b c": True, "d": [1, 2.5, "x\"y"], "e": {"f": np.float32(0.5)}}, "g": 1e-9})
        self.assertEqual(text, 'g = 1e-09\n[a]\n"b c" = true\nd = [1, 2.5, "x\\"y"]\n[a.e]\nf = 0.5\n')


if __name__ == "__main__":
    unittest.main()
