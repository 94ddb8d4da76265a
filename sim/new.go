package sim

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/burstplex/burstplex/internal/plural"
	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
	"github.com/burstplex/burstplex/synapse/arena"
)

// Options are choices that never change a result.
type Options struct {
	Workers   int  // goroutines; 0 means one per processor
	ShardSize int  // neurons per shard, rounded up to a multiple of 64; 0 means 1024, or more in large sparse networks
	NoSleep   bool // advance quiescent neurons too
}

// DefaultStep is the integration step of a network that names none, and of files.
const DefaultStep = 100 * spike.Microsecond

const (
	defaultShard = 1024
	// maxWindow bounds the steps of a window, and with them the accumulators of a shard to what a second-level cache
	// holds (1024 neurons x 6 channels x 16 steps x 8 bytes).
	maxWindow = 16
)

// New builds a network. Errors are of type *Error and name the part that is at fault.
func New(net *Network, opt Options) (*Sim, error) {
	start := time.Now()
	s, err := build(net, opt, false)
	if err != nil {
		return nil, err
	}
	s.allocate()
	s.created.Wall = time.Since(start) - s.connected.Wall
	s.created.Busy = s.created.Wall
	s.deliverPiece = func(i int) { s.hit[i].deliver(s, s.piece) }
	s.advanceShard = func(i int) { s.called[i].advance(s, s.piece) }
	s.followUp = s.followPart
	return s, nil
}

// Check returns the error that New would return, without making any synapse.
func Check(net *Network) error {
	s, err := build(net, Options{Workers: 1}, true)
	if err == nil {
		s.workers.close()
	}
	return err
}

// build makes all parts of a network; dry leaves out the synapses.
func build(net *Network, opt Options, dry bool) (*Sim, error) {
	if net.Step == 0 {
		whole := *net
		whole.Step, net = DefaultStep, &whole
	}
	if net.Step < 0 {
		return nil, errorf("step", "%v is not above 0", net.Step)
	}
	if opt.Workers == 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	if opt.ShardSize <= 0 {
		opt.ShardSize = shardSizeOf(net)
	}
	opt.ShardSize = min((opt.ShardSize+63)/64*64, synapse.MaxShard)
	if err := fits(net, opt); err != nil {
		return nil, err
	}
	s := &Sim{net: net, step: net.Step, dry: dry, digest: spike.NewDigest(net.IDs()), workers: newWorkers(opt.Workers),
		arena: arena.New()}
	for _, build := range []func(Options) error{s.buildPopulations, s.buildStimuli, s.buildTeachers, s.buildProjections,
		s.buildBackgrounds, s.buildRules} {
		if err := build(opt); err != nil {
			s.workers.close()
			return nil, err
		}
	}
	return s, nil
}

func (s *Sim) buildPopulations(opt Options) error {
	ids := s.net.IDs()
	total := 0
	for i, d := range s.net.Populations {
		key := "populations." + d.Name
		if s.net.index(d.Name) != i {
			return errorf(key, "two populations have this name")
		}
		if d.Size < 1 {
			return errorf(key+".size", "%d is not above 0", d.Size)
		}
		if total += d.Neurons(); d.Size > math.MaxInt32 || total > math.MaxInt32 {
			return errorf(key+".size", "the network has more than %d neurons", math.MaxInt32)
		}
		if d.Detector == (spike.Detector{}) {
			d.Detector = spike.DefaultDetector()
		}
		spec, err := neuron.Bounded(d.Spec, d.Size)
		if err != nil {
			return parameterError(key, err)
		}
		d.Spec = spec
		pop, err := d.Build(s.populationBuild(d, ids[i]))
		if err != nil {
			return parameterError(key, err)
		}
		p := &population{Population: pop, desc: &s.net.Populations[i], id: ids[i], channels: pop.Channels(),
			each: spike.ID(neuron.UnitSize(d.Spec))}
		for _, c := range p.channels {
			p.kernels = append(p.kernels, neuron.Tabulate(c.Kernel, s.step))
		}
		if e, ok := pop.(neuron.Exact); ok {
			p.single = e.WantsArrivals()
		}
		p.guarded, _ = pop.(neuron.Guarded)
		if f, ok := pop.(neuron.Foreseer); ok && !opt.NoSleep {
			p.foreseer = f
		}
		if sl, ok := pop.(neuron.Sleeper); ok {
			p.sleeper = sl
			sl.SetSleep(!opt.NoSleep)
		}
		for lo := 0; lo < d.Size; lo += opt.ShardSize {
			sh := &shard{pop: p, index: len(p.shards), r: neuron.Range{Lo: lo, Hi: min(lo+opt.ShardSize, d.Size)}}
			p.shards = append(p.shards, sh)
			s.shards = append(s.shards, sh)
		}
		s.populations = append(s.populations, p)
	}
	if len(s.populations) == 0 {
		return errorf("populations", "the network has none")
	}
	return nil
}

