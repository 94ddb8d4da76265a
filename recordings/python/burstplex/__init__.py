"""Run Burstplex experiments from Python, and read their results as numpy arrays and data frames.

    import burstplex
    r = burstplex.run("propagation", set={"projections.pyr2_pyr1.weight": 0.2}, seeds=3)
    r.rates                                    # event rate, burst rate, burst probability per population
    t, neuron, kind = r.spikes(populations=["pyr1"])
    r.figures                                  # shown in a notebook
    burstplex.sweep("propagation", {"projections.pyr2_pyr1.weight": [0.1, 0.2, 0.4]}, seeds=3)   # a DataFrame

An experiment is the name of a built-in one (burstplex.experiments() lists them), the path of a file, or a dict with the
keys of a file. Errors of the program are raised with the program's text: InputError for what a file or an argument says
wrongly, ProgramError for everything else. Ctrl-C (or the stop button of a notebook) ends a run with valid files.
"""

from burstplex_spikes import FormatError, Recording, open as open_recording
from .program import Error, InputError, ProgramError, command, experiments, program, version
from .result import Figure, Result, load
from .running import resume, run, sweep

__version__ = "0.1.0"
__all__ = ["run", "sweep", "resume", "load", "experiments", "command", "program", "version", "open_recording", "Result", "Figure",
           "Recording", "Error", "InputError", "ProgramError", "FormatError"]
