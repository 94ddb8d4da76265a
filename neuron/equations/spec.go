package equations

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/burstplex/burstplex/neuron"
)

// Spec is a population of neurons of a model: it implements neuron.Spec. Values are in internal units (ms, mV, pA, pF,
// nS).
type Spec struct {
	Model   *Model
	Values  []neuron.Value // one per parameter of the model
	Tables  [][]float64    // per parameter, one number per neuron in place of its Value; nil where there is none
	Initial []neuron.Value // one per variable
	Given   []bool         // per variable: Initial holds although the model computes an initial value

	Integrator string // "off-grid" (default) or "reference"
	Substeps   int    // parts of a step; 0: those of the model
}

var _ neuron.Spec = (*Spec)(nil)

// NewSpec returns a population with the model's own values.
func NewSpec(m *Model) *Spec {
	s := &Spec{Model: m, Tables: make([][]float64, len(m.parameters)), Given: make([]bool, len(m.vars)),
		Integrator: "off-grid"}
	for _, p := range m.parameters {
		s.Values = append(s.Values, p.Default)
	}
	for _, v := range m.vars {
		s.Initial = append(s.Initial, v.Initial)
	}
	return s
}

// Set gives a parameter another value.
func (s *Spec) Set(name string, v neuron.Value) error {
	for i, p := range s.Model.parameters {
		if p.Name == name {
			s.Values[i] = v
			return nil
		}
	}
	return fmt.Errorf("model %s has no parameter %s", s.Model.Name, name)
}

// Validate implements neuron.Spec. It refuses time constants of receptors that are not above 0, and initial values at
// which an equation is not a number.
func (s *Spec) Validate() error {
	for i, p := range s.Model.parameters {
		lo, hi := s.Values[i].Bounds()
		if t := s.Tables[i]; t != nil {
			lo, hi = math.Inf(1), math.Inf(-1)
			for _, x := range t {
				lo, hi = min(lo, x), max(hi, x)
			}
		}
		if math.IsNaN(lo) || math.IsNaN(hi) {
			return &neuron.ParameterError{Key: p.Name, Value: lo, Unit: p.Unit, Reason: "must be a number",
				Allowed: "any number"}
		}
		for _, r := range s.Model.receptors {
			if r.tau == i && !(lo > 0) && s.Values[i].Shape != neuron.LogNormal {
				return &neuron.ParameterError{Key: p.Name, Value: lo, Unit: p.Unit, Reason: "must be above 0",
					Allowed: "(0, inf) ms"}
			}
		}
	}
	return nil
}

// New implements neuron.Spec.
func (s *Spec) New(b neuron.Build) (neuron.Population, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	for i, t := range s.Tables {
		if t != nil && len(t) != b.N {
			return nil, fmt.Errorf("%s: a table of %d values for %d neurons", s.Model.parameters[i].Name, len(t), b.N)
		}
	}
	if s.Integrator == "reference" {
		return newReference(s, b)
	}
	return newPopulation(s, b)
}

// Parts returns in how many parts a step is integrated.
func (s *Spec) Parts() int {
	if s.Substeps > 0 {
		return s.Substeps
	}
	return s.Model.Substeps
}

// Noisy reports whether the equations hold noise.
func (m *Model) Noisy() bool {
	noisy := false
	for _, v := range m.vars {
		if v.rhs != nil {
			walk(v.rhs, func(n *node) {
				own := m.symbols[n.name] == nil && n.kind == nodeName
				noisy = noisy || own && (n.name == "xi" || strings.HasPrefix(n.name, "xi_"))
			})
		}
	}
	return noisy
}

// Leak returns the conductance (nS) that weights at a port are multiples of, 1 where the model gives none; one is false
// if it differs between neurons.
func (s *Spec) Leak(port string) (leak float64, one bool) {
	for i, p := range s.Model.ports {
		if p.name == port {
			b := newBuilder(s.Model, s.Values, s.Tables)
			return b.g.isConst(b.leak(i))
		}
	}
	return 1, true
}

// Receptor returns the kind of a receptor: "exponential", "current" or "delta"; "" if there is none of this name.
func (m *Model) Receptor(port, name string) string {
	for _, r := range m.receptors {
		if r.name == name && m.ports[r.port].name == port {
			return r.kind
		}
	}
	return ""
}

// drivenPort begins the names of ports that stand for parameters.
const drivenPort = "parameter "

// Drive lets stimuli change a parameter and returns the port that stands for it: what is injected there, in internal
// units, is added to the parameter. Initial values and times of pulses and delays keep the parameter's own value.
func (s *Spec) Drive(parameter string) (port string, err error) {
	port = drivenPort + parameter
	if !slices.Contains(s.Drivable(), parameter) {
		return "", fmt.Errorf("no parameter %s can be driven", parameter)
	}
	if slices.Contains(portNames(s.Model), port) {
		return port, nil
	}
	m := *s.Model
	m.ports = append(slices.Clone(m.ports), porting(port))
	m.driven = maps.Clone(m.driven)
	if m.driven == nil {
		m.driven = map[int]int{}
	}
	m.driven[slices.IndexFunc(m.parameters, func(p Parameter) bool { return p.Name == parameter })] = len(m.ports) - 1
	s.Model = &m
	return port, nil
}

func porting(name string) (p port) {
	p.name = name
	return p
}

func portNames(m *Model) (names []string) {
	for _, p := range m.ports {
		names = append(names, p.name)
	}
	return names
}

// Drivable lists the parameters that can be driven: those of receptors cannot.
func (s *Spec) Drivable() (names []string) {
	for _, p := range s.Model.parameters {
		if !strings.Contains(p.Name, ".") {
			names = append(names, p.Name)
		}
	}
	return names
}
