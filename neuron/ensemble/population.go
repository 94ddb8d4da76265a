package ensemble

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// population is a population of units.
//
// The events of a unit, those whose neurons are dead and some before them, are a list in order of time, in memory of
// twice as many places as it has neurons; it moves to the front when it is more than half full. Four places of the
// list go forward in time:
//
//	[ moved away soon | free again ... dead ... | ]
//	                  ^ unit.dead               ^ fired
//	released: until here neurons are idle again; burst: until here second spikes have been emitted
//
// Columns hold all of it, so that a population goes on from them; units are the memory in which they are advanced.
type population struct {
	spec  *Spec
	build neuron.Build
	units []Unit
	keys  struct{ events, bursts, who rng.Key }
	delay spike.Tick

	fadeSoma, fadeDend, own Filter
	rateOwn                 float32 // of the decay of an event's trace within a bin, 1/bin

	bias, activation      []float32
	v, a, p               []float32 // drives and burst probability of the last step
	soma, dend, trace     []float32 // what has arrived, filtered; own events
	free, dead, fired     []uint32  // of Unit
	released, burst, idle []uint32
	need, spare           []float64 // of Unit
	drawn, decided, named []uint64  // random numbers used: of event times, of bursts, of neurons

	times   []float64    // s; 2 N places for each unit
	at      []spike.Tick // the same as they are emitted
	who     []uint32     // neuron of each
	isBurst []uint8      // whether a second spike follows
	resting []uint32     // N places for each unit: neurons that are not dead, in the order in which they will be taken
	neuron.Faults
}

// New implements neuron.Spec.
func (s *Spec) New(b neuron.Build) (neuron.Population, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if err := s.recognised(b.Detector); err != nil {
		return nil, err
	}
	step := b.Step.Milliseconds()
	p := &population{spec: s, build: b, units: make([]Unit, b.N), delay: spike.FromSeconds(s.Delay / 1000),
		rateOwn: float32(-step / s.TauOwn)}
	filter := func(tau float64) Filter {
		return Filter{Fade: numeric.Exp32(float32(-step / tau)), Jump: float32(s.jump(tau))}
	}
	p.fadeSoma, p.fadeDend, p.own = filter(s.TauSyn), filter(s.TauDend), filter(s.TauOwn)
	p.keys.events, p.keys.bursts, p.keys.who = b.Key.Sub("events"), b.Key.Sub("bursts"), b.Key.Sub("neurons")
	one := NewUnit(s.params())
	for i := range p.units {
		p.units[i] = *one
	}
	for _, x := range []*[]float32{&p.bias, &p.activation, &p.v, &p.a, &p.p, &p.soma, &p.dend, &p.trace} {
		*x = make([]float32, b.N)
	}
	for _, x := range []*[]uint32{&p.free, &p.dead, &p.fired, &p.released, &p.burst, &p.idle} {
		*x = make([]uint32, b.N)
	}
	p.need, p.spare = make([]float64, b.N), make([]float64, b.N)
	p.drawn, p.decided, p.named = make([]uint64, b.N), make([]uint64, b.N), make([]uint64, b.N)
	places := 2 * b.N * s.Neurons
	p.times, p.at = make([]float64, places), make([]spike.Tick, places)
	p.who, p.isBurst, p.resting = make([]uint32, places), make([]uint8, places), make([]uint32, b.N*s.Neurons)
	s.Bias.Fill(p.bias, b.Key.Sub("bias"))
	s.Initial.Activation.Fill(p.activation, b.Key.Sub("activation"))
	p.Reset()
	return p, nil
}

func (p *population) Len() int        { return p.build.N }
func (p *population) Ports() []string { return []string{neuron.Soma, neuron.Apical} }

// Drive is the receptor of both ports.
const Drive = "drive"

// Channels implements neuron.Population.
func (p *population) Channels() []neuron.Channel {
	return []neuron.Channel{
		{Port: neuron.Soma, Receptor: Drive, Kernel: filtered{p.spec.TauSyn, p.spec.jump(p.spec.TauSyn)}},
		{Port: neuron.Apical, Receptor: Drive, Kernel: filtered{p.spec.TauDend, p.spec.jump(p.spec.TauDend)}}}
}

