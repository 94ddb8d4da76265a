package experiment

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
)

// shifts returns the differences (us) of the spike times of neurons i and n+i, up to where trains part, and the
// share of spikes that have a partner.
func shifts(spikes collector, n spike.ID) (median, paired float64, total int) {
	var diffs []float64
	for i := range n {
		a, b := spikes[i], spikes[n+i]
		total += max(len(a), len(b))
		for k := range min(len(a), len(b)) {
			d := math.Abs((a[k].At - b[k].At).Milliseconds()) * 1e3
			if d > 2000 {
				break
			}
			diffs = append(diffs, d)
		}
	}
	if len(diffs) == 0 {
		return math.Inf(1), 0, total
	}
	slices.Sort(diffs)
	return diffs[len(diffs)/2], float64(len(diffs)) / float64(total), total
}

// withNone is the experiment of a written model in which the built-in one with a current of zero takes the place of
// the written one.
func withNone(t *testing.T, model, options string, overrides ...string) *Experiment {
	t.Helper()
	text, err := WrittenText(model)
	if err != nil {
		t.Fatal(err)
	}
	own := "model = \"" + model + "\"\n"
	file := strings.Replace(string(text), "model = \""+model+"-written\"\n", own+options+
		"currents.none = { port = \"soma\", current = \"0 pA\" }\n", 1)
	file = strings.Replace(file, "[populations.builtin]\n"+own, "[populations.builtin]\n"+own+options, 1)
	x, err := LoadText(NewRegistries(), model+".toml", []byte(file), append(overrides, "experiment.duration=500 ms")...)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := x.Populations.Get("written").Spec.(*equationPopulation); !ok {
		t.Fatal("no equations")
	}
	return x
}

// A built-in model with a current of zero is the built-in model, with any of its options.
func TestNoCurrentIsTheBuiltInModel(t *testing.T) {
	current := []string{"projections.exc_soma_builtin.weight=40", "projections.exc_soma_written.weight=40",
		"projections.inh_soma_builtin.weight=-20", "projections.inh_soma_written.weight=-20"}
	mV := []string{"projections.exc_soma_builtin.weight=4", "projections.exc_soma_written.weight=4",
		"projections.inh_soma_builtin.weight=-2", "projections.inh_soma_written.weight=-2"}
	for _, c := range []struct {
		model, options string
		overrides      []string
	}{
		{"two-compartment", "driving_force = \"soma\"\nbap_overlap = \"add\"\nbap_delay = \"0.5 ms\"\ntau_ampa = \"3 " +
			"ms\"\ne_inh = \"-75 mV\"\n", nil},
		{"two-compartment", "refractory_hold = true\nrefractory = \"3 ms\"\ninitial.v_s = \"-60 mV\"\nthreshold_jump = \"1 " +
			"mV\"\n", nil},
		{"lif", "synapses = \"current\"\ntau_exc = \"2 ms\"\nrefractory = \"2 ms\"\n", current},
		{"lif", "synapses = \"current\"\nweight_unit = \"mV\"\nc_m = \"300 pF\"\n", mV},
		{"adex", "refractory_potential = \"rest\"\na = \"2 nS\"\nb = \"10 pA\"\n", nil},
	} {
		spikes, _ := simulate(t, withNone(t, c.model, c.options, c.overrides...), sim.Options{})
		median, paired, total := shifts(spikes, 40)
		t.Logf("%s: %d spikes, %.3g paired, median %.3g us", c.model, total, paired, median)
		if total < 100 || median > 2.5 || paired < 0.9 {
			t.Errorf("%s with %q: %d spikes, %.3g paired, median %.3g us", c.model, c.options, total, paired, median)
		}
	}
	for _, options := range []string{"spiking = \"escape\"\ndead_time_from = \"event\"\n", "driving_force = \"soma\"\n"} {
		spikes, _ := simulate(t, withNone(t, "burst-poisson", options), sim.Options{})
		var counts, bursts [2]float64
		for i, train := range spikes {
			for _, e := range train {
				if i >= 80 { // sources
					break
				}
				counts[i/40]++
				if e.Kind == spike.Burst {
					bursts[i/40]++
				}
			}
		}
		t.Logf("burst-poisson: %v spikes, %v bursts", counts, bursts)
		if counts[0] < 100 || math.Abs(counts[0]-counts[1]) > 3*math.Sqrt(2*(counts[0]+counts[1])) ||
			math.Abs(bursts[0]-bursts[1]) > 3*math.Sqrt(bursts[0]+bursts[1]) {
			t.Errorf("burst-poisson with %q: %v spikes, %v bursts", options, counts, bursts)
		}
	}
}

