package experiment

import (
	"fmt"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/sim/kind"
	"github.com/burstplex/burstplex/synapse"
)

// Connector is a kind of connector: which pairs of neurons a projection connects, as a file says it.
type Connector interface {
	// Connect returns the connector. Its error is a *neuron.ParameterError for a key that makes no sense.
	Connect(p Pair) (synapse.Connector, error)
}

// Pair is what a connector connects.
type Pair struct {
	Sources, Targets int                               // numbers of neurons
	Read             func(file string) ([]byte, error) // a file that the key "file" names
}

func addConnectors(r *Registries) {
	add := func(name, doc string, make func() Connector) {
		r.Connectors.Add(kind.Of[Connector]{Name: name, Doc: doc, New: make})
	}
	add("all-to-all", "every pair", func() Connector { return &allToAll{} })
	add("one-to-one", "neuron i with neuron i", func() Connector { return &oneToOne{} })
	add("fixed-probability", "every pair with probability p", func() Connector { return &fixedProbability{} })
	add("fixed-in-degree", "k random sources for every target", func() Connector { return &fixedInDegree{} })
	add("fixed-out-degree", "k random targets for every source", func() Connector { return &fixedOutDegree{} })
	add("fixed-total-number", "k random pairs, drawn with replacement", func() Connector { return &fixedTotalNumber{} })
	add("list", "the pairs of a file, or of the experiment", func() Connector { return &list{} })
}

// autapses is a key of all connectors; a list needs it too, where it connects a neuron with itself.
type autapses struct {
	Autapses bool `toml:"autapses" doc:"let neurons connect to themselves"`
}

type allToAll struct{ autapses }

func (c *allToAll) Connect(Pair) (synapse.Connector, error) {
	return synapse.AllToAll{Autapses: c.Autapses}, nil
}

type oneToOne struct{ autapses }

func (c *oneToOne) Connect(Pair) (synapse.Connector, error) {
	return synapse.OneToOne{Autapses: c.Autapses}, nil
}

type fixedProbability struct {
	autapses
	P float64 `toml:"p,required" range:"[0, 1]" doc:"probability of a pair"`
}

func (c *fixedProbability) Connect(Pair) (synapse.Connector, error) {
	return synapse.FixedProbability{P: c.P, Autapses: c.Autapses}, nil
}

// degree is the keys of connectors that give every neuron as many partners.
type degree struct {
	autapses
	K         int  `toml:"k,required" range:"[0, 100000000000]" doc:"partners of a neuron"`
	Multapses bool `toml:"multapses" doc:"let a pair be drawn more than once"`
}

type fixedInDegree struct{ degree }

func (c *fixedInDegree) Connect(Pair) (synapse.Connector, error) {
	return synapse.FixedInDegree{K: c.K, Autapses: c.Autapses, Multapses: c.Multapses}, nil
}

type fixedOutDegree struct{ degree }

func (c *fixedOutDegree) Connect(Pair) (synapse.Connector, error) {
	return synapse.FixedOutDegree{K: c.K, Autapses: c.Autapses, Multapses: c.Multapses}, nil
}

type fixedTotalNumber struct {
	autapses
	K *int     `toml:"k" range:"[0, 100000000000]" doc:"synapses in total"`
	P *float64 `toml:"p" range:"[0, 1]" doc:"in place of k: probability that a pair has at least one synapse"`
}

func (c *fixedTotalNumber) Connect(p Pair) (synapse.Connector, error) {
	switch {
	case (c.K == nil) == (c.P == nil):
		return nil, &neuron.ParameterError{Key: "k", Reason: "the connector \"fixed-total-number\" needs either k or p"}
	case c.K != nil:
		return synapse.FixedTotalNumber{K: *c.K, Autapses: c.Autapses}, nil
	}
	return synapse.FixedTotalNumber{K: synapse.TotalNumber(*c.P, p.Sources, p.Targets), Autapses: c.Autapses}, nil
}

type list struct {
	autapses
	File  string  `toml:"file" doc:"CSV or npz with columns source, target and, if there, weight and delay_ms (or delay_s, delay_us); others are refused"`
	Pairs [][]int `toml:"pairs" doc:"explicit pairs [source, target]"`
}

func (c *list) Connect(p Pair) (synapse.Connector, error) {
	if (c.File == "") == (len(c.Pairs) == 0) {
		return nil, &neuron.ParameterError{Key: "pairs", Reason: "the connector \"list\" needs either file or pairs"}
	}
	if c.File != "" {
		text, err := p.Read(c.File)
		if err != nil {
			return nil, err
		}
		synapses, err := synapse.ReadList(c.File, text)
		if err != nil {
			return nil, &neuron.ParameterError{Key: "file", Reason: err.Error()}
		}
		synapses.Autapses = c.Autapses
		return synapses, nil
	}
	out := &synapse.List{Autapses: c.Autapses, Pairs: true}
	for i, pair := range c.Pairs {
		if len(pair) != 2 {
			return nil, &neuron.ParameterError{Key: fmt.Sprintf("pairs[%d]", i), Reason: "must be [source, target]"}
		}
		out.Synapses = append(out.Synapses, synapse.Synapse{Source: pair[0], Target: pair[1]})
	}
	return out, nil
}
