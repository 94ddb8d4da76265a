#!/usr/bin/env python3
"""Brian2's compiled mode (C++ standalone) and Burstplex on the same networks, in turn, on this machine.

    apt-get install python3-brian                      # Debian, for /usr/bin/python3; any Brian2 from 2.5 on
    go build -o burstplex ./cmd/burstplex
    python3 docs/bench/beside_brian2.py --burstplex ./burstplex [--rounds 5] [coba cuba balanced two-compartment]

Both run on one core with steps of 0.1 ms. What is compared is processor seconds per second of model time while the network
runs; building, compiling and recording are left out on both sides. Brian2 counts its spikes (a SpikeMonitor without
recording), Burstplex counts and hashes them. The two programs take turns, so that a machine that changes its speed changes it
for both; the table shows the least of all rounds for each, the median of the rounds' ratios and their range. Rates stand
beside them: networks that fire at other rates are other networks. Brian2 integrates on the grid (exactly where the
equations are linear, else by Euler steps as its users do); Burstplex finds spikes inside the step.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

PROBABILITIES = {"coba": 0.02, "cuba": 0.02, "balanced": 0.1, "two-compartment": 0.025}
STRETCH = {"coba": (0.2, 2.0), "cuba": (0.2, 4.0), "balanced": (0.1, 0.5), "two-compartment": (0.2, 0.5)}  # settle, run (s)


def brian(name, folder):
    """Builds a network in C++ and leaves the program in folder; runs in a process of its own."""
    from brian2 import (Hz, Network, NeuronGroup, PoissonInput, SpikeMonitor, Synapses, defaultclock, device, ms, mV,
                        pA, pF, prefs, set_device)
    set_device("cpp_standalone", directory=folder, build_on_run=False)
    prefs.codegen.cpp.extra_compile_args_gcc = ["-O3", "-march=native", "-ffast-math", "-std=c++11", "-w"]
    prefs.devices.cpp_standalone.openmp_threads = 0
    defaultclock.dt = 0.1 * ms
    p = PROBABILITIES[name]
    objects = []

    def connect(source, target, on_pre, delay):
        s = Synapses(source, target, on_pre=on_pre, delay=delay)
        s.connect(p=p)
        objects.append(s)

    space = {}
    if name == "coba":
        cells = NeuronGroup(4000, """
            dv/dt = (-v + ge*(60*mV - v) + gi*(-20*mV - v))/(20*ms) : volt (unless refractory)
            dge/dt = -ge/(5*ms) : 1
            dgi/dt = -gi/(10*ms) : 1""", threshold="v > 10*mV", reset="v = 0*mV", refractory=5 * ms, method="euler")
        cells.v, cells.ge, cells.gi = "(-5 + 5*randn())*mV", "4 + 1.5*randn()", "20 + 12*randn()"
        connect(cells[:3200], cells, "ge += 0.6", 0.1 * ms)
        connect(cells[3200:], cells, "gi += 6.7", 0.1 * ms)
    elif name == "cuba":
        cells = NeuronGroup(4000, """
            dv/dt = (ge + gi - (v + 49*mV))/(20*ms) : volt (unless refractory)
            dge/dt = -ge/(5*ms) : volt
            dgi/dt = -gi/(10*ms) : volt""", threshold="v > -50*mV", reset="v = -60*mV", refractory=5 * ms, method="exact")
        cells.v = "(-60 + 10*rand())*mV"
        connect(cells[:3200], cells, "ge += 1.62*mV", 0.1 * ms)
        connect(cells[3200:], cells, "gi -= 9*mV", 0.1 * ms)
    elif name == "balanced":
        cells = NeuronGroup(12500, "dv/dt = -v/(20*ms) : volt (unless refractory)", threshold="v > 20*mV", reset="v = 10*mV",
                            refractory=2 * ms, method="exact")
        cells.v = "20*rand()*mV"
        objects.append(PoissonInput(cells, "v", 1000, 12 * Hz, weight=0.1 * mV))
        connect(cells[:10000], cells, "v_post += 0.1*mV", 1.5 * ms)
        connect(cells[10000:], cells, "v_post -= 0.5*mV", 1.5 * ms)
    else:
        space = {"g_s": 1300 * pA, "g_d": 1200 * pA, "c_s": 370 * pF, "c_d": 170 * pF}
        cells = NeuronGroup(4000, """
            dvs/dt = (-70*mV - vs)/(16*ms) + (g_s*f + b + i_s + x_s + 200*pA)/c_s : volt (unless refractory)
            dvd/dt = (-70*mV - vd)/(7*ms) + (g_d*f + c*bap + a + i_d + x_d)/c_d : volt
            f = 1/(1 + exp(-(vd + 38*mV)/(6*mV))) : 1
            b = -200*pA*ws : amp
            a = -13*nS*wd : amp
            c = 2600*pA : amp
            bap = int(t - last >= 0.5*ms and t - last < 2.5*ms) : 1
            dws/dt = -ws/(100*ms) : 1
            dwd/dt = (vd + 70*mV - wd)/(30*ms) : volt
            di_s/dt = -i_s/(5*ms) : amp
            di_d/dt = -i_d/(5*ms) : amp
            dx_s/dt = -x_s/(2*ms) + 450*pA*sqrt(2/(2*ms))*xi_1 : amp
            dx_d/dt = -x_d/(2*ms) + 450*pA*sqrt(2/(2*ms))*xi_2 : amp
            last : second""", threshold="vs > -50*mV", reset="vs = -70*mV; ws += 1; last = t", refractory=3 * ms, method="euler",
                            namespace=space)
        cells.vs, cells.vd, cells.last = "(-70 + 3*randn())*mV", "(-70 + 3*randn())*mV", "-1*second"
        connect(cells[:3200], cells, "i_d += 5*pA", 1 * ms)
        connect(cells[3200:], cells, "i_s -= 20*pA", 1 * ms)
    spikes = SpikeMonitor(cells, record=False)
    settle, stretch = STRETCH[name]
    net = Network(cells, spikes, *objects)
    device.insert_code("main", "double cpu_; long spikes_;")
    count = f"{device.get_array_name(spikes.variables['N'])}[0]"
    net.run(settle * 1000 * ms)
    device.insert_code("main", f"cpu_ = (double)clock()/CLOCKS_PER_SEC; spikes_ = {count};")
    net.run(stretch * 1000 * ms)
    device.insert_code("main", f'std::cout << "measured " << ((double)clock()/CLOCKS_PER_SEC - cpu_)/{stretch} << " " '
                               f'<< ({count} - spikes_)/{stretch}/{len(cells)} << std::endl;')
    device.build(directory=folder, compile=True, run=False, clean=False)


def run_brian(folder):
    out = subprocess.run([str(pathlib.Path(folder) / "main")], cwd=folder, check=True, text=True, stdout=subprocess.PIPE).stdout
    line = next(text for text in out.splitlines() if text.startswith("measured "))
    return tuple(map(float, line.split()[1:]))


def run_burstplex(program, name):
    out = subprocess.run([program, "bench", name, "-n", "3", "--json"], check=True, text=True, stdout=subprocess.PIPE).stdout
    r = json.loads(out)["workloads"][0]
    neurons = sum(p["neurons"] for p in r["rates"])
    return r["cpu_s_per_s"]["min"], sum(p["neurons"] * p["spikes_hz"] for p in r["rates"]) / neurons


def main():
    warnings.simplefilter("ignore", FutureWarning)
    parser = argparse.ArgumentParser(description="Brian2's compiled mode and Burstplex in turn")
    parser.add_argument("networks", nargs="*", default=list(PROBABILITIES))
    parser.add_argument("--burstplex", default="burstplex", help="the program")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--build", nargs=2, metavar=("NETWORK", "FOLDER"), help=argparse.SUPPRESS)
    a = parser.parse_args()
    if a.build:
        return brian(*a.build)
    import brian2
    unknown = set(a.networks) - set(PROBABILITIES)
    if unknown:
        parser.error(f"unknown network {', '.join(sorted(unknown))}; there are {', '.join(PROBABILITIES)}")
    print(subprocess.run([a.burstplex, "version"], check=True, text=True, stdout=subprocess.PIPE).stdout.strip(),
          "and Brian2", brian2.__version__)
    print(f"{'network':16} {'Burstplex':>10} {'Brian2':>8}   processor s per s, least of {a.rounds} rounds; times faster: median (range)")
    for name in a.networks:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, "-W", "ignore", __file__, "--build", name, folder], check=True, stdout=subprocess.DEVNULL)
            rounds = [(run_burstplex(a.burstplex, name), run_brian(folder)) for _ in range(a.rounds)]
        ratios = sorted(theirs[0] / ours[0] for ours, theirs in rounds)
        least = [min(r[k][0] for r in rounds) for k in (0, 1)]
        rates = [sum(r[k][1] for r in rounds) / len(rounds) for k in (0, 1)]
        print(f"{name:16} {least[0]:10.3f} {least[1]:8.3f}   {ratios[len(ratios) // 2]:.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f})"
              f"   rates {rates[0]:.1f} and {rates[1]:.1f} Hz", flush=True)


if __name__ == "__main__":
    main()