func (s *Sim) populationBuild(d Population, id spike.Population) neuron.Build {
	return neuron.Build{N: d.Size, First: id.First, Key: rng.New(s.net.Seed, "population", d.Name), Step: s.step,
		Detector: d.Detector}
}

// parameterError puts the place in front of a model's own error.
func parameterError(key string, err error) error {
	var pe *neuron.ParameterError
	if errors.As(err, &pe) {
		if pe.Text != "" {
			return &Error{Key: key + "." + pe.Key, Value: fmt.Sprintf("%q", pe.Text),
				Reason: fmt.Sprintf("%s (allowed: %s)", pe.Reason, pe.Allowed)}
		}
		return &Error{Key: key + "." + pe.Key, Value: strings.TrimSpace(fmt.Sprintf("%g %s", pe.Value, pe.Unit)),
			Reason: fmt.Sprintf("%s (allowed: %s)", pe.Reason, pe.Allowed)}
	}
	var re *neuron.ReceptorError
	if errors.As(err, &re) {
		reason := re.Reason
		if re.Allowed != "" {
			reason += " (allowed: " + re.Allowed + ")"
		}
		return &Error{Key: strings.TrimSuffix(key+".receptors."+re.Name+"."+re.Key, "."), Reason: reason}
	}
	return &Error{Key: key, Reason: err.Error()}
}

func (s *Sim) buildStimuli(Options) error {
	for _, d := range s.net.Stimuli {
		key := "stimuli." + d.Name
		p := s.population(d.Population)
		if p == nil {
			return errorf(key+".population", "there is no population %q", d.Population)
		}
		st := &stimulus{Stimulus: d, port: indexOf(p.Ports(), d.Port)}
		if len(p.Ports()) == 0 {
			return errorf(key+".population", "%s takes no input: its neurons only send", d.Population)
		}
		if st.port < 0 {
			return errorf(key+".port", "population %s has no port %q; it has %q", d.Population, d.Port, p.Ports())
		}
		if _, ok := d.Wave.(*Level); ok {
			st.Wave = &Level{} // of this simulation: another of the same network has its own
		}
		if st.To == 0 {
			st.To = spike.Forever
		} else if st.To%s.step != 0 || st.To < st.From {
			return errorf(key+".to", "%v is before the start, %v, or not a whole number of steps of %v", st.To, st.From, s.step)
		}
		if st.From%s.step != 0 || st.From < 0 {
			return errorf(key+".from", "%v is not a whole number of steps of %v", st.From, s.step)
		}
		for _, t := range d.Wave.Jumps() {
			if t%s.step != 0 {
				return errorf(key, "it jumps at %v, which is not a whole number of steps of %v", t, s.step)
			}
		}
		if st.Last == 0 {
			st.Last = p.Len()
		}
		switch {
		case st.Last < 0 || st.Last > p.Len():
			return errorf(key+".last", "the population has %s (allowed: [1, %d], 0: all)", plural.Of(p.Len(), "neuron"), p.Len())
		case st.First < 0 || st.First >= p.Len():
			return errorf(key+".first", "the population has %s (allowed: [0, %d])", plural.Of(p.Len(), "neuron"), p.Len()-1)
		case st.First >= st.Last:
			return errorf(key+".last", "no neuron from %d on lies before it (allowed: [%d, %d])", st.First, st.First+1, p.Len())
		}
		if !d.Amplitude.IsConst() || st.First > 0 || st.Last < p.Len() {
			st.own = make([]float32, p.Len())
			d.Amplitude.Fill(st.own, s.net.amplitudeKey(&d))
			clear(st.own[:st.First])
			clear(st.own[st.Last:])
		}
		p.stimuli = append(p.stimuli, st)
	}
	return nil
}

func (s *Sim) buildProjections(Options) error {
	for i, d := range s.net.Projections {
		key := "projections." + d.Name
		for _, other := range s.net.Projections[:i] {
			if other.Name == d.Name {
				return errorf(key, "two projections have this name")
			}
		}
		source, target := s.population(d.Source), s.population(d.Target)
		if source == nil {
			return errorf(key+".source", "there is no population %q", d.Source)
		}
		if target == nil {
			return errorf(key+".target", "there is no population %q", d.Target)
		}
		if len(target.Ports()) == 0 {
			return errorf(key+".target", "%s takes no input: its neurons only send", d.Target)
		}
		channel, err := target.channel(d.Port, d.Receptor)
		if err != nil {
			return errorf(key+"."+err.(*Error).Key, "population %s %s", d.Target, err.(*Error).Reason)
		}
		if d.ShortTerm != nil && source.each > 1 {
			return errorf(key+".short_term", "synapses of single neurons tire: population %s sends as units of %d neurons",
				d.Source, source.each)
		}
		spec, err := plasticSpec(d)
		if err != nil {
			return errorf(key+".delay", "%v", err)
		}
		if spec.WeightMin, spec.WeightMax, err = weightsOf(d, target.channels[channel]); err != nil {
			return err
		}
		p, err := synapse.New(spec, i, synapse.Geometry{Sources: source.Len(), Targets: target.Len(), Same: source == target,
			Key: rng.New(s.net.Seed, "projection", d.Name)}, s.step)
		if err != nil {
			return synapseError(key, err)
		}
		if s.dry {
			continue
		}
		s.projections = append(s.projections, &projection{Projection: p, source: source, target: target, channel: channel})
	}
	return s.connect()
}

