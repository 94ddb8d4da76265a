"""Find the dendritic current at which pyramidal neurons burst with a probability of 0.5, with Optuna:  python3 search.py [TRIALS]"""

import json
import subprocess
import sys

import optuna


def burst_probability(current):
    """One point of a sweep; its rows come as lines of JSON."""
    out = subprocess.run(["burstplex", "sweep", "small.toml", "-q", "--json", "--force", "-o", "search", "--seeds", "1",
                          "--set", "experiment.duration=700 ms", "--vary", f"populations.pyr.backgrounds.apical.mean={current} pA"],
                         check=True, capture_output=True, text=True).stdout
    return next(r["burst_probability"] for r in map(json.loads, out.splitlines()) if r["population"] == "pyr")


def objective(trial):
    return (burst_probability(trial.suggest_float("current", 0, 400)) - 0.5) ** 2


study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))
study.optimize(objective, n_trials=int(sys.argv[1]) if len(sys.argv) > 1 else 20)
print(f"{study.best_params['current']:.0f} pA, off by {study.best_value ** 0.5:.3f}")
