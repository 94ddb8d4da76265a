package plasticity

import (
	"fmt"
	"math"
	"strings"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
)

// Spec is the description of a rule: plain data with units, from which a Rule is made for every block.
type Spec interface {
	// Validate returns a *neuron.ParameterError for the first parameter that makes no sense.
	Validate() error
	// Limits returns the bounds of the weights.
	Limits() (lo, hi float64)
	// New makes the rule of one block in its initial state.
	New(b Build) (Rule, error)
}

// TargetReader is implemented by specs of rules that may read a state variable of the target population.
type TargetReader interface {
	// Reads names the variable; "" if none is read.
	Reads() string
}

// Delayed is implemented by specs of rules that see the spikes of a side later than they arrive (pre) or are emitted
// (post).
type Delayed interface {
	// Delays returns by how much.
	Delays() (pre, post spike.Tick)
}

// PartReader is implemented by specs that do not read all of their parameters in all settings. Files refuse what is not
// read.
type PartReader interface {
	// Unread returns the keys that are not read as the spec is set, and why.
	Unread() (keys []string, why string)
}

// Doubtful is implemented by specs that can be set such that a rule runs and does what nobody means. Files refuse that.
type Doubtful interface {
	// Doubt returns a *neuron.ParameterError, nil if nothing is in doubt.
	Doubt() error
}

// Build is what a rule must know of where it works.
type Build struct {
	Block    *synapse.Block
	Step     spike.Tick // integration step
	Receptor string     // that the projection ends on, for example "ampa" or "gaba"
	// Column returns a state variable of the target population (all neurons of it), as a third factor; read only, its
	// value is that of the window's end.
	Column func(name string) (neuron.Column, bool)
	// Watch returns the course of variables of the target population, which is that of the window when Update is called.
	Watch func(names []string) (*Course, error)
	// Emitted returns the spikes of the target population in the window.
	Emitted func() []spike.Event
	Target  int // neurons of the target population
}

// Rule changes the weights of one block.
type Rule interface {
	// Update reads the spikes of a window. The Src of a pre spike is its neuron within the source population, that of a
	// post spike its column in the block. If plastic is false, traces and averages go on and weights stay.
	Update(w spike.Window, pre, post []spike.Event, plastic bool)
	// Columns lists the whole state but the weights.
	Columns() []neuron.Column
	// Reset restores the initial state; weights stay.
	Reset()
}

// walker is a rule's answer to single spikes; walk brings them in order.
type walker interface {
	arrive(e spike.Event, plastic bool) // of a presynaptic spike
	fire(e spike.Event, plastic bool)   // of a postsynaptic spike
}

// walk passes both lists to r in order of time, presynaptic spikes first on ties: a synapse whose two neurons spike in
// the same tick has seen its input. rows is the block if arrivals change the rows of their sources, else nil.
func walk(r walker, rows *synapse.Block, pre, post []spike.Event, plastic bool) {
	i := 0
	arrive := func() {
		if k := i + rowsAhead; rows != nil && plastic && k < len(pre) {
			rows.Fetch(int(pre[k].Src))
		}
		r.arrive(pre[i], plastic)
		i++
	}
	for _, e := range post {
		for i < len(pre) && pre[i].At <= e.At {
			arrive()
		}
		r.fire(e, plastic)
	}
	for i < len(pre) {
		arrive()
	}
}

// rowsAhead is how many arrivals ahead the memory is asked for a row.
const rowsAhead = 4

// Kind is an entry of the list of rules that an experiment file can name.
type Kind struct {
	Name    string      // as in an experiment file: rule = { kind = "stdp" }
	Doc     string      // one line
	Default func() Spec // parameters with their defaults
}

// Kinds lists the rules.
func Kinds() []Kind {
	return []Kind{
		{"burst-dependent", "bursts potentiate, events depress; the baseline is the moving average of the burst " +
			"probability (Burstprop)", func() Spec { return DefaultBurstprop() }},
		{"burstccn", "the same with a fixed baseline p_b: BurstCCN's feedforward weights W",
			func() Spec { return DefaultBurstCCN() }},
		{"apical-balance", "feedback weights that learn to silence the apical dendrite: BurstCCN's Q, or Y",
			func() Spec { return DefaultApicalBalance() }},
		{"kolen-pollack", "feedback weights that copy the changes of feedforward ones (Y, Q)",
			func() Spec { return DefaultKolenPollack() }},
		{"stdp", "pair-based additive spike-timing dependent plasticity, a control", func() Spec { return DefaultSTDP() }},
	}
}

// by says that an error is of a range that another parameter sets.
func by(key string, err error) error {
	if pe, ok := err.(*neuron.ParameterError); ok {
		pe.By = key
	}
	return err
}

// require checks one parameter against [lo, hi], or (lo, hi] if open.
func require(key, unit string, x, lo, hi float64, open bool) error {
	if x >= lo && x <= hi && !(open && x == lo) {
		return nil
	}
	left, right, reason := "[", "]", "is out of range"
	if open {
		left = "("
	}
	if math.IsInf(hi, 1) {
		right = ")"
	}
	allowed := fmt.Sprintf("%s%g, %g%s %s", left, lo, hi, right, unit)
	return &neuron.ParameterError{Key: key, Value: x, Unit: unit, Reason: reason,
		Allowed: strings.TrimSpace(strings.ReplaceAll(allowed, "+Inf", "inf"))}
}

// first returns the first error.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
