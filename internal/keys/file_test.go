package keys

import (
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/synapse"
)

// networkFile says something with every table that makes the network, the teachers and the protocol.
const networkFile = `[experiment]
name = "keys"
duration = "240 ms"
settle = "20 ms"
[populations.src]
model = "poisson"
size = 8
rate = "50 Hz"
[populations.a]
model = "burst-poisson"
size = 10
e_d = "-75 mV"
[populations.b]
model = "burst-poisson"
size = 10
[populations.b.backgrounds.n]
port = "soma"
receptor = "ampa"
weight = 0.02
[projections.x]
source = "a"
target = "b"
receptor = "ampa"
connector = "fixed-probability"
p = 0.5
weight = 0.1
[projections.y]
source = "src"
target = "b"
receptor = "ampa"
connector = "fixed-probability"
p = 0.5
weight = 0.02
[projections.y.rule]
kind = "burstccn"
[stimuli.s]
population = "a"
amplitude = "600 pA"
[stimuli.t]
population = "b"
amplitude = "600 pA"
[stimuli.p]
population = "a"
port = "apical"
wave = "pattern"
[teachers.t]
population = "a"
port = "soma"
kind = "linear"
gain = 10.0
tau = "100 ms"
[teachers.c]
population = "b"
port = "apical"
kind = "cross-entropy"
tau = "100 ms"
[patterns.one]
currents = { p = "100 pA" }
targets = { t = 10.0, c = 1.0 }
weights = { x = 1.5 }
[patterns.two]
currents = { p = "-100 pA" }
targets = { t = 2.0, c = 0.0 }
[protocol.train]
repeats = 2
hold = "50 ms"
teacher_from = "20 ms"
plasticity_from = "10 ms"
`

const ms = spike.Millisecond

func projection(b *built, name string) *sim.Projection {
	for k := range b.Projections {
		if b.Projections[k].Name == name {
			return &b.Projections[k]
		}
	}
	return nil
}

// teacher is a row of the linear teacher, crossed one of the other.
func teacher(key, value string, by func(s *sim.Teacher), given ...string) row {
	return row{key: "teachers.NAME." + key, given: given, set: "teachers.t." + key + "=" + value,
		by: func(b *built) { by(&b.Teachers[0]) }}
}

func law(key, value string, by func(s *sim.Teacher)) row {
	r := teacher(key, value, by)
	r.key = "teachers/linear." + key
	return r
}

func crossed(key, value string, by func(s *sim.CrossEntropy), given ...string) row {
	return row{key: "teachers/cross-entropy." + key, given: given, set: "teachers.c." + key + "=" + value,
		by: func(b *built) {
			by(b.Teachers[1].Law.(*sim.CrossEntropy))
		}}
}

func linear(by func(l *sim.Linear)) func(t *sim.Teacher) {
	return func(t *sim.Teacher) { by(t.Law.(*sim.Linear)) }
}

func stimulus(key, value string, by func(s *sim.Stimulus), given ...string) row {
	return row{key: "stimuli.NAME." + key, given: given, set: "stimuli.s." + key + "=" + value,
		by: func(b *built) { by(&b.Stimuli[0]) }}
}

func stage(key, value string, by func(p *sim.Protocol), given ...string) row {
	return row{key: "protocol.NAME." + key, given: given, set: "protocol.train." + key + "=" + value,
		by: func(b *built) { by(b.protocol) }}
}

// bursty is a row of the definition of a burst; ofOne of that of one population. Package spike says what they mean.
func bursty(key, value string, by func(d *spike.Detector)) row {
	return loosely(row{key: "burst." + key, given: []string{"populations.src.rate=150 Hz"}, set: "burst." + key + "=" +
		value, by: func(b *built) {
		for k := range b.Populations {
			by(&b.Populations[k].Detector)
		}
	}})
}

func ofOne(key, value string, by func(d *spike.Detector)) row {
	return loosely(row{key: "populations.NAME.burst." + key,
		given: []string{"populations.src.rate=150 Hz", "[populations.src.burst]\n"},
		set:   "populations.src.burst." + key + "=" + value, by: func(b *built) { by(&b.Populations[0].Detector) }})
}

