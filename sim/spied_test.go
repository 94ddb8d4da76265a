package sim

import (
	"context"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/synapse"
)

// spied is a rule that notes what it is told and changes nothing.
type spied struct {
	updates []update
}

type update struct {
	spike.Window
	pre, post []spike.Event
	plastic   bool
}

func (*spied) Validate() error          { return nil }
func (*spied) Limits() (lo, hi float64) { return 0, 1 }
func (s *spied) New(plasticity.Build) (plasticity.Rule, error) {
	return s, nil
}

func (s *spied) Update(w spike.Window, pre, post []spike.Event, plastic bool) {
	s.updates = append(s.updates, update{w, slices.Clone(pre), slices.Clone(post), plastic})
}
func (*spied) Columns() []neuron.Column { return nil }
func (*spied) Reset()                   {}

// Rules are told of all time, in pieces within which plasticity is either on or off, as it was switched last, each
// projection by itself; and of every spike in the piece in which it arrives or is emitted: those at the ends of
// windows and at switches, too.
func TestRulesAreToldOfAllTimeOnce(t *testing.T) {
	const us, end = spike.Microsecond, 26 * spike.Millisecond
	var train []spike.Tick // arrivals on every step's start and last tick
	for at := 1300 * us; at < end; at += 100 * us {
		train = append(train, at-1, at)
	}
	net := &Network{Seed: 5, Step: 100 * us}
	lif := neuron.DefaultLIF()
	net.Populations = []Population{{Name: "in", Size: 2, Spec: neuron.NewReplay([][]spike.Tick{train,
		{4 * spike.Millisecond}})},
		{Name: "out", Size: 3, Spec: lif}}
	net.Stimuli = []Stimulus{{Name: "drive", Population: "out", Port: "soma", Amplitude: neuron.Const(2000),
		Wave: Constant{}}}
	rules := map[string]*spied{"a": {}, "b": {}}
	for _, name := range []string{"a", "b"} {
		net.Projections = append(net.Projections, Projection{Source: "in", Target: "out", Port: "soma", Receptor: "ampa",
			Rule: rules[name], Spec: synapse.Spec{Name: name, Connector: synapse.AllToAll{}, Weight: neuron.Const(0),
				Delay: neuron.Const(1.3)}})
	}
	s, err := New(net, Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	all := &keep{}
	s.AddSink(all)
	type change struct {
		at   spike.Tick
		name string
		on   bool
	}
	changes := []change{{5200 * us, "a", false}, {7300 * us, "a", true}, {7300 * us, "a", false}, {7300 * us, "a", true},
		{7500 * us, "b", false},
		{9100 * us, "", false}, {9200 * us, "b", true}, {9300 * us, "", true}, {9300 * us, "a", false}}
	for _, c := range changes {
		if err := s.At(c.at, func(spike.Tick) error { return s.SetPlastic(c.name, c.on) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Run(context.Background(), end); err != nil {
		t.Fatal(err)
	}
	for name, rule := range rules {
		at := spike.Tick(0)
		var pre, post []spike.Event
		for _, u := range rule.updates {
			want := true
			for _, c := range changes {
				if c.at <= u.From && (c.name == "" || c.name == name) {
					want = c.on
				}
				if c.on != want && c.at > u.From && c.at < u.To && (c.name == "" || c.name == name) {
					t.Errorf("%s: switched at %v, within %v", name, c.at, u.Window)
				}
			}
			if u.From != at || u.plastic != want {
				t.Errorf("%s: after %v comes %v, plastic %v, want %v", name, at, u.Window, u.plastic, want)
			}
			for _, e := range append(slices.Clone(u.pre), u.post...) {
				if !u.Contains(e.At) {
					t.Errorf("%s: a spike at %v belongs to %v", name, e.At, u.Window)
				}
			}
			at, pre, post = u.To, append(pre, u.pre...), append(post, u.post...)
		}
		var wantPre, wantPost []spike.Event
		for _, e := range all.events {
			if e.Src >= 2 {
				wantPost = append(wantPost, spike.Event{At: e.At, Src: e.Src - 2, Kind: e.Kind})
			} else if e.At += 1300 * us; e.At < at {
				wantPre = append(wantPre, e)
			}
		}
		if at < end || !slices.Equal(pre, wantPre) || !slices.Equal(post, wantPost) || len(post) < 5 {
			t.Errorf("%s: %d pre- and %d postsynaptic spikes until %v, want %d and %d", name, len(pre), len(post), at,
				len(wantPre), len(wantPost))
		}
	}
	if s.SetPlastic("nobody", true) == nil || s.SetPlastic("", true) != nil {
		t.Error("the name of a projection that does not learn")
	}
}
