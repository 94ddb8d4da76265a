package deep

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// differences returns Y - γ W and Q - p_b Y of a layer.
func differences(tr *Trainer, layer int) (yw, qy []float64) {
	l := tr.Net.Layers[layer]
	for k, y := range l.Y {
		yw = append(yw, float64(y)-float64(tr.signedGain(layer))*float64(l.W[k]))
		qy = append(qy, float64(l.Q[k])-float64(tr.Net.PB)*float64(y))
	}
	return yw, qy
}

// What feedback is wrong by shrinks as exp(-F), F the sum of λ η over images, whatever the network saw and whatever
// the noise of its counts: in spikes, in the rate model, with momentum, in layers with learning rates of their own,
// and with feedback of the wrong sign.
func TestFeedbackForgetsItsStart(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*Task)
	}{{"spikes", func(*Task) {}}, {"few neurons", func(ts *Task) { ts.Neurons = 20 }},
		{"rates", func(ts *Task) { ts.Model = "rates" }},
		{"counts, momentum", func(ts *Task) { ts.Model, ts.Momentum = "counts", 0.8 }},
		{"wrong sign", func(ts *Task) { ts.Control = "flipped" }},
		{"convolution", func(ts *Task) {
			ts.Hidden, ts.Input, ts.ConvEta = []string{"conv 4 7 4", "conv 6 3 2", "dense 12"}, "current", 0.1
		}}} {
		t.Run(c.name, func(t *testing.T) {
			ts := small()
			ts.Images, ts.Validation, ts.Hidden, ts.Feedback = 180, 20, []string{"dense 14", "dense 12"}, "learned"
			ts.Start, ts.Fade, ts.FadeImages, ts.Decay, ts.Gain, ts.GainOutput = 1, 0.05, 90, 1e-4, 3, 5
			c.set(ts)
			tr, train, _, _ := trainer(t, ts, 2)
			var before [][2][]float64
			for l := 1; l < len(tr.Net.Layers); l++ {
				yw, qy := differences(tr, l)
				before = append(before, [2][]float64{yw, qy})
			}
			w := slices.Clone(tr.Net.Layers[1].W)
			epochs(t, tr, train)
			// The difference D of one synapse, in double precision: D += η B v, v = momentum v - λ D.
			left, v := 1.0, 0.0
			for at := 0; at < train.Len(); at += ts.Batch {
				b := min(ts.Batch, train.Len()-at)
				eta := ts.Eta * math.Pow(ts.Final, float64(at)/float64(train.Len())) * float64(b)
				lambda := ts.Decay + ts.Fade*math.Exp(-float64(at)/ts.FadeImages)
				v = ts.Momentum*v - lambda*left
				left += eta * v
			}
			if ts.Momentum == 0 && !(left > 0.4 && left < 0.9) {
				t.Fatalf("the test sees little: what is left is %g", left)
			}
			if slices.Equal(w, tr.Net.Layers[1].W) {
				t.Fatal("weights did not change")
			}
			for l := 1; l < len(tr.Net.Layers); l++ {
				yw, qy := differences(tr, l)
				factor := tr.factor(tr.Net.Layers[l].Projection)
				if ts.Momentum > 0 && factor != 1 {
					t.Fatal("not worked out")
				}
				for i, after := range [2][]float64{yw, qy} {
					for k, d := range after {
						if want := left * before[l-1][i][k]; math.Abs(d-want) > 3e-5*ts.GainOutput {
							t.Fatalf("layer %d, %s, synapse %d: %.7g, should be %.7g, was %.7g", l+1,
								[2]string{"Y - γ W", "Q - p_b Y"}[i], k, d, want, before[l-1][i][k])
						}
					}
				}
			}
		})
	}
}