const passive = `
[experiment]
name = "passive"
duration = "300 ms"
[populations.builtin]
model = "lif"
size = 10
c_m = "200 pF"
tau_m = "8 ms"
e_l = "-58 mV"
[populations.added]
model = "lif"
size = 10
c_m = "200 pF"
tau_m = "20 ms"
initial.v = "-58 mV"
[populations.added.currents.leak]
port = "soma"
current = "g_x*(e_x - v)*shape"
equations = "shape = 1 + 0*v/mV : 1"
parameters = { g_x = "15 nS", e_x = "-56.6666666666667 mV" }
[stimuli.a]
population = "builtin"
amplitude = "350 pA"
[stimuli.b]
population = "added"
amplitude = "350 pA"
`

// A second leak adds to the first: c/tau is their sum, and the resting potential their mean.
func TestAddedLeak(t *testing.T) {
	text := strings.Replace(passive, "tau_m = \"8 ms\"\ne_l = \"-58 mV\"",
		"tau_m = \"8 ms\"\ne_l = \"-58 mV\"\ninitial.v = \"-58 mV\"", 1)
	x, err := LoadText(NewRegistries(), "passive.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	spikes, _ := simulate(t, x, sim.Options{})
	if median, paired, total := shifts(spikes, 10); median > 1 || paired < 1 || total < 50 {
		t.Errorf("%d spikes, %.3g paired, median %.3g us", total, paired, median)
	}
}

func TestMistakesInCurrents(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"current = \"g_x*(e_x - v)*shape\"", "current = \"g_x*(e_x - v)/c_m\"",
			"passive.toml:19:12: populations.added.currents.leak.current: current: needs pA, found mV/ms"},
		{"current = \"g_x*(e_x - v)*shape\"", "current = \"g_x*(e_x - w)*shape\"", "unknown name w"},
		{"current = \"g_x*(e_x - v)*shape\"", "current = \"I_soma*shape\"",
			"current leak reads I_soma, of which it is a part"},
		{"port = \"soma\"", "port = \"apical\"", `port: no "apical"`},
		{"shape = 1 + 0*v/mV : 1", "v = 1 mV : mV", "v is defined twice"},
		{"[populations.added]\nmodel = \"lif\"\nsize = 10\nc_m = \"200 pF\"\ntau_m = \"20 ms\"\ninitial.v = \"-58 mV\"",
			"[populations.added]\nmodel = \"poisson\"\nsize = 10\nrate = \"5 Hz\"", `the model "poisson" takes no added currents`},
		{"[populations.added]", "[populations.added]\nsynapses = \"current\"\ninitial.g_exc = 1",
			"initial conductances do not go together with added currents"},
	} {
		text := strings.Replace(passive, c.old, c.new, 1)
		if strings.Contains(c.new, "g_exc") {
			text = strings.Replace(text, "initial.v = \"-58 mV\"\n[populations.added.currents", "[populations.added.currents", 1)
		}
		if _, err := LoadText(NewRegistries(), "passive.toml", []byte(text)); err == nil || !strings.Contains(err.Error(),
			c.want) {
			t.Errorf("error\n%v\nlacks\n%s", err, c.want)
		}
	}
}
