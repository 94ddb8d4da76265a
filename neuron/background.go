package neuron

import "math"

// PoissonBackground is private Poisson input: every neuron of a population has Sources independent Poisson trains of
// Rate that end on one of its channels with Weight. The trains of one neuron are simulated as their superposition, a
// Poisson train of rate Sources x Rate.
//
// Below half an arrival per neuron and step, arrivals have exact times, which do not depend on the step. By
// superposition and random thinning, 256 independent trains of rate r are one train of rate 256 r whose arrivals
// go to random ones of the 256. Given how many arrivals that train has in an interval, their times are independent and
// uniform in it. So a block of neurons draws a Poisson count for each of a fixed sequence of intervals, and one word
// per arrival, which gives time and target: no logarithm, no order, no state. Above, integer Poisson counts are
// drawn per neuron and step, and the k arrivals of a step are spread evenly over it.
type PoissonBackground struct {
	Rate    float64 `toml:"rate" unit:"Hz" range:"[0, 1e6]" doc:"rate of each source"`
	Weight  float64 `toml:"weight" doc:"weight of an arrival, in the unit of the channel"`
	Sources int     `toml:"sources" range:"[0, 1e6]" doc:"number of sources per neuron"`
}

// Weights implements Weighted.
func (s *PoissonBackground) Weights() (lo, hi float64) { return s.Weight, s.Weight }

// DefaultPoissonBackground returns the background of Payeur et al. (2021): one source of 500 Hz per neuron, of weight
// 0.35.
func DefaultPoissonBackground() *PoissonBackground {
	return &PoissonBackground{Rate: 500, Weight: 0.35, Sources: 1}
}

// Validate implements BackgroundSpec.
func (s *PoissonBackground) Validate() error {
	return first(
		Const(s.Rate).require("rate", "Hz", 0, 1e6, false),
		Const(float64(s.Sources)).require("sources", "", 0, 1e6, false),
		Const(s.Weight).require("weight", "", -math.MaxFloat32, math.MaxFloat32, false),
	)
}

const (
	// blockSize neurons share one train of arrivals, wherever shards begin.
	blockSize = 1 << blockBits
	blockBits = 8
	// countsFrom is the number of arrivals per neuron and step from which counts are drawn: a count costs
	// less than half an arrival.
	countsFrom = 0.5
	// mostPerStep is the mean count that the table of counts can hold.
	mostPerStep = 1e4
)

// New implements BackgroundSpec.
func (s *PoissonBackground) New(b Build, target Target) (Background, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	rate := s.Rate * float64(s.Sources)
	perStep := rate * b.Step.Seconds()
	if perStep > mostPerStep {
		return nil, &ParameterError{Key: "rate", Value: s.Rate, Unit: "Hz", Reason: "too many arrivals per step",
			Allowed: interval(0, mostPerStep/b.Step.Seconds()/float64(s.Sources), false) + " Hz"}
	}
	a := arrivals{build: b, channel: target.Channel, kernel: target.Kernel, weight: float32(s.Weight)}
	if perStep >= countsFrom {
		return newCounted(a, perStep), nil
	}
	return newTimed(a, rate), nil
}

// arrivals is what both kinds of Poisson background share.
type arrivals struct {
	build   Build
	channel int
	kernel  Kernel
	weight  float32
}