// Feedback that is random or learned starts weak, and independent of the weights; Q of learned feedback is
// independent of Y too.
func TestFeedbackStartsIndependent(t *testing.T) {
	for _, kind := range []string{"learned", "random"} {
		ts := small()
		ts.Images, ts.Validation, ts.Hidden, ts.Feedback = 80, 20, []string{"dense 60", "dense 60"}, kind
		tr, _, _, _ := trainer(t, ts, 1)
		l := tr.Net.Layers[1]
		pairs := map[string][2][]float32{"Y, W": {l.Y, l.W}}
		size := 1.0
		if kind == "learned" {
			pairs["Q, W"], pairs["Q, Y"] = [2][]float32{l.Q, l.W}, [2][]float32{l.Q, l.Y}
			size = ts.Start
		}
		for name, p := range pairs {
			if a := angle(p[0], p[1]); math.Abs(a-90) > 4 { // 90 +- 0.95 degrees for 3600 synapses
				t.Errorf("%s: %s at %.1f degrees", kind, name, a)
			}
		}
		if got, want := norm(l.Y), size*ts.Gain*norm(l.W); math.Abs(got/want-1) > 0.1 {
			t.Errorf("%s: Y has a norm of %g, should be about %g", kind, got, want)
		}
	}
}

// No forward weight reaches Y or Q but through what units do: with other weights of the first layers and the same
// counts, Y and Q are the same. The counts are those of a batch that is made up.
func TestFeedbackSeesOnlyCounts(t *testing.T) {
	var want [][]float32
	for _, gain := range []float64{3.6, 1} { // of the initial weights
		ts := small()
		ts.Images, ts.Validation, ts.Hidden, ts.Feedback, ts.Model = 80, 20, []string{"dense 14", "dense 12"}, "learned",
			"rates"
		ts.WGain, ts.Gain = gain, 12/gain
		tr, _, _, _ := trainer(t, ts, 1)
		ts.Gain = 12 // the same start of Y and Q, and the same gain of what they learn
		for n := range 20 {
			for l := range tr.batch.Changes {
				for k := range tr.batch.Changes[l].W {
					tr.batch.Changes[l].W[k] = float32(math.Sin(float64(n*7919 + l*104729 + k)))
				}
			}
			tr.change(0.1)
		}
		var got [][]float32
		for _, l := range tr.Net.Layers[1:] {
			got = append(got, l.Y, l.Q)
		}
		if want == nil {
			want = got
			continue
		}
		for i := range got {
			for k := range got[i] {
				if math.Abs(float64(got[i][k]-want[i][k])) > 1e-5 {
					t.Fatalf("%s differ where only W differs: %g, %g", [2]string{"Y", "Q"}[i%2], got[i][k], want[i][k])
				}
			}
		}
	}
}

// What Q fails to cancel is measured as it is: with Q = p_b Y + δ p_b Y it is δ times what Q cancels, and without Q
// all of it.
func TestResidue(t *testing.T) {
	for _, model := range []string{"spikes", "rates"} {
		t.Run(model, func(t *testing.T) {
			ts := small()
			ts.Hidden, ts.Feedback, ts.Q, ts.Model = []string{"dense 14", "dense 12"}, "random", "start", model
			tr, train, _, _ := trainer(t, ts, 2)
			batch := []int{1, 2, 3, 4, 5, 6}
			measure := func(share float32) (r []float64) {
				for _, l := range tr.Net.Layers[1:] {
					for k, y := range l.Y {
						l.Q[k] = float32(tr.Net.PB * y * (1 + share))
					}
				}
				tr.Net.Pack(true)
				for _, c := range tr.check(train, batch) {
					r = append(r, c.Residue)
				}
				return r
			}
			if r := measure(0); r[0] > 1e-6 || r[1] > 1e-6 || r[2] != 0 {
				t.Errorf("exact Q: %g", r)
			}
			one, all := measure(0.01), measure(-1)
			for l := range 2 {
				// Activations do not depend on Q: they are the same in both.
				if all[l] < 0.05 || math.Abs(one[l]/all[l]-0.01) > 1e-4 {
					t.Errorf("layer %d: %s", l+1, fmt.Sprint(one[l], all[l]))
				}
			}
		})
	}
}
