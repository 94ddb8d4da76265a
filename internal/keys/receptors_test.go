package keys

import (
	"testing"

	"github.com/burstplex/burstplex/neuron"
)

const receptorProjection = `[projections.z]
source = "src"
target = "b"
port = "soma"
receptor = "r"
connector = "all-to-all"
weight = 0.05
`

// receptor is a row of a receptor beside those of population b.
func receptor[T any](kind, key, value string, by func(s T)) row {
	table := "[populations.b.receptors.r]\nkind = \"" + kind + "\"\n" + receptorProjection
	return loosely(row{key: key, given: []string{table}, set: "populations.b.receptors.r." + key + "=" + value,
		by: func(b *built) { by(b.Populations[2].Receptors[0].Spec.(T)) }})
}

var receptorRows = map[string][]row{
	"exponential": {
		receptor("exponential", "tau", "7 ms", func(s *neuron.Exponential) { s.Tau = 7 }),
		receptor("exponential", "reversal", "-20 mV", func(s *neuron.Exponential) { s.Reversal = -20 }),
	},
	"alpha": {
		receptor("alpha", "tau", "7 ms", func(s *neuron.Alpha) { s.Tau = 7 }),
		receptor("alpha", "reversal", "-20 mV", func(s *neuron.Alpha) { s.Reversal = -20 }),
	},
	"bi-exponential": {
		receptor("bi-exponential", "tau_rise", "0.7 ms", func(s *neuron.BiExponential) { s.TauRise = 0.7 }),
		receptor("bi-exponential", "tau_decay", "9 ms", func(s *neuron.BiExponential) { s.TauDecay = 9 }),
		receptor("bi-exponential", "reversal", "-20 mV", func(s *neuron.BiExponential) { s.Reversal = -20 }),
	},
	"nmda": {
		receptor("nmda", "tau_rise", "0.7 ms", func(s *neuron.NMDA) { s.TauRise = 0.7 }),
		receptor("nmda", "tau_decay", "40 ms", func(s *neuron.NMDA) { s.TauDecay = 40 }),
		receptor("nmda", "reversal", "-20 mV", func(s *neuron.NMDA) { s.Reversal = -20 }),
		receptor("nmda", "magnesium", "2", func(s *neuron.NMDA) { s.Mg = 2 }),
	},
}

// receptorKeyRows are the keys that all kinds of receptors have.
var receptorKeyRows = []row{
	loosely(row{key: "populations.NAME.receptors.NAME.kind", given: []string{"[populations.b.receptors.r]\nkind = \"alpha\"\n" + receptorProjection},
		set: "populations.b.receptors.r.kind=exponential", by: func(b *built) { b.Populations[2].Receptors[0].Spec = neuron.DefaultExponential() }}),
	loosely(row{key: "populations.NAME.receptors.NAME.port", given: []string{"[populations.b.receptors.r]\nkind = \"alpha\"\n"},
		set: "populations.b.receptors.r.port=apical", by: func(b *built) { b.Populations[2].Receptors[0].Port = "apical" }}), // the column of its conductance
}

const current = `[populations.b.currents.h]
port = "apical"
equations = "dm/dt = (1/(1 + exp((v_d + 70 mV)/(6 mV))) - m)/tau_m : 1"
current = "g_h*m*(e_h - v_d)"
parameters = { g_h = "8 nS", e_h = "-30 mV", tau_m = "40 ms" }
initial = { m = "0.2" }`

// currentRows are the keys of currents that a built-in model takes beside its own.
var currentRows = []equationRow{
	{key: "port", given: []string{current}, set: "populations.b.currents.h.port=soma"},
	{key: "equations", given: []string{current}, set: `populations.b.currents.h.equations="dm/dt = (1/(1 + exp((v_d + 70 mV)/(9 mV))) - m)/tau_m : 1"`},
	{key: "current", given: []string{current}, set: `populations.b.currents.h.current=2*g_h*m*(e_h - v_d)`},
	{key: "parameters.NAME", given: []string{current}, set: `populations.b.currents.h.parameters.g_h=5 nS`},
	{key: "initial.NAME", given: []string{current}, set: `populations.b.currents.h.initial.m=0.4`},
}

// Every key of a receptor makes what its row says; how receptors open is tested in package neuron.
func TestReceptors(t *testing.T) {
	for name, rows := range receptorRows {
		t.Run(name, func(t *testing.T) { try(t, partsFile, rows) })
	}
	try(t, partsFile, receptorKeyRows)
}

// Every key of an added current changes what the neurons do.
func TestCurrents(t *testing.T) { equationTry(t, partsFile, currentRows) }
