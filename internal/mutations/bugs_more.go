package main

const (
	synapses = "-run=OverBlocks|WholeRange|FixedTotal ./synapse"
	engine   = "-run=Protocol|Cross|Wave|Shuffled|Resumed|Independent ./sim"
	keys     = "-run=ShortTerm|Waves|Networks|Results ./internal/keys"
	models   = "-run=SecondOrder|IntervalsAre|RiskIs|EndsAbove|Replay|Ornstein|SecondSpikes|Kernels ./neuron"
	records  = "./recordings"
	analysed = "./recordings/analysis"
)

func init() { bugs = append(more, bugs...) }

// more bugs: edges of what is drawn in blocks, options of protocols and teachers, restoring, readers, analyses, files.
var more = []bug{
	// Connectors beyond one block, and who may be drawn.
	{"connectors: partners are drawn again", "synapse/connector.go", "if p.seen[x] == p.gen {",
		"if p.seen[x] == p.gen+1 {", synapses},
	{"connectors: the neighbour is left out and not oneself", "synapse/connector.go", "if x == self {",
		"if self >= 0 && x == (self+1)%p.n {", synapses},
	{"fixed probability: the last block of a row is the first of the next", "synapse/connector.go",
		"blocks := uint64((g.Targets + block - 1) / block)", "blocks := uint64(max(1, g.Targets/block))", synapses},
	{"fixed total number: a short last block takes as many as a full one", "synapse/fixedtotal.go",
		"float64((mid-from)*small)/float64(last-first)", "float64(mid-from)/float64(to-from)", synapses},
	{"fixed total number: never an autapse", "synapse/fixedtotal.go", "for g.Same && !c.Autapses && s == t {",
		"for g.Same && s == t {", synapses},
	{"half-width rows: targets in the upper half of a shard", "synapse/rows.go",
		"return uint16(p), math.Float32frombits(p &^ 0xffff)", "return uint16(p) & 0x7fff, math.Float32frombits(p &^ 0xffff)",
		synapses},
	{"half-width rows: a tie of rounding goes up", "synapse/rows.go", "(b+0x7fff+b>>16&1)", "(b+0x8000)", synapses},

	// Protocols, teachers, waves.
	{"teacher: computed again in every window", "sim/teacher.go",
		"!t.Hold && w.To/max(1, t.Every) != w.From/max(1, t.Every)", "!t.Hold && w.To != w.From", keys},
	{"cross-entropy: the upper branch begins at e_max", "sim/teacher.go", "case rate < c.EMax-1:",
		"case rate < c.EMax-0.5:", engine},
	{"protocol: every repeat has the same shuffled order", "sim/protocol.go", "uint64(repeat)<<16", "0*uint64(repeat)",
		engine},
	{"protocol: a presentation's end belongs to it", "sim/protocol.go", "return p.At(i).To > t })",
		"return p.At(i).To >= t })", engine},
	{"samples: one period too many in an integral", "sim/waves.go", "float64(last-first-1)*w.once",
		"float64(last-first)*w.once", engine},
	{"sine: the integral forgets the phase", "sim/waves.go", "/2/w.Period + w.Phase\n\treturn float64(b-a)",
		"/2/w.Period\n\treturn float64(b-a)", engine},
	{"fluctuation: variance 1/2", "sim/waves.go", "scale: math.Sqrt(2 / float64(n))", "scale: math.Sqrt(1 / float64(n))",
		engine},

	// Checkpoints.
	{"restored: plasticity is on", "sim/checkpoint.go", "phase{spike.Tick(clock[0]), p.on[0] == 1}",
		"phase{spike.Tick(clock[0]), true}", engine},
	{"restored: spikes that rules wait for are lost", "sim/checkpoint.go", `section{p.Spec.Name + " queue", flattenEvents(p.queue)}`,
		`section{p.Spec.Name + " queue", flattenEvents(p.queue[:0])}`, engine},
	{"restored: a level is not part of the state", "sim/checkpoint.go", `"stimulus " + st.Name + " level", l.value[:]`,
		`"stimulus " + st.Name + " level", append([]float64{}, l.value[:]...)`, engine},

	// Sources and labels.
	{"replay: a spike at the period's end is played", "neuron/replay.go", "at = max(at, last+1); at >= end",
		"at = max(at, last+1); at > end", models},
	{"replay: a spike at the start is left out", "neuron/replay.go", "if t < start {", "if t <= start {", models},
	{"detector: a gap of the threshold is within", "neuron/spike/detector.go", "within := isi < limit",
		"within := isi <= limit", "./neuron/spike"},
	{"detector: the trace fades twice as fast", "neuron/spike/detector.go",
		"numeric.Exp(-float64(isi)/float64(d.Threshold))",
		"numeric.Exp(-2*float64(isi)/float64(d.Threshold))", "./neuron/spike"},
	{"ornstein-uhlenbeck: the step ends with the current it began with", "neuron/ornsteinuhlenbeck.go",
		"end[j] += x[j] + o.mean", "end[j] = start[j]", models},
	{"burst-poisson: intervals of bursts from 0", "neuron/burstpoisson_replay.go", "rng.Unit(words[1]), p.spec.BurstMin)",
		"rng.Unit(words[1]), 0)", models},

	// Rules of ensembles, estimates.
	{"ensembles: decay is not multiplied by the step", "plasticity/ensembles.go", "w[k] += float32(step * v)",
		"w[k] += float32(step*v) - float32((1-step)*lambda*w[k])", "./plasticity"},
	{"ensembles: feedback takes the step without its factor", "plasticity/ensembles.go",
		"v := float32(factor*x) - float32(lambda*w[k])", "v := x - float32(lambda*w[k])", "./plasticity"},
	{"ensembles: a constant decay fades too", "plasticity/ensembles.go", "d += e.Fade * math.Exp",
		"d = (d + e.Fade) * math.Exp", "./plasticity"},
	{"estimator: the prior of a population counts once", "plasticity/estimator.go", "s.ratio(b, e, s.pop.Size)",
		"s.ratio(b, e, 1)", "./plasticity"},

	// Recordings and analyses.
	{"recording chosen neurons: every n-th is the next", "recordings/filter.go", "r.First + i*r.Stride", "r.First + i",
		records},
	{"recording chosen neurons: a full batch keeps one it should not", "recordings/filter.go",
		"if n == len(out) {\n\t\t\tb.events = out\n\t\t\treturn evs[i:]",
		"if n == len(out) {\n\t\t\tb.events = out\n\t\t\treturn evs[i+1:]", records},
	{"bins: one that ends with a window is outside", "recordings/analysis/bins.go", "b.Bin(hi).To <= w.To",
		"b.Bin(hi).To < w.To", analysed},
	{"correlation: positive lags are negative", "recordings/analysis/correlation.go",
		"Pearson(x[max(0, -lag):][:n], y[max(0, lag):][:n])", "Pearson(x[max(0, lag):][:n], y[max(0, -lag):][:n])", analysed},
	{"lengths: an event that began outside counts", "recordings/analysis/lengths.go",
		"case l.open[i] == 0:\n\t\t\tcontinue", "case l.open[i] == 0 && !inside:\n\t\t\tcontinue", analysed},

	// From file to network, and to results.
	{"file: u0 does not follow u", "sim/experiment/file.go", "s.Spec.U0 = s.Spec.U", "s.Spec.U0 = s.Spec.U0", keys},
	{"file: a repeated course starts at 0", "sim/experiment/waves.go", "w.Start = c.From", "w.Start = 0", keys},
	{"file: transmit = events carries bursts", "sim/experiment/build.go", "spec.Transmit = synapse.EventsOnly",
		"spec.Transmit = synapse.BurstsOnly", keys},
	{"file: accumulate is lost", "sim/experiment/file.go", "Accumulate: b.Accumulate}", "Accumulate: false}", keys},
	{"results: the last sample of a probe is missing", "sim/session/tables.go",
		"err == nil && next <= x.Experiment.Duration", "err == nil && next < x.Experiment.Duration", keys},
	{"results: weights at the end are missing beside snapshots", "sim/session/tables.go", "every > 0 && now%every == 0",
		"every > 0", keys},
	{"results: what is measured of a presentation begins with it", "sim/session/diary.go",
		"From: at.From + stage.MeasureFrom", "From: at.From", keys},
}