var fileRows = []row{
	{key: "experiment.duration", set: "experiment.duration=200 ms", by: func(b *built) { b.end = 200 * ms }},
	{key: "experiment.settle", set: "experiment.settle=30 ms", by: func(b *built) { b.protocol.Start = 30 * ms }},
	{key: "experiment.step", set: "experiment.step=0.2 ms", by: func(b *built) { b.Step = 200 * spike.Microsecond }},
	{key: "experiment.seed", set: "experiment.seed=2", by: func(b *built) {
		b.Seed = 2
		b.protocol.Key = rng.New(2, "protocol")
	}},
	{key: "burst.threshold", set: "burst.threshold=6 ms", by: func(b *built) {
		for k := range b.Populations {
			b.Populations[k].Detector.Threshold = 6 * ms
		}
	}},
	{key: "burst.accumulate", set: "burst.accumulate=true", given: []string{"populations.src.rate=150 Hz"},
		by: func(b *built) {
			for k := range b.Populations {
				b.Populations[k].Detector.Accumulate = true
			}
		}},

	bursty("continue", "25 ms", func(d *spike.Detector) { d.Continue = 25 * ms }),
	bursty("max_duration", "20 ms", func(d *spike.Detector) { d.MaxDuration = 20 * ms }),
	bursty("min_spikes", "3", func(d *spike.Detector) { d.MinSpikes = 3 }),
	ofOne("threshold", "6 ms", func(d *spike.Detector) { d.Threshold = 6 * ms }),
	ofOne("accumulate", "true", func(d *spike.Detector) { d.Accumulate = true }),
	ofOne("continue", "25 ms", func(d *spike.Detector) { d.Continue = 25 * ms }),
	ofOne("max_duration", "20 ms", func(d *spike.Detector) { d.MaxDuration = 20 * ms }),
	ofOne("min_spikes", "3", func(d *spike.Detector) { d.MinSpikes = 3 }),

	{key: "populations.NAME.model", set: "populations.z.model=modulated-poisson",
		given: []string{"[populations.z]\nmodel=\"poisson\"\nsize = 30"},
		by:    func(b *built) { b.Populations[3].Spec = neuron.DefaultModulatedPoisson() }},
	{key: "populations.NAME.size", set: "populations.src.size=9", by: func(b *built) { b.Populations[0].Size = 9 }},
	{key: "populations.NAME.backgrounds.NAME.kind",
		set: "[populations.a.backgrounds.q]\nkind=\"ornstein-uhlenbeck\"\nport = \"soma\"", by: func(b *built) {
			b.Populations[1].Backgrounds = []sim.Background{{Name: "q", Port: "soma", Spec: neuron.DefaultOrnsteinUhlenbeck()}}
		}},
	{key: "populations.NAME.backgrounds.NAME.port", set: "populations.b.backgrounds.n.port=apical",
		by: func(b *built) { b.Populations[2].Backgrounds[0].Port = "apical" }},
	{key: "populations.NAME.backgrounds.NAME.receptor", set: "populations.b.backgrounds.n.receptor=gaba",
		by: func(b *built) { b.Populations[2].Backgrounds[0].Receptor = "gaba" }},

	{key: "projections.NAME.source", set: "projections.x.source=src",
		by: func(b *built) { projection(b, "x").Source = "src" }},
	{key: "projections.NAME.target", set: "projections.x.target=a",
		by: func(b *built) { projection(b, "x").Target = "a" }},
	{key: "projections.NAME.port", set: "projections.x.port=apical",
		by: func(b *built) { projection(b, "x").Port = "apical" }},
	{key: "projections.NAME.receptor", set: "projections.x.receptor=gaba",
		by: func(b *built) { projection(b, "x").Receptor = "gaba" }},
	{key: "projections.NAME.connector", set: "projections.x.connector=fixed-total-number",
		// each of 100 pairs is left out with probability 0.99^69 = 1/2
		by: func(b *built) { projection(b, "x").Connector = synapse.FixedTotalNumber{K: 69} }},
	{key: "projections.NAME.weight", set: "projections.x.weight=0.05",
		by: func(b *built) { projection(b, "x").Weight = constant(0.05) }},
	{key: "projections.NAME.half_weights", set: "projections.x.half_weights=true",
		given: []string{"projections.x.weight=uniform(0.05, 0.1)"},
		by:    func(b *built) { projection(b, "x").Half = true }},
	{key: "projections.NAME.delay", set: "projections.x.delay=3.5 ms",
		by: func(b *built) { projection(b, "x").Delay = constant(3.5) }},
	{key: "projections.NAME.transmit", set: "projections.x.transmit=events",
		by: func(b *built) { projection(b, "x").Transmit = synapse.EventsOnly }},
	{key: "projections.NAME.transmit", set: "projections.x.transmit=bursts",
		by: func(b *built) { projection(b, "x").Transmit = synapse.BurstsOnly }},
	{key: "projections.NAME.short_term.kind", given: []string{"[projections.x.short_term]\nkind = \"depressing\""},
		set: "projections.x.short_term.kind=facilitating",
		by: func(b *built) {
			s := synapse.Facilitating()
			projection(b, "x").ShortTerm = &s
		}},
	{key: "projections.NAME.rule.kind", set: "projections.y.rule.kind=stdp",
		by: func(b *built) { projection(b, "y").Rule = plasticity.DefaultSTDP() }},

	stimulus("population", "b", func(s *sim.Stimulus) { s.Population = "b" }),
	stimulus("port", "apical", func(s *sim.Stimulus) { s.Port = "apical" }),
	stimulus("amplitude", "500 pA", func(s *sim.Stimulus) { s.Amplitude = constant(500) }),
	{key: "stimuli.NAME.scale", set: "stimuli.p.scale=2", by: func(b *built) { b.Stimuli[2].Amplitude = constant(2) }},
	stimulus("from", "30 ms", func(s *sim.Stimulus) { s.From = 30 * ms }),
	stimulus("to", "90 ms", func(s *sim.Stimulus) { s.To = 90 * ms }),
	stimulus("first", "2", func(s *sim.Stimulus) { s.First = 2 }),
	stimulus("last", "7", func(s *sim.Stimulus) { s.Last = 7 }),

	teacher("population", "b", func(s *sim.Teacher) { s.Population = "b" }),
	teacher("port", "apical", func(s *sim.Teacher) { s.Port = "apical" }),
	teacher("kind", "cross-entropy", func(s *sim.Teacher) { s.Law = &sim.CrossEntropy{EMin: 2, EMax: 10, Gain: 10} },
		"patterns.one.targets.t=1", "patterns.two.targets.t=0"),
	teacher("tau", "30 ms", func(s *sim.Teacher) { s.Tau = 30 }),
	teacher("every", "9 ms", func(s *sim.Teacher) { s.Every = 9 * ms }),
	teacher("hold", "true", func(s *sim.Teacher) { s.Hold = true }),
	teacher("always", "true", func(s *sim.Teacher) { s.Always = true }),
	teacher("average", "population", func(s *sim.Teacher) { s.Pool = true }, "teachers.t.per_probability=60 pA"),
	teacher("limit", "40 pA", func(s *sim.Teacher) { s.Limit = 40 }),
	crossed("e_min", "4 Hz", func(l *sim.CrossEntropy) { l.EMin = 4 }),
	crossed("e_max", "20 Hz", func(l *sim.CrossEntropy) { l.EMax = 20 }),
	crossed("gain", "300", func(l *sim.CrossEntropy) { l.Gain = 300 }),
	law("gain", "4", linear(func(l *sim.Linear) { l.Gain = 4 })),
	law("offset", "-30 pA", linear(func(l *sim.Linear) { l.Offset = -30 })),
	law("per_rate", "-5", linear(func(l *sim.Linear) { l.PerRate = -5 })),
	law("per_probability", "60 pA", linear(func(l *sim.Linear) { l.PerProbability = 60 })),

	{key: "patterns.NAME.currents.NAME", set: "patterns.one.currents.p=50 pA",
		by: func(b *built) { b.protocol.Patterns[0].Levels[0].Value = 50 }},
	{key: "patterns.NAME.targets.NAME", set: "patterns.one.targets.t=20", by: func(b *built) {
		for k := range b.protocol.Patterns[0].Targets {
			if b.protocol.Patterns[0].Targets[k].Teacher == "t" {
				b.protocol.Patterns[0].Targets[k].Value = 20
			}
		}
	}},
	{key: "patterns.NAME.weights.NAME", set: "patterns.one.weights.x=0.5",
		by: func(b *built) { b.protocol.Patterns[0].Scales[0].Value = 0.5 }},
	stage("patterns", `["two", "one"]`, func(p *sim.Protocol) { p.Stages[0].Patterns = []int{1, 0} }),
	stage("repeats", "1", func(p *sim.Protocol) { p.Stages[0].Repeats = 1 }),
	stage("hold", "40 ms", func(p *sim.Protocol) { p.Stages[0].Hold, p.Stages[0].MeasureTo = 40*ms, 40*ms }),
	stage("order", "shuffled", func(p *sim.Protocol) { p.Stages[0].Shuffled = true }, "experiment.seed=5"),
	stage("teacher_from", "30 ms", func(p *sim.Protocol) { p.Stages[0].TeachFrom = 30 * ms }),
	stage("plasticity_from", "30 ms", func(p *sim.Protocol) { p.Stages[0].LearnFrom = 30 * ms }),
	// see TestResults
	stage("measure_from", "10 ms", func(p *sim.Protocol) { p.Stages[0].MeasureFrom = 10 * ms }).but(true),
	stage("measure_to", "40 ms", func(p *sim.Protocol) { p.Stages[0].MeasureTo = 40 * ms }).but(true),
}

// Every key of the tables of a network makes what its row says.
func TestNetworks(t *testing.T) { try(t, networkFile, fileRows) }
