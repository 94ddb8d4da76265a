package keys

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/internal/oracle"
	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

// built is what a file describes: what a row changes by hand.
type built struct {
	*sim.Network
	protocol *sim.Protocol
	end      spike.Tick
}

// row is a key that changes what is built.
type row struct {
	key   string   // as it is listed
	given []string // what else the file says, with the key and without: settings, or whole tables
	set   string   // where the key stands in the base file, and its new value
	by    func(b *built)
	quiet bool // it changes what is built, but not what happens: the reason stands beside the row
	loose bool // the oracle knows nothing of it
}

var kinds = report.NewRegistries()

// load reads a file with changes.
func load(t *testing.T, text string, overrides ...string) *experiment.Experiment {
	t.Helper()
	var set []string
	for _, o := range overrides {
		if o[0] == '[' {
			text += o + "\n"
		} else {
			set = append(set, o)
		}
	}
	overrides = set
	x, err := experiment.LoadText(kinds, "keys.toml", []byte(text), overrides...)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func build(t *testing.T, text string, overrides ...string) *built {
	t.Helper()
	x := load(t, text, overrides...)
	net, err := x.Network(x.Experiment.Seed)
	if err != nil {
		t.Fatal(err)
	}
	return &built{net, x.Presentations(x.Experiment.Seed), x.Experiment.Duration}
}

// all is a sink of all spikes.
type all struct{ events []spike.Event }

func (a *all) WriteSpikes(_ spike.Window, events []spike.Event) error {
	a.events = append(a.events, events...)
	return nil
}
func (a *all) Close() error { return nil }

// does runs a network and prints all that it did: spikes with labels, states and weights at the end.
func (b *built) does(t *testing.T) string {
	t.Helper()
	s, err := sim.New(b.Network, sim.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var spikes all
	s.AddSink(&spikes)
	if b.protocol != nil {
		if err := s.Follow(b.protocol); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	for at := b.end / 8 / s.Step() * s.Step(); at <= b.end; at += b.end / 8 / s.Step() * s.Step() {
		if err := s.Run(context.Background(), at); err != nil {
			t.Fatal(err)
		}
		for _, p := range b.Populations {
			_, names, _ := s.Column(p.Name, "")
			for _, name := range names {
				c, _, _ := s.Column(p.Name, name)
				if strings.Contains(name, "hazard") || strings.Contains(name, "event") {
					continue
				}
				for i := range p.Size {
					fmt.Fprintln(&out, at, p.Name, name, i, c.Float(i))
				}
			}
		}
	}
	if err := s.Finish(); err != nil {
		t.Fatal(err)
	}
	for _, p := range b.Projections {
		s.Projection(p.Name).Each(func(from, to int, w float64, delay spike.Tick) {
			fmt.Fprintln(&out, p.Name, from, to, w,
				delay)
		})
	}
	for _, e := range spikes.events {
		fmt.Fprintln(&out, e.At, e.Src, e.Kind)
	}
	return out.String()
}

// try tests rows against a file.
func try(t *testing.T, text string, rows []row) {
	did, n := map[string]string{}, 0
	for _, r := range rows {
		t.Run(r.key, func(t *testing.T) {
			given := strings.Join(r.given, "\n")
			before := build(t, text, r.given...)
			if _, ok := did[given]; !ok {
				did[given] = before.does(t)
			}
			after := build(t, text, append(r.given[:len(r.given):len(r.given)], r.set)...)
			byHand := build(t, text, r.given...)
			if reflect.DeepEqual(after, byHand) {
				t.Fatalf("%s changes nothing", r.set)
			}
			r.by(byHand)
			if !reflect.DeepEqual(after, byHand) {
				t.Fatalf("%s does not make what the row says:\n%+v\n%+v", r.set, after.Network, byHand.Network)
			}
			if does := after.does(t); does == did[given] != r.quiet {
				t.Errorf("%s changes what happens: %v", r.set, r.quiet)
			}
			if n++; r.loose || n%4 != 0 && os.Getenv("BURSTPLEX_LONG") == "" { // package oracle tries many networks of all kinds
				return
			}
			report, err := oracle.Check(&oracle.Case{Net: after.Network, Protocol: after.protocol,
				Bands: map[string]oracle.Band{}, End: after.end,
				Probes: []spike.Tick{after.end / 2 / after.Step * after.Step}, Options: sim.Options{Workers: 1}})
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range report.Differences {
				t.Error(d)
			}
		})
	}
}

// population finds a population in what is built, with its model.
func spec[T any](b *built, name string) (s T) {
	for _, p := range b.Populations {
		if p.Name == name {
			return p.Spec.(T)
		}
	}
	return s
}

func constant(x float64) neuron.Value { return neuron.Const(x) }