// Columns implements neuron.Population.
func (p *population) Columns() []neuron.Column {
	return []neuron.Column{{Name: "v", Data: p.v}, {Name: "a", Data: p.a}, {Name: "p", Data: p.p},
		{Name: "e", Data: p.trace},
		{Name: "s", Data: p.soma}, {Name: "d", Data: p.dend},
		{Name: "free", Data: p.free}, {Name: "first_dead", Data: p.dead}, {Name: "fired", Data: p.fired},
		{Name: "released", Data: p.released}, {Name: "bursts_emitted", Data: p.burst}, {Name: "idle", Data: p.idle},
		{Name: "need", Data: p.need}, {Name: "spare", Data: p.spare},
		{Name: "drawn", Data: p.drawn}, {Name: "decided", Data: p.decided}, {Name: "named", Data: p.named},
		{Name: "event_times", Unit: "s", Data: p.times}, {Name: "event_ticks", Unit: "ms", Data: p.at},
		{Name: "event_neurons", Data: p.who}, {Name: "event_bursts", Data: p.isBurst}, {Name: "resting", Data: p.resting}}
}

// Reset implements neuron.Population.
func (p *population) Reset() {
	p.Forget()
	for _, x := range [][]float32{p.v, p.a, p.p, p.soma, p.dend} {
		clear(x)
	}
	clear(p.times)
	clear(p.at)
	clear(p.who)
	clear(p.isBurst)
	n := p.spec.Neurons
	for i := range p.units {
		p.trace[i] = p.activation[i]
		p.released[i], p.burst[i], p.idle[i], p.decided[i], p.named[i] = 0, 0, uint32(n), 0, 0
		resting := p.resting[i*n : (i+1)*n]
		for k := range resting {
			resting[k] = uint32(k)
		}
		u := &p.units[i]
		u.times = p.times[2*i*n : 2*i*n : 2*(i+1)*n]
		u.start(float64(p.activation[i]), p.keys.events, uint64(i))
		for k, t := range u.times {
			p.at[2*i*n+k] = spike.FromSeconds(t)
			p.who[2*i*n+k] = p.take(i)
		}
		p.save(i, u)
		p.burst[i] = p.fired[i]
	}
}

// load takes the state of a unit from the columns.
func (p *population) load(i int) *Unit {
	u, n := &p.units[i], p.spec.Neurons
	u.free, u.dead, u.need, u.spare = int(p.free[i]), int(p.dead[i]), p.need[i], p.spare[i]
	u.times = p.times[2*i*n : 2*i*n+int(p.fired[i]) : 2*(i+1)*n]
	if u.random.key != p.keys.events || u.random.entity != uint64(i) || u.drawn() != p.drawn[i] {
		u.seek(p.keys.events, uint64(i), p.drawn[i])
	}
	return u
}

// save puts it back.
func (p *population) save(i int, u *Unit) {
	p.free[i], p.dead[i], p.fired[i] = uint32(u.free), uint32(u.dead), uint32(len(u.times))
	p.need[i], p.spare[i], p.drawn[i] = u.need, u.spare, u.drawn()
}

// take returns one of the resting neurons of unit i, any of them, and takes it from them.
func (p *population) take(i int) uint32 {
	resting := p.resting[i*p.spec.Neurons : (i+1)*p.spec.Neurons]
	w := p.keys.who.Word(uint64(i), p.named[i])
	p.named[i]++
	p.idle[i]--
	k, last := uint32(uint64(w)*uint64(p.idle[i]+1)>>32), p.idle[i]
	one := resting[k]
	resting[k], resting[last] = resting[last], 0
	return one
}

// release lets neurons of unit i rest again, in the order of their events up to number end, as long as their dead
// times end by t (s).
func (p *population) release(i, end int, t float64) {
	n := p.spec.Neurons
	for k := int(p.released[i]); k < end; k++ {
		if p.times[2*i*n+k]+p.units[i].p.Dead > t {
			return
		}
		p.resting[i*n+int(p.idle[i])] = p.who[2*i*n+k]
		p.idle[i]++
		p.released[i]++
	}
}

// Advance implements neuron.Population.
func (p *population) Advance(r neuron.Range, w spike.Window, in *neuron.Input, out *spike.Buffer) {
	first := int(w.From / in.Step)
	for i := r.Lo; i < r.Hi; i++ {
		u := p.load(i)
		for s := range in.Steps {
			p.drive(i, s, i-r.Lo, in)
			if c := p.impossible(i); c != nil {
				c.At = spike.Tick(first+s) * in.Step
				p.Report(c)
				return
			}
			p.step(i, u, first+s, in.Step, out)
			p.arrive(i, s, i-r.Lo, in)
		}
		p.save(i, u)
	}
}

// drive computes the drives of unit i, number j of its shard, in a step, and the burst probability that follows.
func (p *population) drive(i, s, j int, in *neuron.Input) {
	start, end := in.Drives[0].At(in, s, j)
	p.v[i] = p.bias[i] + p.soma[i] + (start+end)/2
	start, end = in.Drives[1].At(in, s, j)
	p.a[i] = p.dend[i] + (start+end)/2
	p.p[i] = p.a[i]
	BurstProbability(p.p[i:i+1], p.trace[i:i+1], float32(p.spec.PB))
}

