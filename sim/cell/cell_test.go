package cell_test

import (
	"context"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/session"
)

// measure runs a task and returns the rows of a table by their first column.
func measure(t *testing.T, text, table string) map[string][]string {
	t.Helper()
	x, err := experiment.LoadText(experiment.NewRegistries(), "cell.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "out")
	if _, err := session.Run(context.Background(), x, session.Options{Dir: dir, Workers: 2}); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(dir, table))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, r := range rows {
		out[r[0]] = r
	}
	if _, err := os.Stat(filepath.Join(dir, "figures", strings.TrimSuffix(table, ".csv")+".png")); err != nil {
		t.Error(err)
	}
	return out
}

func near(t *testing.T, rows map[string][]string, name string, want, within float64) {
	t.Helper()
	r := rows[name]
	if r == nil {
		t.Errorf("no %q", name)
		return
	}
	if got, err := strconv.ParseFloat(r[1], 64); err != nil || math.Abs(got-want) > within {
		t.Errorf("%s = %s, want %g within %g", name, r[1], want, within)
	}
}

// Two compartments that are coupled by 5 nS, soma 10 nS and 100 pF, dendrite 5 nS and 50 pF: all numbers are known.
const passive = `[experiment]
name = "cell"
[models.m]
equations = """
dv_s/dt = (g_s*(e - v_s) + g*(v_d - v_s) + I_soma)/c_s : mV
dv_d/dt = (g_d*(e - v_d) + g*(v_s - v_d) + I_dend)/c_d : mV
"""
threshold = "v_s > -50 mV"
reset = "v_s = e"
refractory = "300 ms"
initial = { v_s = "e", v_d = "e" }
parameters = { e = "-70 mV", g_s = "10 nS", g_d = "5 nS", g = "5 nS", c_s = "100 pF", c_d = "50 pF" }
ports.soma = { potential = "v_s" }
ports.dend = { potential = "v_d" }
[populations.p]
model = "m"
size = 3
[task]
kind = "protocols"
population = "p"
settle = "50 ms"
long = "300 ms"
soma_variable = "v_s"
dendrite_variable = "v_d"
published = { rheobase = 240.0 }
`

func TestProtocolsOfAPassiveCell(t *testing.T) {
	rows := measure(t, passive, "protocols.csv")
	near(t, rows, "resting potential", -70, 1e-3)
	near(t, rows, "input resistance at soma", 1000/12.5, 0.02) // 10 + 5*5/(5+5) nS
	near(t, rows, "input resistance at dend", 1000/(5+5*10./15), 0.05)
	near(t, rows, "attenuation, soma to dend", 0.5, 1e-3)
	near(t, rows, "attenuation, dend to soma", 1./3, 1e-3)
	near(t, rows, "sag at soma", 0, 1e-3)
	near(t, rows, "rheobase at soma", 20*12.5, 3)
	near(t, rows, "summation, measured over expected", 1, 1e-3)
	if rows["rheobase at soma"][3] != "240" {
		t.Errorf("published: %v", rows["rheobase at soma"])
	}
	// tau of a cell with one compartment
	one := strings.NewReplacer(`g = "5 nS"`, `g = "0 nS"`, `dendrite_variable = "v_d"`, `dendrite = "soma"`).Replace(passive)
	near(t, measure(t, one, "protocols.csv"), "time constant at soma", 10, 0.11)
}

// An integrate-and-fire neuron with a refractory time of 300 ms and 10 ms of its own fires at the rate of the closed
// form.
func TestResponseCurve(t *testing.T) {
	text := passive[:strings.Index(passive, "[task]")] + `[task]
kind = "response-curve"
population = "p"
currents = ["100 pA", "400 pA"]
other_port = "dend"
other_currents = ["0 pA", "-100 pA"]
settle = "0 ms"
duration = "3 s"
`
	text = strings.NewReplacer(`g = "5 nS"`, `g = "0 nS"`, `refractory = "300 ms"`, `refractory = "5 ms"`, `reset = "v_s = e"`, "reset = \"v_s = e\"\nhold = \"v_s\"").Replace(text)
	rows := measure(t, text, "response-curve.csv")
	period := 5 + 10*math.Log(40./20)
	if got, _ := strconv.ParseFloat(rows["400"][2], 64); math.Abs(got-1000/period) > 0.5 {
		t.Errorf("%v: want %g Hz", rows["400"], 1000/period)
	}
	if rows["100"][2] != "0" || rows["400"][1] != "-100" {
		t.Errorf("%v, %v", rows["100"], rows["400"])
	}
}

// What a task cannot measure is refused with its key.
func TestCellMistakes(t *testing.T) {
	for set, want := range map[string]string{"task.population=q": "no population", "task.soma=som": "task.soma",
		"task.dendrite_variable=v_x": "task.dendrite_variable",
		"task.current=0 pA":          "measures nothing", "task.long=0.33 ms": "whole number of steps"} {
		x, err := experiment.LoadText(experiment.NewRegistries(), "cell.toml", []byte(passive), set)
		if err == nil {
			err = x.CheckAll()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", set, err, want)
		}
	}
}
