package neuron

import (
	"reflect"
	"slices"
	"strings"
)

// Ports and receptors of the built-in models, as networks and files name them.
const (
	Soma   = "soma"
	Apical = "apical"

	AMPAReceptor  = "ampa"
	NMDAReceptor  = "nmda" // of the two-compartment models: a slow AMPA
	GABAReceptor  = "gaba"
	DeltaReceptor = "delta" // jumps of the potential, mV
)

// Synapses says what arrivals open; "" is a Conductance.
type Synapses string

// What synapses open.
const (
	Conductance Synapses = "conductance"
	Current     Synapses = "current"
)

// Integrator is how a model is taken through time; "" is OffGrid.
type Integrator string

// Integrators.
const (
	OffGrid   Integrator = "off-grid"  // fast steps, spikes at their times within them
	Reference Integrator = "reference" // from event to event, slow: the judge of the other
)

// Choices returns a *ParameterError for the first field of a struct that is none of the names in its oneof tag. An
// empty one is left to its type: it means the first name.
func Choices(spec any) error {
	v := reflect.ValueOf(spec)
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		names := f.Tag.Get("oneof")
		if names == "" || f.Type.Kind() != reflect.String || v.Field(i).Len() == 0 {
			continue
		}
		if all := strings.Split(names, "|"); !slices.Contains(all, v.Field(i).String()) {
			return &ParameterError{Key: f.Tag.Get("toml"), Text: v.Field(i).String(), Reason: "is not one of the names",
				Allowed: strings.Join(all, ", ")}
		}
	}
	return nil
}
