package analysis_test

import (
	"errors"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings/analysis"
	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestSavedStateGoesOn: put down anywhere in the stream, also within a burst, and taken up by another accumulator, the
// result is that of the whole stream.
func TestSavedStateGoesOn(t *testing.T) {
	events := stream(21, 600)
	kept := 0
	for name, make := range all {
		whole, want := make()
		whole.Add(events)
		for _, cut := range []int{0, 1, 250, 251, 252, 253, 600} {
			first, _ := make()
			first.Add(events[:cut])
			state, err := Save(first)
			if err != nil {
				break // not among those that can be saved
			}
			kept++
			rest, got := make()
			if err := Load(rest, state); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			rest.Add(events[cut:])
			if d := gocmp.Diff(want(), got(), cmpopts.EquateNaNs()); d != "" {
				t.Errorf("%s, cut at %d: %s", name, cut, d)
			}
		}
	}
	if kept < 7*5 {
		t.Errorf("only %d states were kept", kept)
	}
	state, err := Save(NewRates(twoPops, Whole(span)))
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []Accumulator{NewRates(twoPops, NewBins(span, spike.Millisecond)),
		NewRates(twoPops[:1], Whole(span)), NewRaster(nil, span, 1)} {
		if err := Load(other, state); !errors.Is(err, ErrState) {
			t.Errorf("a state of other bins or neurons: %v", err)
		}
	}
	if _, err := Save(NewCounts(twoPops, span)); err == nil {
		t.Error("what cannot be saved was")
	}
}
