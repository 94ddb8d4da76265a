package oracle

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/sim"
)

// rule changes the weights of the synapses of one projection onto one neuron, spike by spike. w is those weights; a
// method may change them only if learns is true.
type rule interface {
	// pre is the arrival of a spike at synapse j.
	pre(w []float64, j int, at spike.Tick, kind spike.Kind, learns bool)
	// post is a spike of the neuron.
	post(w []float64, at spike.Tick, kind spike.Kind, learns bool)
	// window ends a window of some length, in which the neuron has come to a state.
	window(length spike.Tick, n body)
	// bounds are those of the weights.
	bounds() plasticity.Bounds
}

// trace is a number that decays exponentially and jumps.
type trace struct {
	tau, value float64
	at         spike.Tick
}

func (x *trace) read(at spike.Tick) float64 { return x.value * math.Exp(-ms(at-x.at)/x.tau) }

func (x *trace) jump(at spike.Tick) { x.value, x.at = x.read(at)+1, at }

func traces(n int, tau float64) []trace { return slices.Repeat([]trace{{tau: tau}}, n) }

// ruleOf returns the rule of a projection for n synapses onto one neuron, nil if it has none.
func ruleOf(p *sim.Projection, target neuron.Spec, n int) rule {
	lif, isLIF := target.(*neuron.LIF)
	// a larger weight of a negative current inhibits less
	opens := p.Receptor == "gaba" && !(isLIF && lif.Synapses == "current")
	inhibits := func(effect string) bool { return effect == "inhibitory" || effect == "receptor" && opens }
	sign := func(effect string) float64 {
		if inhibits(effect) {
			return -1
		}
		return 1
	}
	switch s := p.Rule.(type) {
	case *plasticity.BurstDependent:
		return &burstDependent{BurstDependent: s, x: traces(n, s.TauPre), e: trace{s.TauMA, s.E0 * s.TauMA / 1000, 0},
			b: trace{s.TauMA, s.B0 * s.TauMA / 1000, 0}, nu: trace{s.TauNu, s.Nu0 * s.TauNu / 1000, 0}}
	case *plasticity.ApicalBalance:
		return &apicalBalance{ApicalBalance: s, x: traces(n, s.TauPre), sign: sign(s.Effect)}
	case *plasticity.KolenPollack:
		return &kolenPollack{KolenPollack: s, y: trace{tau: s.TauPost}, sign: sign(s.Effect)}
	case *plasticity.STDP:
		return &stdp{STDP: s, x: traces(n, s.TauPlus), y: trace{tau: s.TauMinus}}
	}
	return nil
}

// change adds to a weight, within bounds.
func change(w *float64, by float64, b plasticity.Bounds) { *w = max(b.Min, min(b.Max, *w+by)) }

// burstDependent: bursts potentiate, events depress.
type burstDependent struct {
	*plasticity.BurstDependent
	x        []trace // of presynaptic events
	e, b, nu trace   // averages of postsynaptic events, bursts and spikes, in units of 1
}

func (r *burstDependent) bounds() plasticity.Bounds { return r.Bounds }
func (r *burstDependent) window(spike.Tick, body)   {}

func (r *burstDependent) pre(w []float64, j int, at spike.Tick, kind spike.Kind, learns bool) {
	if kind != spike.Onset && r.Trace != "spikes" {
		return
	}
	if nu := r.nu.read(at) * 1000 / r.TauNu; learns && nu < r.EMin {
		change(&w[j], r.Eta*(r.EMin-nu), r.Bounds)
	}
	r.x[j].jump(at)
}

func (r *burstDependent) post(w []float64, at spike.Tick, kind spike.Kind, learns bool) {
	c := 0.0
	switch h := r.homeostasis(at); kind {
	case spike.Onset:
		c = -r.baseline(at) + h
		r.e.jump(at)
	case spike.Burst:
		c = 1 + h
		r.b.jump(at)
	}
	for j := range w {
		x := r.x[j].read(at)
		if r.Trace == "none" {
			x = 1
		}
		if learns && kind != spike.Tail {
			change(&w[j], r.Eta*c*x, r.Bounds)
		}
	}
	r.nu.jump(at)
}

func (r *burstDependent) baseline(at spike.Tick) float64 {
	if r.Baseline == "fixed" {
		return r.PB
	}
	e, b := r.e.read(at), r.b.read(at)
	if e+r.Count == 0 {
		return r.Prior
	}
	return min(1, (b+r.Count*r.Prior)/(e+r.Count))
}

func (r *burstDependent) homeostasis(at spike.Tick) float64 {
	rate := r.e.read(at) * 1000 / r.TauMA
	if r.Homeostasis == "spikes" {
		rate = r.nu.read(at) * 1000 / r.TauNu
	}
	switch {
	case r.EMax == 0 || rate <= r.EMax:
		return 0
	case r.Homeostasis == "spikes":
		return -(rate - r.EMax)
	}
	return -(rate - r.EMax) / rate
}

// apicalBalance: feedback weights that silence the apical dendrite.
type apicalBalance struct {
	*plasticity.ApicalBalance
	x    []trace // of presynaptic events, or bursts
	sign float64
	low  float64 // deflection of the apical potential, low-passed
}

func (r *apicalBalance) bounds() plasticity.Bounds { return r.Bounds }

func (r *apicalBalance) pre(w []float64, j int, at spike.Tick, kind spike.Kind, learns bool) {
	if kind != spike.Onset && r.Of != "bursts" || kind != spike.Burst && r.Of == "bursts" {
		return
	}
	if r.Signal == "apical" && learns {
		change(&w[j], -r.sign*r.Eta*r.low, r.Bounds)
	}
	r.x[j].jump(at)
}

