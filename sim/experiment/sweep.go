package experiment

// Sweep is the [sweep] table: what `burstplex sweep FILE` varies where the command line does not say.
type Sweep struct {
	Vary       []string `toml:"vary" doc:"what is varied, as --vary: \"KEY=0.1,0.2,0.4\", \"KEY=0 pA:400 pA:9\", \"KEY=0.1:10:5:log\"; keys that move together after a semicolon"`
	File       string   `toml:"file" doc:"CSV of points, beside the experiment: a header of keys, a line for each point"`
	Sample     string   `toml:"sample" oneof:"grid|random|latin-hypercube" doc:"all combinations, or points that are drawn from ranges \"KEY=0 pA:400 pA\""`
	Samples    int      `toml:"samples" range:"[0, 1000000]" doc:"number of points that are drawn"`
	SampleSeed uint64   `toml:"sample_seed" doc:"seed of the points that are drawn"`
	Seeds      int      `toml:"seeds" range:"[0, 10000]" doc:"seeds of each point; 0: those of the experiment"`
	Measure    []string `toml:"measure" doc:"measures beside rates, as --measure: \"correlation(pyr.event_rate, stimuli.input)\""`
}

// SetDefaults implements config.Defaulter.
func (s *Sweep) SetDefaults() { s.Sample = "grid" }

// With returns the experiment with more set, which wins over all else.
func (x *Experiment) With(overrides ...string) (*Experiment, error) {
	v := &Experiment{kinds: x.kinds, dir: x.dir, builtin: x.builtin, VariantName: x.VariantName}
	if err := v.parse(x.tree.Pos().File, x.text, append(append([]string{}, x.overrides...), overrides...)); err != nil {
		return nil, err
	}
	return v, nil
}

// CheckTrace says what is wrong with the name of a trace: POPULATION.VARIABLE or stimuli.NAME.
func (x *Experiment) CheckTrace(trace string) error { return x.checkTrace("sweep.measure", trace) }
