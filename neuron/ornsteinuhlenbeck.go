package neuron

import (
	"math"

	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// OrnsteinUhlenbeck is a fluctuating current, private to every neuron of a population, into one of its ports:
//
//	τ dI/dt = -(I-μ) + σ √(2τ) ξ(t)
//
// a Gaussian process of mean μ, standard deviation σ and autocorrelation σ² exp(-|t|/τ), stationary from the start.
// The process is sampled exactly at the ends of steps and runs linearly in between, which makes the variance of
// its time average within steps smaller by a fraction of about h/(3τ). Normal number i of entity k is that of
// neuron i in step number k since time 0.
type OrnsteinUhlenbeck struct {
	Mean  float64 `toml:"mean" unit:"pA" range:"[-1e6, 1e6]" doc:"mean μ of the current"`
	Sigma float64 `toml:"sigma" unit:"pA" range:"[0, 1e6]" doc:"standard deviation σ of the current"`
	Tau   float64 `toml:"tau" unit:"ms" range:"(0, inf)" doc:"correlation time τ"`
}

// DefaultOrnsteinUhlenbeck returns noise of no mean, 450 pA and 2 ms (Naud & Sprekeler 2018).
func DefaultOrnsteinUhlenbeck() *OrnsteinUhlenbeck {
	return &OrnsteinUhlenbeck{Sigma: 450, Tau: 2}
}

// Validate implements BackgroundSpec.
func (s *OrnsteinUhlenbeck) Validate() error {
	return first(
		Const(s.Mean).require("mean", "pA", -1e6, 1e6, false),
		Const(s.Sigma).require("sigma", "pA", 0, 1e6, false),
		Const(s.Tau).require("tau", "ms", 0, math.Inf(1), true),
	)
}

// New implements BackgroundSpec.
func (s *OrnsteinUhlenbeck) New(b Build, target Target) (Background, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	decay := numeric.Exp(-b.Step.Milliseconds() / s.Tau)
	o := &ornsteinUhlenbeck{build: b, port: target.Port, mean: float32(s.Mean), sigma: float32(s.Sigma),
		decay: float32(decay), kick: float32(s.Sigma * math.Sqrt(1-float64(decay*decay))), x: make([]float32, b.N)}
	o.Reset()
	return o, nil
}

type ornsteinUhlenbeck struct {
	build       Build
	port        int
	mean, sigma float32
	decay, kick float32   // of I-μ over a step; size of its random part
	x           []float32 // I - μ
}

// Fill implements Background.
func (o *ornsteinUhlenbeck) Fill(r Range, w spike.Window, in *Input) {
	d := &in.Drives[o.port]
	var words [fillBlock]uint32
	var z [fillBlock]float32
	for s := range in.Steps {
		entity := uint64(w.From/in.Step) + uint64(s)
		for lo := r.Lo; lo < r.Hi; lo += fillBlock {
			n := min(fillBlock, r.Hi-lo)
			o.build.Key.Fill(words[:(n+3)/4*4], entity, uint64(lo)/4)
			normals(&z, &words, (n+3)/4)
			at := s*in.Len + lo - r.Lo
			o.fluctuate(o.x[lo:lo+n], d.OwnStart[at:at+n], d.OwnEnd[at:at+n], z[:n])
		}
	}
}

// fluctuate takes currents through a step with normal numbers z and adds them to the currents at both of its ends.
func (o *ornsteinUhlenbeck) fluctuate(x, start, end, z []float32) {
	for j := fluctuate(x, start, end, z, o.decay, o.kick, o.mean); j < len(x); j++ {
		start[j] += x[j] + o.mean
		x[j] = float32(x[j]*o.decay) + float32(o.kick*z[j])
		end[j] += x[j] + o.mean
	}
}

// normals turns 4 n words into as many standard normal numbers.
func normals(z *[fillBlock]float32, words *[fillBlock]uint32, n int) {
	for j := putNormals(z[:4*n], words[:4*n]) / 4; j < n; j++ {
		*(*[4]float32)(z[4*j:]) = normal4([4]uint32(words[4*j:]))
	}
}

// normal4 turns four words into four standard normal numbers (Box & Muller 1958).
func normal4(w [4]uint32) (z [4]float32) {
	for j := 0; j < 4; j += 2 {
		r := sqrt32(-2 * numeric.Log32((float32(w[j]>>8)+0.5)*(1.0/(1<<24))))
		s, c := sinCos32(w[j+1])
		z[j], z[j+1] = float32(r*c), float32(r*s)
	}
	return z
}

func sqrt32(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// sinCos32 returns sine and cosine of the angle w/2^32 turns, absolute error below 2e-7.
func sinCos32(w uint32) (sin, cos float32) {
	q := (w + 1<<29) >> 30 // nearest quarter turn
	x := float32(int32(w-q<<30)) * float32(2*math.Pi/(1<<32))
	z := float32(x * x) // |x| <= pi/4: the Taylor series' remainders are below 1e-7
	s := numeric.Madd32(z, numeric.Madd32(z, numeric.Madd32(z, -1.0/5040, 1.0/120), -1.0/6), 1)
	s = float32(s * x)
	c := numeric.Madd32(z, numeric.Madd32(z, numeric.Madd32(z, numeric.Madd32(z, 1.0/40320, -1.0/720), 1.0/24), -0.5), 1)
	switch q & 3 {
	case 1:
		return c, -s
	case 2:
		return -s, -c
	case 3:
		return -c, s
	}
	return s, c
}

// Columns implements Background.
func (o *ornsteinUhlenbeck) Columns() []Column {
	return []Column{{Name: "current", Unit: "pA", Data: o.x, Offset: float64(o.mean)}}
}

// Reset implements Background.
func (o *ornsteinUhlenbeck) Reset() {
	key := o.build.Key.Sub("initial")
	for i := range o.x {
		o.x[i] = float32(float64(o.sigma) * key.Normal(uint64(i), 0))
	}
}
