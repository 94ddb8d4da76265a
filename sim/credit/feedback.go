package credit

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/plasticity/reference"
	"github.com/burstplex/burstplex/sim/task"
)

// course is a point of the learning of feedback weights: how far Q is from p_b Y, or Y from W, in degrees.
type course struct {
	What  string // "Q", "taught Q" (learned while a teacher is on) or "Y"
	Seed  uint64
	Step  int
	Layer int // whose feedback weights from above they are
	Angle float64
	RMS   float64 // apical drive, root mean square over units and presentations of the rate model
}

// learnEvents is K while feedback is learned: noise averages out over the steps.
const learnEvents = 300

// learnQ lets Q learn from a random start by dQ = η e a, without or with a teacher, and measures the angles again
// at the end.
func (g *Gradient) learnQ(ctx context.Context, r *task.Run, out *[]result, start problem, teacher bool,
	seed uint64) ([]course, error) {
	p, what := start, "Q"
	if teacher {
		what = "taught Q"
	}
	own := *start.BurstCCN
	p.BurstCCN = &own
	p.Q = make([]*mat.Dense, len(start.Q))
	for l := 2; l < len(p.Sizes); l++ {
		p.Q[l] = mat.DenseCopyOf(start.Q[l])
	}
	var courses []course
	s := g.settings(learnEvents)
	for step := range g.Learn {
		q := g.fresh(p, seed, step)
		if step%10 == 0 || step == g.Learn-1 {
			courses = append(courses, g.distance(what, q, seed, step)...)
		}
		u, err := q.learn(ctx, r, s, teacher, rng.New(seed, "learn "+what, fmt.Sprint(step)))
		if err != nil {
			return nil, err
		}
		dQ := u.dQ
		for l := 2; l < len(p.Sizes); l++ {
			dQ[l].Scale(0.5/float64(p.Sizes[l]), dQ[l]) // stable: the largest eigenvalue of E[e eᵀ] is below the number of units
			p.Q[l].Add(p.Q[l], dQ[l])
		}
	}
	return courses, g.measure(ctx, r, out, map[bool]string{false: "learned Q", true: "taught Q"}[teacher], p, g.Gain,
		g.AtK, seed)
}

// fresh returns the problem with new inputs and targets: feedback must not be learned for one batch.
func (g *Gradient) fresh(p problem, seed uint64, step int) problem {
	q := g.problem(len(p.Sizes)-2, g.Gain, seed+uint64(step+1)*1_000_003)
	q.BurstCCN = p.BurstCCN
	return q
}

// learnY lets Y follow W from a random start (Kolen & Pollack): both change by the same product of burst deviation
// above and events below, and decay alike; Q = p_b Y.
func (g *Gradient) learnY(ctx context.Context, r *task.Run, out *[]result, seed uint64) ([]course, error) {
	p := g.problem(g.Hidden, g.Gain, seed)
	p.BurstCCN = reference.RandomFeedback(p.Network, g.PB, g.Gain/math.Sqrt(float64(g.Units)), rng.New(seed, "feedback"))
	const eta, decay = 1.0, 0.01
	s := g.settings(learnEvents)
	var courses []course
	for step := range g.Learn {
		q := g.fresh(p, seed, step)
		if step%10 == 0 || step == g.Learn-1 {
			courses = append(courses, g.distance("Y", q, seed, step)...)
		}
		u, err := q.learn(ctx, r, s, true, rng.New(seed, "learn Y", fmt.Sprint(step)))
		if err != nil {
			return nil, err
		}
		for l := 1; l < len(p.Sizes); l++ {
			p.W[l].Scale(1-decay, p.W[l])
			u.W[l].Scale(eta, u.W[l])
			p.W[l].Add(p.W[l], u.W[l])
			if l > 1 {
				p.Y[l].Scale(1-decay, p.Y[l])
				u.W[l].Scale(g.Gain, u.W[l])
				p.Y[l].Add(p.Y[l], u.W[l])
				p.Q[l].Scale(g.PB, p.Y[l])
			}
		}
	}
	return courses, g.measure(ctx, r, out, "learned Y", p, g.Gain, g.AtK, seed)
}

// distance measures how far feedback weights are from where they should be.
func (g *Gradient) distance(what string, p problem, seed uint64, step int) (all []course) {
	_, apical, _ := p.Update(p.Forward(p.input), nil)
	for l := 2; l < len(p.Sizes); l++ {
		c := course{What: what, Seed: seed, Step: step, Layer: l - 1}
		if what != "Y" {
			best := &mat.Dense{}
			best.Scale(g.PB, p.Y[l])
			c.Angle = reference.Angle(p.Q[l], best)
		} else {
			c.Angle = reference.Angle(p.Y[l], p.W[l])
		}
		rows, cols := apical[l-1].Dims()
		c.RMS = mat.Norm(apical[l-1], 2) / math.Sqrt(float64(rows*cols))
		all = append(all, c)
	}
	return all
}

// drift is what a batch changes without a teacher, relative to what it changes with one: the mean over weights,
// which must vanish, and its standard error over presentations.
type drift struct {
	Seed            uint64
	Layer           int
	Mean, Sem, Size float64
}

func (g *Gradient) drift(ctx context.Context, r *task.Run, seed uint64) ([]drift, error) {
	p := g.problem(g.Hidden, g.Gain, seed)
	off, err := p.learn(ctx, r, g.settings(g.AtK), false, rng.New(seed, "drift"))
	if err != nil {
		return nil, err
	}
	on, err := p.learn(ctx, r, g.settings(g.AtK), true, rng.New(seed, "drift"))
	if err != nil {
		return nil, err
	}
	var all []drift
	for l := 1; l < len(p.Sizes); l++ {
		rows, cols := off.W[l].Dims()
		n := float64(rows * cols)
		var means []float64 // changes of the weights of a unit go together, presentations are independent
		for _, part := range off.parts {
			means = append(means, mat.Sum(part.W[l])/n)
		}
		mean, sd := stat.MeanStdDev(means, nil)
		all = append(all, drift{Seed: seed, Layer: l, Mean: mean, Sem: stat.StdErr(sd, float64(len(means))),
			Size: mat.Norm(on.W[l], 2) / math.Sqrt(n)})
	}
	return all, nil
}
