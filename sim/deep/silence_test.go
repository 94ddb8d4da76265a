package deep

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// quiet is a task whose Q is learned in silence.
func quiet(hidden ...string) *Task {
	ts := small()
	ts.Images, ts.Validation, ts.Hidden, ts.Feedback, ts.Q, ts.Model = 180, 20, hidden, "random", "silence", "rates"
	ts.Silence.Images, ts.Flat = 6000, 2000
	return ts
}

func silence(t *testing.T, tr *Trainer, train *Examples) {
	t.Helper()
	if err := tr.LearnInSilence(context.Background(), train, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
}

// Q that starts at random, of full size and independent of Y, becomes p_b Y in silence: in the rate model to the
// last digits, in spikes up to the sampling noise of bursts, fully connected and in convolutions. A step of the
// wrong sign, means that are not subtracted, or units of a layer above that answer to their own apical drive fail
// this.
func TestSilenceTeachesQ(t *testing.T) {
	for _, c := range []struct {
		name string
		most float64 // degrees between Q and p_b Y
		set  func(*Task)
	}{
		{"rates", 0.5, func(*Task) {}},
		{"spikes", 2, func(ts *Task) { ts.Model, ts.Neurons, ts.Silence.Images, ts.Flat = "spikes", 30000, 3000, 1500 }},
		{"counts", 3, func(ts *Task) { ts.Model, ts.Neurons, ts.Silence.Images, ts.Flat = "counts", 30000, 3000, 1500 }},
		{"convolutions", 3, func(ts *Task) {
			ts.Hidden, ts.Input, ts.Step = []string{"conv 3 7 5", "conv 4 3 2", "dense 8"}, "current", 0.25
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ts := quiet("dense 20", "dense 16")
			c.set(ts)
			tr, train, _, _ := trainer(t, ts, 2)
			for i, l := range tr.Net.Layers[1:] {
				if a := angle(l.Q, l.Y); a < 60 {
					t.Fatalf("layer %d starts with Q at %.0f degrees to Y: it should be independent", i+2, a)
				}
			}
			silence(t, tr, train)
			for i, l := range tr.Net.Layers[1:] {
				if a, size := angle(l.Q, l.Y), norm(l.Q)/norm(l.Y); a > c.most || size < 0.49 || size > 0.51 {
					t.Errorf("layer %d: Q is at %.3f degrees to p_b Y, %.4f times Y", i+2, a, size)
				}
			}
		})
	}
}

// Without fluctuations of their own, units are active together, and Q is right only for what images make them do:
// for few images, in fewer directions than there are units.
func TestSilenceNeedsFluctuations(t *testing.T) {
	ts := quiet("dense 60", "dense 60")
	ts.Images, ts.Validation, ts.Noise = 50, 20, 0
	tr, train, _, _ := trainer(t, ts, 2)
	silence(t, tr, train)
	if a := angle(tr.Net.Layers[1].Q, tr.Net.Layers[1].Y); a < 20 {
		t.Errorf("Q is at %.1f degrees to Y after 30 images without noise, which span at most 30 of 60 directions", a)
	}
}

// The same weights for any number of workers, and when silence and training are interrupted and go on from a
// checkpoint.
func TestSilenceIsResumed(t *testing.T) {
	for _, model := range []string{"rates", "spikes"} {
		t.Run(model, func(t *testing.T) {
			ts := quiet("dense 14", "dense 12")
			ts.Model, ts.Silence.Images = model, 200
			one, train, _, _ := trainer(t, ts, 1)
			silence(t, one, train)
			epochs(t, one, train)

			two, train, _, _ := trainer(t, ts, 2)
			enough := errors.New("enough")
			err := two.LearnInSilence(context.Background(), train, func() error {
				if two.Silent >= 90 {
					return enough
				}
				return nil
			})
			if !errors.Is(err, enough) || two.Silent >= 200 {
				t.Fatalf("%v after %d presentations", err, two.Silent)
			}
			saved := kept(t, two)
			three, train, _, _ := trainer(t, ts, 2)
			three.restore(saved)
			silence(t, three, train)
			epochs(t, three, train)
			if !equal(one.Net.Weights(), three.Net.Weights()) {
				t.Error("weights differ")
			}
		})
	}
}

// What cannot be learned in silence is refused, and a step that makes Q grow ends the training.
func TestSilenceRefusals(t *testing.T) {
	for key, set := range map[string]func(*Task){
		`feedback = "learned"`: func(ts *Task) { ts.Feedback = "learned" },
		"Y changes":            func(ts *Task) { ts.Feedback = "tied" },
		`model = "backprop"`:   func(ts *Task) { ts.Model = "backprop" },
		`control = "no_q"`:     func(ts *Task) { ts.Control = "no_q" },
	} {
		ts := quiet("dense 14", "dense 12")
		set(ts)
		if err := ts.Validate(); err == nil || !strings.Contains(err.Error(), key) || !strings.HasPrefix(err.Error(), `q = "silence"`) {
			t.Errorf("%s: %v", key, err)
		}
	}
	ts := quiet("dense 14", "dense 12")
	ts.Batch, ts.Step = 128, 2
	tr, train, _, _ := trainer(t, ts, 2)
	err := tr.LearnInSilence(context.Background(), train, func() error { return nil })
	if err == nil || !strings.Contains(err.Error(), "silence_step = 2") {
		t.Errorf("a step far above its bound: %v", err)
	}
}
