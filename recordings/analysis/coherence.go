package analysis

import (
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/dsp/window"
)

// Welch estimates how two sampled series hang together at each frequency (Welch 1967): the series are cut into
// segments that overlap by half, each loses its mean and gets a Hann window, and the spectra are averaged. Series
// may be fed in pieces; memory is a few segments.
//
// Coherence |Sxy|²/(Sxx Syy) is 1 where y is a linear function of x and 0 where they have nothing in common. It
// says at which frequencies a population transmits an input (Naud & Sprekeler 2018).
type Welch struct {
	n       int // samples in a segment
	dt      float64
	taper   []float64
	fft     *fourier.FFT
	x, y    []float64 // samples of the open segment
	wx, wy  []float64 // scratch
	fx, fy  []complex128
	sxx     []float64
	syy     []float64
	sxy     []complex128
	used    int
	skipped int
}

// NewWelch takes segments of n samples (at least 4) that are dt seconds apart: the resolution is 1/(n dt) Hz.
// More segments make the estimate surer, longer ones make it finer.
func NewWelch(n int, dt float64) *Welch {
	if n < 4 || !(dt > 0) {
		panic("analysis: Welch needs at least 4 samples per segment and a positive step")
	}
	w := &Welch{n: n, dt: dt, taper: make([]float64, n), fft: fourier.NewFFT(n)}
	for i := range w.taper {
		w.taper[i] = 1
	}
	window.Hann(w.taper)
	bins := n/2 + 1
	w.wx, w.wy = make([]float64, n), make([]float64, n)
	w.x, w.y = make([]float64, 0, n), make([]float64, 0, n)
	w.fx, w.fy = make([]complex128, bins), make([]complex128, bins)
	w.sxx, w.syy, w.sxy = make([]float64, bins), make([]float64, bins), make([]complex128, bins)
	return w
}

// Add appends samples of both series. Samples that do not fill a segment at the end are not used. A segment with
// a NaN (a bin without events has no burst probability) is skipped and counted in Spectrum.Skipped.
func (w *Welch) Add(x, y []float64) {
	if len(x) != len(y) {
		panic("analysis: series of different length")
	}
	for len(x) > 0 {
		k := min(w.n-len(w.x), len(x))
		w.x, w.y = append(w.x, x[:k]...), append(w.y, y[:k]...)
		x, y = x[k:], y[k:]
		if len(w.x) == w.n {
			w.segment()
			half := copy(w.x, w.x[w.n/2:])
			copy(w.y, w.y[w.n/2:])
			w.x, w.y = w.x[:half], w.y[:half]
		}
	}
}

func (w *Welch) segment() {
	mx, my := mean(w.x), mean(w.y)
	if math.IsNaN(mx) || math.IsNaN(my) {
		w.skipped++
		return
	}
	for i, t := range w.taper {
		w.wx[i], w.wy[i] = t*(w.x[i]-mx), t*(w.y[i]-my)
	}
	w.fft.Coefficients(w.fx, w.wx)
	w.fft.Coefficients(w.fy, w.wy)
	for i := range w.sxy {
		w.sxx[i] += real(w.fx[i])*real(w.fx[i]) + imag(w.fx[i])*imag(w.fx[i])
		w.syy[i] += real(w.fy[i])*real(w.fy[i]) + imag(w.fy[i])*imag(w.fy[i])
		w.sxy[i] += cmplx.Conj(w.fx[i]) * w.fy[i]
	}
	w.used++
}

func mean(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s / float64(len(x))
}

// Spectrum is the relation of y to x by frequency. Frequency 0 is left out: every segment has lost its mean.
type Spectrum struct {
	Frequency []float64 // Hz
	Coherence []float64 // 0 to 1
	Gain      []float64 // |Sxy|/Sxx, units of y per unit of x
	Phase     []float64 // of y against x, radians, negative when y lags
	PowerX    []float64 // one-sided power density of x, units of x squared per Hz
	PowerY    []float64 // the same of y
	Segments  int       // averaged
	Skipped   int       // left out because of a NaN
	Effective float64   // independent segments with the same variance: overlapping ones are correlated
}

// Spectrum returns the estimate from all segments so far. With fewer than two segments coherence would be 1
// whatever the data, so everything is NaN.
func (w *Welch) Spectrum() Spectrum {
	s := Spectrum{Segments: w.used, Skipped: w.skipped, Effective: w.effective()}
	energy := 0.0
	for _, t := range w.taper {
		energy += t * t
	}
	for i := 1; i < len(w.sxy); i++ {
		scale := 2 * w.dt / (energy * float64(w.used))
		if 2*i == w.n { // the Nyquist frequency has no mirror image
			scale /= 2
		}
		magnitude := cmplx.Abs(w.sxy[i])
		coherence, gain, phase := magnitude*magnitude/(w.sxx[i]*w.syy[i]), magnitude/w.sxx[i], cmplx.Phase(w.sxy[i])
		if w.used < 2 {
			coherence, gain, phase = math.NaN(), math.NaN(), math.NaN()
		}
		s.Frequency = append(s.Frequency, float64(i)/(float64(w.n)*w.dt))
		s.Coherence = append(s.Coherence, coherence)
		s.Gain = append(s.Gain, gain)
		s.Phase = append(s.Phase, phase)
		s.PowerX = append(s.PowerX, scale*w.sxx[i])
		s.PowerY = append(s.PowerY, scale*w.syy[i])
	}
	return s
}

// effective divides the number of segments by the variance that the overlap of neighbours adds (Welch 1967).
func (w *Welch) effective() float64 {
	if w.used == 0 {
		return 0
	}
	energy, overlap := 0.0, 0.0
	step := w.n / 2 // from one segment to the next
	for i, t := range w.taper {
		energy += t * t
		if i+step < w.n {
			overlap += t * w.taper[i+step]
		}
	}
	rho := overlap / energy
	k := float64(w.used)
	return k / (1 + 2*(k-1)/k*rho*rho)
}

// Level returns the coherence that two unrelated series exceed at one frequency with probability 1-confidence:
// 1 - (1-confidence)^(1/(L-1)) for L independent segments. It is 1 when there are too few segments to tell.
func (s Spectrum) Level(confidence float64) float64 {
	if s.Effective <= 1 {
		return 1
	}
	return 1 - math.Pow(1-confidence, 1/(s.Effective-1))
}

// Interpolate returns x with runs of NaN replaced by straight lines between their neighbours (at the ends, by the
// nearest value), and how many values were made up. A series of NaN only stays as it is.
func Interpolate(x []float64) (filled []float64, made int) {
	filled = append([]float64(nil), x...)
	last := -1
	for i, v := range x {
		if math.IsNaN(v) {
			made++
			continue
		}
		for k := last + 1; k < i; k++ {
			if filled[k] = v; last >= 0 {
				filled[k] = x[last] + (v-x[last])*float64(k-last)/float64(i-last)
			}
		}
		last = i
	}
	for k := last + 1; k < len(x) && last >= 0; k++ {
		filled[k] = x[last]
	}
	return filled, made
}
