package equations

import (
	"slices"

	"github.com/burstplex/burstplex/neuron"
)

// Source is a model as its author wrote it: the keys of [models.NAME] in an experiment file. Texts that are absent are
// empty.
type Source struct {
	Name         string
	Equations    Text
	Threshold    Text   // condition: a spike is the moment at which it turns true
	Hazard       Text   // Hz, in place of a threshold
	Reset        []Text // statements at a spike
	Refractory   Text   // time, or condition; default 0
	From         Text   // "event": refractoriness counts from the last event, default "spike": from the last spike
	Hold         []Text // variables that stand still while refractory
	Initial      []Named
	Parameters   []Named
	Ports        []PortSource
	Pulses       []PulseSource
	Events       []EventSource
	Second       *SecondSource
	Compartments []CompartmentSource
	Added        []Text // further lines of equations
	Currents     []CurrentSource
	Substeps     int // parts of a step that are integrated one after the other; 0 means 1
	given        []given
	named        []Named // expressions under a name, whose unit follows from them
}

// given is a variable that another program computes: nothing of the model changes it.
type given struct {
	name string
	dim  Dimension
	text Text
}

// Named is a text under a name that the author chose.
type Named struct {
	Name string
	Text Text
}

// PortSource is a place that currents and synapses end on.
type PortSource struct {
	Name      string
	Potential Text // default: none, which receptors need
	Leak      Text // unit of the weights of conductances; default 1 nS
	Receptors []ReceptorSource
	At        Text // for messages
}

// CurrentSource is a current (pA) that is added to all else that reaches a port.
type CurrentSource struct {
	Name    string
	Port    Text
	Current Text
}

// ReceptorSource is a receptor of a port. Kind is "exponential" (a conductance), "current" (pA) or "delta" (mV).
type ReceptorSource struct {
	Name          string
	Kind          string // default "exponential"
	Tau, Reversal Text   // defaults by name: ampa 5 ms, 0 mV; nmda 100 ms, 0 mV; gaba 10 ms, -80 mV
	Factor        Text   // of the current; default 1
}

// PulseSource is a variable that is 1 from From to To after something happened.
type PulseSource struct {
	Name     string
	From, To Text
	After    Text   // "spike", "event", "burst" or the name of an event
	Overlap  string // "merge" (default) or "add"
}

// EventSource is an event that is no spike.
type EventSource struct {
	Name       string
	When       Text // condition
	After      Text // or: "spike"
	Delay      Text // after it
	Refractory Text // time
	Do         []Text
}

// SecondSource makes some spikes the first of a burst of two.
type SecondSource struct {
	Probability, After Text
	Reset              []Text
}

// Parameter is a number that the user of a model may choose, per population or per neuron.
type Parameter struct {
	Name    string // in the model's text; the parameters of receptors are called as in "soma.ampa.tau"
	Dim     Dimension
	Unit    string // of Default and of values, the program's own: "mV", "nS"
	Default neuron.Value
}

// Variable is part of the state of a neuron.
type Variable struct {
	Name    string
	Dim     Dimension
	Initial neuron.Value // in internal units
	Formula string       // of parameters, for the initial value; empty if Initial holds
	rhs     *node        // of its derivative; nil for variables that only statements change
	at      place
	init    *node // expression of parameters for the initial value; nil if Initial holds
}

// Model is a checked model.
type Model struct {
	Name     string
	Warnings Errors
	Substeps int
	Passive  string // equations written for its compartments, "" without

	trees       []branch
	parameters  []Parameter
	vars        []Variable
	ports       []port
	receptors   []receptor
	pulses      []pulse
	noises      []string // "" stands for each equation's own
	symbols     map[string]*symbol
	definitions []string // in the order of the text
	detectors   []detector
	hazard      *node
	second      *second
	hold        []int
	fromEvent   bool        // refractoriness counts from events, not from every spike
	driven      map[int]int // parameters that stimuli change, with the port that stands for each
}

type port struct {
	name      string
	potential *node
	leak      *node // nil: 1 nS
	receptors []int
	added     []*node // currents that are added, pA
}

type receptor struct {
	name, kind    string
	port          int
	tau, reversal int // parameters; -1 where the kind has none
	factor        *node
}

// detector finds the moments at which something happens: spikes first, then events.
type detector struct {
	name       string // "spike" or the event's
	when       *node  // nil for what only happens after something else, or by hazard
	refractory *node  // time; nil for 0
	condition  *node  // or condition
	do         []statement
	after      int // detector that it follows, -1 for none
	delay      *node
}

type pulse struct {
	name     string
	from, to *node
	after    string
	detector int // index; spikes for "event" and "burst"
	add      bool
}

type second struct {
	probability, after *node
	reset              []statement
}

// Parameters lists what populations can set.
func (m *Model) Parameters() []Parameter { return slices.Clone(m.parameters) }

// Variables lists the state.
func (m *Model) Variables() []Variable { return slices.Clone(m.vars) }

// symbol is what a name of the model means.
type symbol struct {
	kind  symbolKind
	name  string
	index int // in the model's list of its kind
	dim   Dimension
	line  *line // of functions and definitions
	at    place
	read  bool
	state int8 // of definitions while cycles are looked for
}

type symbolKind uint8

const (
	symVariable symbolKind = iota
	symDefinition
	symFunction
	symParameter
	symPort
	symConductance
	symPulse
	symTime
	symNoise
)

// String names the kind in messages.
func (k symbolKind) String() string {
	return [...]string{"variable", "definition", "function", "parameter", "current of a port", "conductance of a receptor",
		"pulse", "time",
		"noise"}[k]
}