func (r *apicalBalance) post(w []float64, at spike.Tick, kind spike.Kind, learns bool) {
	drive := map[spike.Kind]float64{spike.Onset: -r.PB, spike.Burst: 1}[kind]
	for j := range w {
		if r.Signal != "apical" && learns {
			change(&w[j], -r.sign*r.Eta*drive*r.x[j].read(at), r.Bounds)
		}
	}
}

// window implements rule: the low-pass takes the potential of a window's end for the whole of it.
func (r *apicalBalance) window(length spike.Tick, n body) {
	if r.Signal == "apical" {
		r.low += (1 - math.Exp(-ms(length)/r.TauA)) * (n.variable(r.Variable) - r.Rest - r.low)
	}
}

// kolenPollack: feedback weights that copy the changes of the feedforward ones.
type kolenPollack struct {
	*plasticity.KolenPollack
	y    trace // of postsynaptic events
	sign float64
}

func (r *kolenPollack) bounds() plasticity.Bounds { return r.Bounds }
func (r *kolenPollack) window(spike.Tick, body)   {}

func (r *kolenPollack) pre(w []float64, j int, at spike.Tick, kind spike.Kind, learns bool) {
	deviation := map[spike.Kind]float64{spike.Onset: -r.PB, spike.Burst: 1}[kind]
	if learns {
		change(&w[j], r.sign*r.Eta*deviation*r.y.read(at), r.Bounds)
	}
}

func (r *kolenPollack) post(_ []float64, at spike.Tick, kind spike.Kind, _ bool) {
	if kind == spike.Onset {
		r.y.jump(at)
	}
}

// stdp: pairs of spikes.
type stdp struct {
	*plasticity.STDP
	x []trace
	y trace
}

func (r *stdp) bounds() plasticity.Bounds { return r.Bounds }
func (r *stdp) window(spike.Tick, body)   {}

func (r *stdp) pre(w []float64, j int, at spike.Tick, _ spike.Kind, learns bool) {
	if learns {
		change(&w[j], -r.AMinus*r.y.read(at), r.Bounds)
	}
	r.x[j].jump(at)
}

func (r *stdp) post(w []float64, at spike.Tick, _ spike.Kind, learns bool) {
	for j := range w {
		if learns {
			change(&w[j], r.APlus*r.x[j].read(at), r.Bounds)
		}
	}
	r.y.jump(at)
}

// moment is a spike that a rule sees.
type moment struct {
	at      spike.Tick
	synapse int // of a presynaptic spike that arrives; -1: postsynaptic
	kind    spike.Kind
}

// learn lets all rules of a neuron see what happened in a whole window: presynaptic spikes when they arrive, before
// postsynaptic ones of the same time. What they change is visible from the next window on.
func (in *inputs) learn(t *train, n body, from, to spike.Tick) {
	for _, gr := range in.groups {
		if gr.rule == nil || to-from != in.r.e.window {
			continue
		}
		var all []moment
		for j, s := range gr.synapses {
			for k, at := range s.train.at {
				if at += s.delay; at >= from && at < to {
					all = append(all, moment{at, j, s.train.kind[k]})
				}
			}
		}
		for k, at := range t.at {
			if at >= from && at < to {
				all = append(all, moment{at, -1, t.kind[k]})
			}
		}
		slices.SortStableFunc(all, func(a, b moment) int {
			return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(min(b.synapse, 0), min(a.synapse, 0)))
		})
		w := make([]float64, len(gr.synapses))
		for j, s := range gr.synapses {
			w[j] = s.weight
		}
		rate, now := gr.rule.bounds().Decay/1000, from
		decay := func(to spike.Tick) { // dw/dt = -rate w while plasticity is on
			if rate > 0 {
				b, left := gr.rule.bounds(), math.Exp(-rate*ms(in.r.c.plasticFor(now, to)))
				for j := range w {
					w[j] = max(b.Min, min(b.Max, w[j]*left))
				}
			}
			now = to
		}
		for _, m := range all {
			decay(m.at)
			learns := in.r.c.plastic(m.at)
			if m.synapse >= 0 {
				gr.rule.pre(w, m.synapse, m.at, m.kind, learns)
			} else {
				gr.rule.post(w, m.at, m.kind, learns)
			}
		}
		decay(to)
		gr.rule.window(to-from, n)
		for j, s := range gr.synapses {
			s.weight = w[j]
		}
	}
}

// compare compares the weights at the end.
func (in *inputs) compare(f *follower) {
	for _, gr := range in.groups {
		for _, s := range gr.synapses {
			got := in.r.e.weights[gr.index][s.place]
			margin := 3e-6 * scaleOf(gr, s.weight)
			if a, ok := gr.Rule.(*plasticity.ApicalBalance); ok && a.Signal == "apical" { // errors of the potential are learned
				margin += 20 * a.Eta * f.margin.state * float64(1+len(s.train.at)) // at the ends of windows, where it may move fast
			}
			if !in.r.report.within(fmt.Sprintf("weights %T", gr.Rule), math.Abs(got-s.weight)/margin) {
				in.r.report.differ("%s: the weight from %d to %s is %.9g at the end and not %.9g", gr.Name, s.source, f.name, got,
					s.weight)
			}
		}
	}
}

// scaleOf is what an error of a weight is compared with.
func scaleOf(gr *group, w float64) float64 {
	if gr.rule != nil {
		return max(math.Abs(w), gr.rule.bounds().Max, -gr.rule.bounds().Min) + 1e-9
	}
	return math.Abs(w) + 1e-9
}