// connect makes all synapses.
func (s *Sim) connect() error {
	for _, p := range s.populations {
		if k, ok := p.Population.(neuron.Keeper); ok {
			p.keeps = k.KeepsArrivals(s.strongestOnto(p))
		}
	}
	took, err := s.timed(s.buildFans)
	if err != nil {
		return err
	}
	s.connected.add(took)
	for _, p := range s.projections {
		if p.fan != nil {
			continue
		}
		took, err := s.timed(func() error { return p.ConnectAll(p.target.cuts(), s.workers.each) })
		if err != nil {
			return synapseError("projections."+p.Spec.Name, err)
		}
		s.connected.add(took)
		p.target.in = append(p.target.in, p)
		s.senders = append(s.senders, p)
	}
	for _, f := range s.fans {
		s.senders = append(s.senders, f)
	}
	return nil
}

// weightsOf returns which weights a projection can have: what its synapses take, and within that the bounds of its
// rule.
func weightsOf(d Projection, c neuron.Channel) (lo, hi float64, err error) {
	lo, hi, why := c.Weights()
	if d.Rule == nil {
		return lo, hi, nil
	}
	low, high := d.Rule.Limits()
	switch key := "projections." + d.Name + ".rule."; {
	case low < lo:
		return 0, 0, errorf(key+"w_min", "%s (allowed: %g and more)", why, lo)
	case high > hi:
		return 0, 0, errorf(key+"w_max", "%s (allowed: %g and less)", why, hi)
	}
	return low, high, nil
}

func synapseError(key string, err error) error {
	if k := synapse.FaultyKey(err); k != "" {
		return &Error{Key: key + "." + k, Reason: err.Error()[len(k)+2:]}
	}
	return &Error{Key: key, Reason: err.Error()}
}

func (s *Sim) buildBackgrounds(Options) error {
	for i, d := range s.net.Populations {
		p := s.populations[i]
		for _, b := range d.Backgrounds {
			key := "populations." + d.Name + ".background." + b.Name
			t := neuron.Target{Port: indexOf(p.Ports(), b.Port), Channel: -1}
			if len(p.Ports()) == 0 {
				return errorf(key, "%s takes no input: its neurons only send", d.Name)
			}
			if t.Port < 0 {
				return errorf(key+".port", "population %s has no port %q; it has %q", d.Name, b.Port, p.Ports())
			}
			if _, current := b.Spec.(*neuron.OrnsteinUhlenbeck); current && b.Receptor != "" {
				return errorf(key+".receptor", "means nothing to a current, which goes into the port itself")
			}
			if b.Receptor != "" {
				c, err := p.channel(b.Port, b.Receptor)
				if err != nil {
					return errorf(key+"."+err.(*Error).Key, "population %s %s", d.Name, err.(*Error).Reason)
				}
				t.Channel, t.Kernel = c, p.kernels[c]
				lo, hi, why := p.channels[c].Weights()
				if weighted, ok := b.Spec.(neuron.Weighted); ok {
					if least, most := weighted.Weights(); least < lo || most > hi {
						bad := least
						if least >= lo {
							bad = most
						}
						return errorf(key+".weight", "%g: %s (allowed: %s)", bad, why, synapse.Between(lo, hi))
					}
				}
				p.filled = append(p.filled, c)
			}
			build := s.populationBuild(d, p.id)
			build.Key = build.Key.Sub("background " + b.Name)
			bg, err := b.Spec.New(build, t)
			if err != nil {
				return parameterError(key, err)
			}
			p.backgrounds = append(p.backgrounds, bg)
		}
	}
	return nil
}

