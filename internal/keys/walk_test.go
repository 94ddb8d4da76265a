package keys

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
)

// elsewhere are keys whose effect is tested in another package, with the test.
var elsewhere = map[string]string{
	"models/modulated-poisson.file": "experiment.TestReplayedFiles, " +
		"neuron.TestModulatedPoissonFollowsItsRate",
	"models/poisson.file":                             "neuron.TestPoissonRatesOfAFile",
	"models/replay.file":                              "recordings/trains: every format; experiment.TestReplayedFiles",
	"models/replay.recording":                         "experiment.TestReplayedFiles",
	"models/replay.units":                             "trains.TestPlace",
	"models/replay.first_id":                          "trains.TestPlace",
	"models/replay.ids":                               "trains.TestPlace",
	"models/replay.start":                             "neuron.TestReplayIsExact",
	"models/replay.time_scale":                        "neuron.TestReplayIsExact",
	"models/replay.repeat":                            "neuron.TestReplayIsExact",
	"models/replay.outside":                           "neuron.TestReplayFaultsAreOneLine",
	"models/replay.time_unit":                         "recordings/trains: text",
	"models/replay.time_column":                       "recordings/trains: text",
	"models/replay.unit_column":                       "recordings/trains: text",
	"models/replay.population_column":                 "recordings/trains: text",
	"models/replay.delimiter":                         "recordings/trains: text",
	"connectors/list.file":                            "synapse.TestLists",
	"waves/table.file":                                "experiment.TestStimulusOfAFile, sim.TestWavesInClosedForm",
	"file/data.dir":                                   "sim/images: files",
	"file/task.kind":                                  "TestTasks: each kind",
	"file/figures.NAME.kind":                          "TestFigures: each kind",
	"file/stimuli.NAME.wave":                          "TestWaves: each kind",
	"file/sweep.vary":                                 "session: sweeps",
	"file/sweep.measure":                              "session: sweeps",
	"file/sweep.file":                                 "session: sweeps",
	"file/sweep.sample":                               "session: sweeps",
	"file/sweep.samples":                              "session: sweeps",
	"file/sweep.sample_seed":                          "session: sweeps",
	"file/sweep.seeds":                                "session: sweeps",
	"file/models.NAME.compartments.NAME.c_m":          "equations.TestCompartments",
	"file/models.NAME.compartments.NAME.coupling":     "equations.TestCompartments",
	"file/models.NAME.compartments.NAME.diameter":     "equations.TestCompartments",
	"file/models.NAME.compartments.NAME.e_l":          "equations.TestCompartments",
	"file/models.NAME.compartments.NAME.g_l":          "equations.TestCompartments",
	"file/models.NAME.compartments.NAME.length":       "equations.TestCompartments",
	"file/models.NAME.compartments.NAME.parent":       "equations.TestCompartments",
	"file/models.NAME.compartments.NAME.r_axial":      "equations.TestCompartments",
	"file/models.NAME.compartments.NAME.spine_factor": "equations.TestCompartments",
	"rules/equations.target.NAME":                     "plasticity: TestRulesReadVariables",
	"rules/equations.synapse.NAME":                    "plasticity: TestRulesReadVariables",
	"rules/equations.drift":                           "plasticity: TestRulesReadVariables",
	"rules/equations.every.interval":                  "plasticity: TestRulesReadVariables",
	"rules/equations.every.do":                        "plasticity: TestRulesReadVariables",
	"rules/equations.signal.do":                       "plasticity: TestRulesReadVariables",
	"rules/equations.delay_post":                      "plasticity: TestRulesReadVariables",
	"rules/equations.delay_pre":                       "plasticity: TestRulesReadVariables",
	"rules/equations.signal.file":                     "plasticity: TestRulesReadVariables; experiment: TestSignals",
	"file/stimuli.NAME.parameter":                     "experiment.TestVoltageClamp",
	"file/stimuli.NAME.change":                        "experiment.TestVoltageClamp",
	"rules/equations.on_post_burst":                   "plasticity: equations_test.go",
	"rules/equations.on_post_event":                   "plasticity: equations_test.go",
	"rules/equations.on_post_spike":                   "plasticity: equations_test.go",
	"rules/equations.on_pre_burst":                    "plasticity: equations_test.go",
	"rules/equations.on_pre_event":                    "plasticity: equations_test.go",
	"rules/equations.on_pre_spike":                    "plasticity: equations_test.go",
	"rules/equations.parameters.NAME":                 "plasticity: equations_test.go",
	"rules/equations.post.NAME":                       "plasticity: equations_test.go",
	"rules/equations.pre.NAME":                        "plasticity: equations_test.go",
	"rules/equations.w_max":                           "plasticity: equations_test.go",
	"rules/equations.w_min":                           "plasticity: equations_test.go",
	"rules/equations.weight_decay":                    "plasticity: equations_test.go",
	"file/experiment.checkpoint":                      "session: resumed runs",
}

// Every key that a file can say has a row, and every row is of a key.
func TestEveryKeyHasARow(t *testing.T) {
	have := map[string]bool{}
	for k := range elsewhere {
		have[k] = true
	}
	add := func(sort string, of map[string][]row) {
		for kind, rows := range of {
			for _, r := range rows {
				have[sort+"/"+kind+"."+r.key] = true
			}
		}
	}
	add("models", modelRows)
	add("models", sourceRows)
	add("backgrounds", backgroundRows)
	add("connectors", connectorRows)
	add("short-term", shortTermRows)
	add("rules", ruleRows)
	add("waves", waveRows)
	add("receptors", receptorRows)
	for _, r := range receptorKeyRows {
		have["file/"+r.key] = true
	}
	for _, r := range currentRows {
		have["file/populations.NAME.currents.NAME."+r.key] = true
	}
	for kind, f := range figureRows {
		for _, d := range f.rows {
			have["figures/"+kind+"."+d.key] = true
		}
	}
	for kind, rows := range taskRows {
		for _, r := range rows {
			have["tasks/"+kind+"."+r.key] = true
		}
	}
	for _, r := range fileRows {
		if strings.Contains(r.key, "/") { // of a kind
			have[r.key] = true
		} else {
			have["file/"+r.key] = true
		}
	}
	for _, r := range outcomes {
		have["file/"+r.key] = true
	}
	for _, r := range equationRows {
		have["file/models.NAME."+r.key] = true
	}
	said := map[string]bool{}
	for _, sort := range kinds.Sorts() {
		for _, kind := range sort.Of.Names() {
			for _, k := range sort.Of.Keys(kind) {
				said[sort.Name+"/"+kind+"."+k.Key] = true
			}
		}
	}
	for _, k := range config.Describe(&experiment.File{}) {
		said["file/"+k.Key] = true
	}
	for _, k := range slices.Sorted(maps.Keys(said)) {
		if !have[k] {
			t.Errorf("%s has no row", k)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(have)) {
		if !said[k] {
			t.Errorf("there is a row for %s, which no file can say", k)
		}
	}
	if len(said) < 300 {
		t.Errorf("only %d keys were found", len(said))
	}
}
