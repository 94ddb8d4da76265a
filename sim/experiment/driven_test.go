package experiment

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
)

const clampFile = `[experiment]
name = "clamp"
duration = "60 ms"
[models.m]
equations = """
dv/dt   = (g*(e - v) + g_h*m*(e_h - v) + i_clamp + I_soma)/c   : mV
i_clamp = g_c*(v_command - v)                                   : pA
dm/dt   = (1/(1 + exp((v + 80 mV)/(7 mV))) - m)/(5 ms)          : 1
"""
initial = { v = "-70 mV" }
parameters = { e = "-70 mV", g = "10 nS", c = "100 pF", g_c = "5 uS", v_command = "-70 mV", g_h = "0 nS", e_h = "-30 mV" }
ports.soma = { potential = "v" }
[populations.p]
model = "m"
size = 1
[stimuli.step]
population = "p"
parameter = "v_command"
change = "20 mV"
from = "10 ms"
to = "40 ms"
`

// A voltage clamp: a stimulus drives the command, and the current that holds the potential is probed. Both integrators
// agree.
func TestVoltageClamp(t *testing.T) {
	for _, integrator := range []string{"off-grid", "reference"} {
		x, err := LoadText(NewRegistries(), "clamp.toml", []byte(clampFile), "populations.p.integrator="+integrator,
			"populations.p.g_h=4nS")
		if err != nil {
			t.Fatal(err)
		}
		if err := x.Check(); err != nil {
			t.Fatal(err)
		}
		engine, _, err := x.Engine(1, sim.Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer engine.Close()
		v, _, _, ok := engine.Probe("p", "v")
		m, _, _, _ := engine.Probe("p", "m")
		if !ok {
			t.Fatal("no v")
		}
		for i, command := range []float64{-70, -50} {
			at := []spike.Tick{9, 39}[i]
			if err := engine.Run(context.Background(), at*spike.Millisecond); err != nil {
				t.Fatal(err)
			}
			x := v(0)
			want := 10*(x+70) - 4*m(0)*(-30-x) // pA: what flows through the membrane
			if math.Abs(x-command) > 0.1 || math.Abs(5000*(command-x)-want) > 0.05*math.Abs(want)+1 {
				t.Errorf("%s at %d ms: v = %g mV, current %g pA, want %g mV and %g pA", integrator, at, x, 5000*(command-x),
					command, want)
			}
			if current, unit, _, ok := engine.Probe("p", "i_clamp"); integrator == "off-grid" &&
				(!ok || unit != "pA" || math.Abs(current(0)-5000*(command-x)) > 1) {
				t.Errorf("i_clamp at %d ms: %v %g %s, want %g pA", at, ok, current(0), unit, 5000*(command-x))
			}
		}
	}
}

// Mistakes of driven parameters have their place.
func TestDrivenMistakes(t *testing.T) {
	for line, want := range map[string]string{`parameter = "v_comand"`: `did you mean "v_command"`, `change = "20 pA"`: "must be in mV", `port = "soma"`: "is of a current",
		`wave = "steps"`: "is a current in pA", `amplitude = "3 pA"`: "is of a current"} {
		key, _, _ := strings.Cut(line, " ")
		var lines []string
		for _, l := range strings.Split(clampFile, "\n") {
			if !strings.HasPrefix(l, key+" =") {
				lines = append(lines, l)
			}
		}
		_, err := LoadText(NewRegistries(), "clamp.toml", []byte(strings.Join(lines, "\n")+line+"\n"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
}