// arrive adds what has arrived in a step to the filters, as it stands at its end.
func (p *population) arrive(i, s, j int, in *neuron.Input) {
	p.soma[i] = float32(p.fadeSoma.Fade*p.soma[i]) + arrived(&in.Cells[0], in, s, j)
	p.dend[i] = float32(p.fadeDend.Fade*p.dend[i]) + arrived(&in.Cells[1], in, s, j)
}

func arrived(c *neuron.Cells, in *neuron.Input, s, j int) float32 {
	if c.Pairs == nil {
		return 0
	}
	return c.Pairs[c.Place(in, s, j)].End
}

// step takes unit i through step number k of the simulation: its events, and second spikes of bursts.
func (p *population) step(i int, u *Unit, k int, step spike.Tick, out *spike.Buffer) {
	dt, n := step.Seconds(), p.spec.Neurons
	hazard, parts, sum := u.hazardAt(p.v[i]), u.p.parts(dt), float32(0)
	begin, until := spike.Tick(k)*step, spike.Tick(k+1)*step
	end, scale := float64(float64(k+1)*dt), 1/dt
	limit := int64(float64(p.p[i]) * (1 << 32))
	for part := range parts {
		p.makeRoom(i, u)
		old := len(u.times)
		u.step(bound(k, part, parts, dt), bound(k, part+1, parts, dt), hazard)
		for j := old; j < len(u.times); j++ {
			t, place := u.times[j], 2*i*n+j
			p.release(i, j, t)
			if p.idle[i] == 0 { // rounding: it is free again in this moment
				p.release(i, int(p.released[i])+1, math.Inf(1))
			}
			p.at[place] = max(begin, min(until-1, spike.FromSeconds(t)))
			p.who[place] = p.take(i)
			p.isBurst[place] = 0
			if int64(word(p.keys.bursts, uint64(i), p.decided[i])) < limit {
				p.isBurst[place] = 1
			}
			p.decided[i]++
			p.emit(out, i, place, 0, spike.Onset)
			sum += numeric.Exp32(float32(float32((end-t)*scale) * p.rateOwn))
		}
		for ; int(p.burst[i]) < len(u.times); p.burst[i]++ {
			place := 2*i*n + int(p.burst[i])
			if p.at[place]+p.delay >= until {
				break
			}
			if p.isBurst[place] != 0 {
				p.emit(out, i, place, p.delay, spike.Burst)
			}
		}
	}
	p.trace[i] = float32(p.own.Fade*p.trace[i]) + float32(p.own.Jump*sum)
}

// emit pushes a spike of the neuron of an event.
func (p *population) emit(out *spike.Buffer, i, place int, delay spike.Tick, kind spike.Kind) {
	id := p.build.First + spike.ID(i*p.spec.Neurons) + spike.ID(p.who[place])
	out.Push(spike.Event{At: p.at[place] + delay, Src: id, Kind: kind})
}

// makeRoom moves the events of unit i to the front if there might not be room for those of another step.
func (p *population) makeRoom(i int, u *Unit) {
	n, gone := p.spec.Neurons, u.dead
	if len(u.times) <= n {
		return
	}
	p.release(i, gone, math.Inf(1)) // all of them are free again
	lo, hi := 2*i*n+gone, 2*i*n+len(u.times)
	copy(u.times, u.times[gone:])
	copy(p.at[2*i*n:], p.at[lo:hi])
	copy(p.who[2*i*n:], p.who[lo:hi])
	copy(p.isBurst[2*i*n:], p.isBurst[lo:hi])
	u.times, u.dead = u.times[:len(u.times)-gone], 0
	p.released[i] -= uint32(gone)
	p.burst[i] -= uint32(gone)
}

// WatchJumps and TakeJumps implement neuron.Jumper: what a unit has changes from step to step, and nothing within one.
func (p *population) WatchJumps([]string) {}

func (p *population) TakeJumps(jumps []neuron.Jump) []neuron.Jump { return jumps }

// impossible returns the fault of a unit with a drive that is not a finite number, nil if it has none.
func (p *population) impossible(i int) *neuron.Fault {
	for _, c := range []struct {
		name string
		x    float32
	}{{"v", p.v[i]}, {"a", p.a[i]}} {
		if c.x-c.x != 0 {
			return &neuron.Fault{Neuron: i, Variable: c.name, Value: float64(c.x), Reason: "is no drive that a unit can have"}
		}
	}
	return nil
}
