package numeric

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The standard library is the reference here; the tolerances are those that the comments state.
func TestAgainstStandardLibrary(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	worst := map[string]float64{}
	note := func(name string, got, want, limit float64) {
		e := math.Abs(got-want) / math.Max(math.Abs(want), 1e-300)
		worst[name] = math.Max(worst[name], e)
		if e > limit {
			t.Fatalf("%s: %v instead of %v, relative error %g above %g", name, got, want, e, limit)
		}
	}
	for range 200_000 {
		x := r.Float64()*1400 - 700
		note("Exp", Exp(x), math.Exp(x), 4e-16)
		y := math.Exp(r.Float64()*200 - 100)
		if math.Abs(y-1) > 1e-3 {
			note("Log", Log(y), math.Log(y), 5e-16)
		}
		f := float32(r.Float64()*170 - 85)
		note("Exp32", float64(Exp32(f)), math.Exp(float64(f)), 2e-7)
		u := float32(r.Float64())*0.99 + 1e-7
		if u < 0.9 {
			note("Log32", float64(Log32(u)), math.Log(float64(u)), 3e-7)
		} else if d := math.Abs(float64(Log32(u)) - math.Log(float64(u))); d > 1e-7 {
			t.Fatalf("Log32(%v) is off by %g", u, d)
		}
		turn := r.Float64()*20 - 10
		s, c := SinCosTurn(turn)
		ws, wc := math.Sincos(2 * math.Pi * turn)
		if math.Abs(s-ws) > 2e-14 || math.Abs(c-wc) > 2e-14 { // the reference rounds 2*pi*turn
			t.Fatalf("SinCosTurn(%v) = %v %v instead of %v %v", turn, s, c, ws, wc)
		}
	}
	t.Log("worst relative errors:", worst)
}

func TestEdges(t *testing.T) {
	for _, c := range []struct{ got, want float64 }{
		{Exp(0), 1}, {Exp(-1000), 0}, {Exp(1000), math.Inf(1)}, {Log(1), 0}, {Log(0), math.Inf(-1)},
		{float64(Exp32(0)), 1}, {float64(Log32(1)), 0}, {float64(Sigmoid32(0)), 0.5},
		{float64(Sigmoid32(1000)), 1},
	} {
		if c.got != c.want {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
	if v := Sigmoid32(-1000); v < 0 || v > 1e-37 {
		t.Errorf("Sigmoid32(-1000) = %v", v)
	}
	if !math.IsNaN(Log(-1)) || !math.IsNaN(Exp(math.NaN())) {
		t.Error("NaN is not passed on")
	}
}
