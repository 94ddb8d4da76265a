package keys

import (
	"strings"
	"testing"
)

// equationFile has a neuron in equations with everything that one can say.
const equationFile = `[experiment]
name = "keys"
duration = "100 ms"
[models.m]
equations = """
dv/dt = (e - v + r*(I_soma + push*kick))/tau : mV
dw/dt = -w/(30 ms) : 1
"""
threshold = "v > theta"
reset = ["v = e", "w += 1"]
refractory = "2 ms"
parameters = { e = "-60 mV", r = "0.1 GOhm", tau = "10 ms", theta = "-50 mV", push = "30 pA" }
initial = { v = "-58 mV" }
ports.soma = { potential = "v", leak = "2 nS", receptors = { ampa = { kind = "exponential", tau = "4 ms", reversal = "0 mV" } } }
pulses.kick = { from = "1 ms", to = "3 ms", after = "spike" }
[populations.src]
model = "poisson"
size = 20
rate = "60 Hz"
[populations.a]
model = "m"
size = 3
[projections.x]
source = "src"
target = "a"
receptor = "ampa"
connector = "all-to-all"
weight = 0.05
[stimuli.s]
population = "a"
amplitude = "110 pA"
`

// equationRow is a key of a model written as equations. What each means is held to a reference that reads the same text
// by package equations (TestMeaning); here it has to change what the neurons do.
type equationRow struct {
	key     string
	given   []string
	set     string
	without string // line of the file that it takes the place of
}

var equationRows = []equationRow{
	{key: "equations", set: `models.m.equations="dv/dt = (e - v + r*(I_soma + push*kick) - 2 mV)/tau : mV\ndw/dt = -w/(30 ms) : 1"`},
	{key: "threshold", set: "models.m.threshold=v > theta - 1 mV"},
	{key: "hazard", set: "models.m.hazard=100 Hz", without: `threshold = "v > theta"`},
	{key: "reset", set: `models.m.reset=["v = e + 2 mV", "w += 1"]`},
	{key: "refractory", set: "models.m.refractory=5 ms"},
	{key: "refractory_from", given: []string{"models.m.refractory=20 ms", second}, set: "models.m.refractory_from=event"},
	{key: "hold", set: `models.m.hold=["v"]`},
	{key: "substeps", set: "models.m.substeps=3"},
	{key: "initial.NAME", set: "models.m.initial.v=-55 mV"},
	{key: "parameters.NAME", set: "models.m.parameters.tau=8 ms"},
	{key: "ports.NAME.potential", set: "models.m.ports.soma.potential=v + 3 mV"},
	{key: "ports.NAME.leak", set: "models.m.ports.soma.leak=1 nS"},
	{key: "ports.NAME.receptors", set: "models.m.ports.soma.receptors.ampa.tau=6 ms"},
	{key: "ports.NAME.receptors", set: "models.m.ports.soma.receptors.ampa.reversal=-20 mV"},
	{key: "pulses.NAME.from", set: "models.m.pulses.kick.from=2 ms"},
	{key: "pulses.NAME.to", set: "models.m.pulses.kick.to=4 ms"},
	{key: "pulses.NAME.after", given: []string{second}, set: "models.m.pulses.kick.after=event"},
	{key: "pulses.NAME.overlap", given: []string{"models.m.pulses.kick.overlap=merge", "models.m.pulses.kick.to=9 ms",
		"models.m.parameters.push=60 pA"},
		set: "models.m.pulses.kick.overlap=add"},
	{key: "second.probability", given: []string{second}, set: "models.m.second.probability=0.3"},
	{key: "second.after", given: []string{second}, set: "models.m.second.after=4 ms"},
	{key: "second.reset", given: []string{second}, set: `models.m.second.reset=["w += 0.5"]`},
	{key: "events.NAME.when", given: []string{event}, set: "models.m.events.up.when=v > -54 mV"},
	{key: "events.NAME.do", given: []string{event}, set: `models.m.events.up.do=["w += 0.5"]`},
	{key: "events.NAME.refractory", given: []string{event}, set: "models.m.events.up.refractory=20 ms"},
	{key: "events.NAME.after", given: []string{late},
		set: "[models.m.events.more]\nafter = \"spike\"\ndelay = \"1 ms\"\ndo = [\"w += 1\"]"},
	{key: "events.NAME.delay", given: []string{late}, set: "models.m.events.later.delay=3 ms"},
}

const (
	second = "[models.m.second]\nprobability = \"0.7\"\nafter = \"6 ms\"\nreset = [\"w += 0.1\"]"
	event  = "[models.m.events.up]\nwhen = \"v > -52 mV\"\ndo = [\"w += 0.1\"]\nrefractory = \"5 ms\""
	late   = "[models.m.events.later]\nafter = \"spike\"\ndelay = \"2 ms\"\ndo = [\"w += 0.1\"]"
)

// Every key of a model that is written as equations changes what its neurons do.
func TestEquations(t *testing.T) { equationTry(t, equationFile, equationRows) }

func equationTry(t *testing.T, text string, rows []equationRow) {
	did := map[string]string{}
	for _, r := range rows {
		t.Run(r.key, func(t *testing.T) {
			given := strings.Join(r.given, "\n")
			if did[given] == "" {
				did[given] = build(t, text, r.given...).does(t)
			}
			changed := strings.Replace(text, r.without, "", 1)
			if build(t, changed, append(r.given[:len(r.given):len(r.given)], r.set)...).does(t) == did[given] {
				t.Errorf("%s changes nothing", r.set)
			}
		})
	}
}