// allocate makes the memory that the run loop works in: nothing is allocated later in the steady state.
func (s *Sim) allocate() {
	slices.SortStableFunc(s.shards, func(a, b *shard) int { return b.r.Len() - a.r.Len() })
	s.window = maxWindow * s.step
	for _, p := range s.projections {
		s.window = min(s.window, p.MinDelay())
	}
	steps := int(s.window / s.step)
	last := s.populations[len(s.populations)-1].id
	s.lookup = spike.NewLookup(s.net.IDs())
	s.timeShift = bits.Len(uint(last.First)+uint(last.Size)) + kindBits
	for _, p := range s.populations {
		p.drives, p.held = make([]neuron.Drive, len(p.Ports())), make([]float32, len(p.Ports()))
		for i := range p.drives {
			p.drives[i].Start, p.drives[i].End = make([]float32, steps), make([]float32, steps)
		}
		used, own := s.inputsOf(p)
		for _, sh := range p.shards {
			sh.allocate(s, steps, own)
		}
		s.makeCells(p, steps, used)
	}
	for _, f := range s.fields {
		f.makeCells(s, steps)
	}
	for _, p := range s.projections {
		p.source.read = true
		t, delays := &p.transit, p.Delays()
		if p.fan != nil {
			t, delays = &p.fan.transit, p.fan.Delays()
		}
		if len(t.slots) == 0 {
			t.kernel, t.single = p.target.kernels[p.channel], p.target.single
			t.wait(delays, s.step, steps)
		}
	}
	s.watch.spent = make([]time.Duration, len(s.learning)+len(s.senders)+1)
}

// makeCells makes the accumulators of a population for windows of some steps: those of a channel side by side, so that
// they share huge pages.
func (s *Sim) makeCells(p *population, steps int, used []bool) {
	for c, ch := range p.channels {
		if !used[c] || p.single || s.inField(p, c) {
			continue
		}
		var all neuron.Cells
		if ch.Kernel == nil {
			all.Sums = arena.Make[float32](s.arena, steps*p.Len())
		} else {
			all.Pairs = arena.Make[neuron.Pair](s.arena, steps*p.Len())
		}
		for _, sh := range p.shards {
			if lo, hi := steps*sh.r.Lo, steps*sh.r.Hi; all.Sums != nil {
				sh.cells[c].Sums = all.Sums[lo:hi]
			} else {
				sh.cells[c].Pairs = all.Pairs[lo:hi]
			}
		}
	}
}

// inField reports whether the cells of a channel of a population lie in a field.
func (s *Sim) inField(p *population, channel int) bool {
	return slices.ContainsFunc(s.fields, func(f *field) bool {
		_, is := f.first[p]
		return is && f.channel == channel
	})
}

// inputsOf says which channels of a population anything ends on, and which ports have currents per neuron.
func (s *Sim) inputsOf(p *population) (used, own []bool) {
	used, own = make([]bool, len(p.channels)), make([]bool, len(p.Ports()))
	for _, pr := range s.projections {
		if pr.target == p {
			used[pr.channel] = true
		}
	}
	for _, b := range p.desc.Backgrounds {
		if b.Receptor == "" {
			own[indexOf(p.Ports(), b.Port)] = true
		} else if c, err := p.channel(b.Port, b.Receptor); err == nil {
			used[c] = true
		}
	}
	for _, st := range p.stimuli {
		if st.perNeuron() {
			own[st.port] = true
		}
	}
	return used, own
}

func (sh *shard) allocate(s *Sim, steps int, own []bool) {
	n := sh.r.Len()
	sh.cells = make([]neuron.Cells, len(sh.pop.channels))
	sh.dirty = make([]bool, len(sh.pop.channels))
	sh.own = make([]ownDrive, len(own))
	for port := range own {
		if own[port] {
			sh.own[port] = ownDrive{make([]float32, steps*n), make([]float32, steps*n)}
		}
	}
	sh.in = neuron.Input{Len: n, Step: s.step, Cells: sh.cells, Drives: make([]neuron.Drive, len(own)),
		Single: sh.pop.single, Kept: sh.pop.keeps}
	if sh.pop.sleeper != nil && len(sh.pop.backgrounds) == 0 {
		sh.touched = make([]uint64, (n+63)/64)
	}
}

// population returns the population of a name, nil if there is none.
func (s *Sim) population(name string) *population {
	for _, p := range s.populations {
		if p.id.Name == name {
			return p
		}
	}
	return nil
}

// channel returns the index of a channel; the Key of its error is "port" or "receptor".
func (p *population) channel(port, receptor string) (int, error) {
	if indexOf(p.Ports(), port) < 0 {
		return 0, errorf("port", "has no port %q; it has %q", port, p.Ports())
	}
	var have []string
	for i, c := range p.channels {
		if c.Port == port && c.Receptor == receptor {
			return i, nil
		}
		if c.Port == port {
			have = append(have, c.Receptor)
		}
	}
	return 0, errorf("receptor", "has no receptor %q on port %q; it has %q", receptor, port, have)
}

func indexOf(names []string, name string) int {
	for i, n := range names {
		if n == name {
			return i
		}
	}
	return -1
}
