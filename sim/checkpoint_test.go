package sim

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"reflect"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// everyModel is a network with a population of each model and each background, teachers and a protocol, beside the
// random network of the determinism tests: nothing that has state may be missing here.
func everyModel(seed uint64) *Network {
	net := randomNetwork(seed)
	for k, m := range neuron.Models() {
		p := Population{Name: "m " + m.Name, Size: 70, Spec: m.Default()}
		switch s := p.Spec.(type) {
		case *neuron.Replay:
			for i := range spike.Tick(70) {
				s.Trains = append(s.Trains, []spike.Tick{(i + 1) * spike.Millisecond, 80 * spike.Millisecond,
					90*spike.Millisecond + i})
			}
		case *neuron.ModulatedPoisson:
			s.Shape, s.Mean, s.Amplitude, s.Period = "sine", 20, 15, 50
		}
		if k%2 == 0 {
			p.Detector = spike.DefaultDetector()
			p.Detector.Accumulate = true
		}
		spec, err := p.Spec.New(neuron.Build{N: 70, Step: net.Step, Detector: spike.DefaultDetector()})
		if err != nil {
			panic(err)
		}
		for i, c := range spec.Channels() {
			if i < 2 {
				p.Backgrounds = append(p.Backgrounds, Background{Name: c.Port + c.Receptor, Port: c.Port, Receptor: c.Receptor,
					Spec: &neuron.PoissonBackground{Rate: 800, Weight: 0.3, Sources: 1 + 9*i}})
			}
		}
		if len(spec.Ports()) > 0 {
			p.Backgrounds = append(p.Backgrounds, Background{Name: "noise", Port: spec.Ports()[0],
				Spec: neuron.DefaultOrnsteinUhlenbeck()})
		}
		net.Populations = append(net.Populations, p)
	}
	units := unitsNetwork()
	net.Populations = append(net.Populations, units.Populations...)
	net.Projections = append(net.Projections, units.Projections...)
	net.Stimuli = append(net.Stimuli, Stimulus{Name: "level", Population: "p0", Port: "soma",
		Amplitude: neuron.Const(1), Wave: &Level{}})
	net.Teachers = []Teacher{{Name: "t", Population: "p0", Port: "apical", Tau: 50, Every: spike.Millisecond,
		Limit: 500, Law: Linear{Gain: 20}}}
	return net
}

// state returns all sections of a simulation, by name.
func state(t *testing.T, s *Sim) map[string]any {
	t.Helper()
	sections, err := s.sections()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]any{}
	for _, x := range sections {
		if all[x.name] != nil {
			t.Errorf("two sections are called %q", x.name)
		}
		all[x.name] = x.data
	}
	return all
}

func newEvery(t *testing.T, seed uint64, workers int) *Sim {
	t.Helper()
	s, err := New(everyModel(seed), Options{Workers: workers, ShardSize: 64})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A run that is resumed from checkpoints at random windows, on other numbers of workers, has the spikes and the
// whole state of one that was not interrupted.
func TestResumedRunIsTheSameRun(t *testing.T) {
	seeds := uint64(3)
	if os.Getenv("BURSTPLEX_LONG") != "" {
		seeds = 12
	}
	for seed := range seeds {
		whole := newEvery(t, seed, 1)
		end := whole.Window() * (120 * spike.Millisecond / whole.Window())
		turn := whole.Window() * (40 * spike.Millisecond / whole.Window())
		learner := ""
		for _, p := range whole.plastic {
			learner = p.Spec.Name
		}
		change := func(s *Sim) {
			if s.Now() == 0 {
				s.Teach("t", true, 20)
			}
			if s.Now() == turn { // one stops learning, another is scaled, and a level is set
				s.SetPlastic(learner, false)
				s.Projection("c0").SetScale(0.5, s.Now())
				s.level("level").value[0] = 150
			}
		}
		change(whole)
		run := func(s *Sim, until spike.Tick) {
			t.Helper()
			if err := s.Run(context.Background(), until); err != nil {
				t.Fatal(err)
			}
		}
		run(whole, turn)
		change(whole)
		run(whole, end)
		r := rand.New(rand.NewPCG(seed, 9))
		s := newEvery(t, seed, 2)
		change(s)
		for s.Now() < end {
			next := min(end, s.Now()+s.Window()*spike.Tick(1+r.IntN(30)))
			if s.Now() < turn {
				next = min(next, turn)
			}
			run(s, next)
			change(s)
			var file bytes.Buffer
			if err := s.Checkpoint(&file); err != nil {
				t.Fatal(err)
			}
			s = newEvery(t, seed, 1+r.IntN(3))
			if err := s.Restore(&file); err != nil {
				t.Fatal(err)
			}
		}
		if s.Digest() != whole.Digest() {
			t.Errorf("seed %d: other spikes after %v", seed, end)
		}
		want, got := state(t, whole), state(t, s)
		for name := range want {
			if name != "clock" && !equalBits(want[name], got[name]) {
				t.Errorf("seed %d: %s differs", seed, name)
			}
		}
		if whole.Counts().Spikes != s.Counts().Spikes || s.Counts().Spikes < 100 {
			t.Errorf("seed %d: %d spikes, uninterrupted %d", seed, s.Counts().Spikes, whole.Counts().Spikes)
		}
	}
}

// equalBits is reflect.DeepEqual, with NaN equal to itself.
func equalBits(a, b any) bool {
	if x, ok := a.([]float64); ok {
		y := b.([]float64)
		for i := range x {
			if x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) {
				return false
			}
		}
		return len(x) == len(y)
	}
	return reflect.DeepEqual(a, b)
}

// A checkpoint that is damaged, cut, of another network or from the future is refused.
func TestCheckpointRefused(t *testing.T) {
	s := newEvery(t, 1, 1)
	if err := s.Run(context.Background(), 10*s.Window()); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := s.Checkpoint(&file); err != nil {
		t.Fatal(err)
	}
	good := file.Bytes()
	for n := 0; n < len(good); n += 1 + len(good)/200 {
		if err := newEvery(t, 1, 1).Restore(bytes.NewReader(good[:n])); !errors.Is(err, ErrCheckpoint) {
			t.Fatalf("cut after %d bytes: %v", n, err)
		}
		flipped := bytes.Clone(good)
		flipped[n] ^= 4
		if err := newEvery(t, 1, 1).Restore(bytes.NewReader(flipped)); !errors.Is(err, ErrCheckpoint) {
			t.Fatalf("byte %d changed: %v", n, err)
		}
	}
	if err := newEvery(t, 2, 1).Restore(bytes.NewReader(good)); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("another network: %v", err)
	}
	if err := s.Run(context.Background(), s.Now()+s.Step()); err != nil {
		t.Fatal(err)
	}
	if err := s.Checkpoint(&file); err == nil && s.Window() > s.Step() {
		t.Error("a checkpoint within a window")
	}
}
