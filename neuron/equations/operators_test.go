package equations

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// meant is an expression of x and y with what it means, written from docs/equations.md and not from the compiler.
type meant struct {
	text string
	of   func(x, y float64) float64
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func pick(is bool, a, b float64) float64 {
	if is {
		return a
	}
	return b
}

// meanings has every operator and function of the language, alone and within others.
func meanings() []meant {
	list := []meant{
		{"x + y", func(x, y float64) float64 { return x + y }},
		{"x - y", func(x, y float64) float64 { return x - y }},
		{"-x - -y", func(x, y float64) float64 { return y - x }},
		{"x*y", func(x, y float64) float64 { return x * y }},
		{"x/y", func(x, y float64) float64 { return x / y }},
		{"3/x - y/4", func(x, y float64) float64 { return 3/x - y/4 }},
		{"-(x - y)*-x", func(x, y float64) float64 { return (x - y) * x }},
		{"2*(3*x)*(y*4)", func(x, y float64) float64 { return 24 * x * y }},
		{"x*y + y - x*(x - y)", func(x, y float64) float64 { return x*y + y - x*(x-y) }},
		{"abs(x)^y", func(x, y float64) float64 { return math.Pow(math.Abs(x), y) }},
		{"(0.1 + y^2)^x", func(x, y float64) float64 { return math.Pow(0.1+y*y, x) }},
		{"abs(x)^0.5", func(x, y float64) float64 { return math.Sqrt(math.Abs(x)) }},
		{"abs(x)^1.7", func(x, y float64) float64 { return math.Pow(math.Abs(x), 1.7) }},
		{"exp(x)", func(x, y float64) float64 { return math.Exp(x) }},
		{"exp(-x*y)", func(x, y float64) float64 { return math.Exp(-x * y) }},
		{"log(abs(x))", func(x, y float64) float64 { return math.Log(math.Abs(x)) }},
		{"sqrt(x^2 + y^2)", func(x, y float64) float64 { return math.Hypot(x, y) }},
		{"sin(x*y)", func(x, y float64) float64 { return math.Sin(x * y) }},
		{"cos(x - 2*y)", func(x, y float64) float64 { return math.Cos(x - 2*y) }},
		{"tanh(x)", func(x, y float64) float64 { return math.Tanh(x) }},
		{"cosh(x)", func(x, y float64) float64 { return math.Cosh(x) }},
		{"abs(x - y)", func(x, y float64) float64 { return math.Abs(x - y) }},
		{"exprel(x)", func(x, y float64) float64 { return pick(x == 0, 1, math.Expm1(x)/x) }},
		{"exprel(0.03*x)", func(x, y float64) float64 { return pick(x == 0, 1, math.Expm1(0.03*x)/(0.03*x)) }},
		{"exprel(x*y)", func(x, y float64) float64 { return pick(x*y == 0, 1, math.Expm1(x*y)/(x*y)) }},
		{"min(x, y)", func(x, y float64) float64 { return math.Min(x, y) }},
		{"max(x, y)", func(x, y float64) float64 { return math.Max(x, y) }},
		{"min(x, 2*y, 0.3)", func(x, y float64) float64 { return min(x, 2*y, 0.3) }},
		{"max(x*x, y, 0.3)", func(x, y float64) float64 { return max(x*x, y, 0.3) }},
		{"if(x < y, x^2, 3*y)", func(x, y float64) float64 { return pick(x < y, x*x, 3*y) }},
		{"if(x <= y, x + 1, y)", func(x, y float64) float64 { return pick(x <= y, x+1, y) }},
		{"if(x > y, 2*x, -y)", func(x, y float64) float64 { return pick(x > y, 2*x, -y) }},
		{"if(x >= y, x + 1, 5)", func(x, y float64) float64 { return pick(x >= y, x+1, 5) }},
		{"if(x == y, x + 1, y)", func(x, y float64) float64 { return pick(x == y, x+1, y) }},
		{"if(x != y, x + 1, y)", func(x, y float64) float64 { return pick(x != y, x+1, y) }},
		{"if(not (x < y), 7*x, y)", func(x, y float64) float64 { return pick(x >= y, 7*x, y) }},
		{"if(x < y and y > 0.5, x, 2)", func(x, y float64) float64 { return pick(x < y && y > 0.5, x, 2) }},
		{"if(x < y or y > 0.5, x, 2)", func(x, y float64) float64 { return pick(x < y || y > 0.5, x, 2) }},
		{"if(y < 0.5, 2*x + y, 3*x - 1)", func(x, y float64) float64 { return pick(y < 0.5, 2*x+y, 3*x-1) }},
		{"(2*x + y)/(1 + y^2) - x", func(x, y float64) float64 { return (2*x+y)/(1+y*y) - x }},
		{"1/(1 + exp(-x))*(y - x)", func(x, y float64) float64 { return (y - x) / (1 + math.Exp(-x)) }},
	}
	for _, n := range []int{0, 1, 2, 3, 5, 8, 15, 16, 17} {
		list = append(list, meant{fmt.Sprintf("(1.2 + x*y/9)^%d", n), func(x, y float64) float64 {
			return math.Pow(1.2+x*y/9,
				float64(n))
		}},
			meant{fmt.Sprintf("(1.2 + x*y/9)^-%d", n), func(x, y float64) float64 { return math.Pow(1.2+x*y/9, -float64(n)) }})
	}
	return list
}

// written compiles an expression, as the derivative of x.
func written(t *testing.T, text string) (*builder, value) {
	t.Helper()
	m, err := Compile(&Source{Equations: Text{S: "dx/dt = (" + text + ")/(1 ms) : 1\ny : 1"}})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	b := newBuilder(m, NewSpec(m).Values, nil)
	return b, b.derivative(0)
}

// points are pairs of numbers, among them equal ones, zeros, and some on both sides of the limits of series.
func points() (xs, ys []float64) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 40 {
		x, y := 4*r.Float64()-2, 4*r.Float64()-2
		xs, ys = append(xs, x, x, 0.1*x), append(ys, y, x, y)
	}
	return append(xs, 0, 1.25, 0.5, 0.0999, 0.1001, -0.0999), append(ys, 1.25, 0, 0.5, 1, 1, 1)
}

// evaluated computes a value in a precision, by the code of blocks if rows are given.
func evaluated[F float32 | float64](g *graph, v value, xs, ys []float64, by func(p *program, regs [][]F,
	n int)) []float64 {
	p := compileProgram(g, []value{v})
	regs := registers[F](p, len(xs))
	for k, l := range p.leaves {
		regs[k] = make([]F, len(xs))
		for i := range xs {
			regs[k][i] = F([]float64{xs[i], ys[i]}[l.index])
		}
	}
	by(p, regs, len(xs))
	out := make([]float64, len(xs))
	for i := range out {
		out[i] = float64(regs[p.outputs[0]][i])
	}
	return out
}

func off(got, want float64) float64 {
	if got == want || math.IsNaN(got) && math.IsNaN(want) {
		return 0
	}
	return math.Abs(got-want) / max(1, math.Abs(want))
}

// Every operator and function means what it says: in double precision, in single precision, in the rows of the vector
// code (the same bits), and where it is computed from numbers while it is compiled.
func TestOperatorsAndFunctions(t *testing.T) {
	xs, ys := points()
	name := map[string]*regexp.Regexp{"x": regexp.MustCompile(`\bx\b`), "y": regexp.MustCompile(`\by\b`)}
	vector := vectorRows()
	for _, c := range meanings() {
		b, v := written(t, c.text)
		wide := evaluated(b.g, v, xs, ys, func(p *program, regs [][]float64, n int) { run(p.code, regs, n) })
		single := evaluated(b.g, v, xs, ys, func(p *program, regs [][]float32, n int) { run(p.code, regs, n) })
		rows := evaluated(b.g, v, xs, ys, func(p *program, regs [][]float32, n int) { vector.run(p.code, regs, n) })
		for i := range xs {
			want := c.of(xs[i], ys[i])
			if math.IsInf(want, 0) || math.Abs(want) > 1e9 {
				continue
			}
			rounded := c.of(float64(float32(xs[i])), float64(float32(ys[i])))
			switch {
			case !(off(wide[i], want) < 1e-9):
				t.Errorf("%s at x = %v, y = %v: %v, want %v", c.text, xs[i], ys[i], wide[i], want)
			case !(off(single[i], rounded) < 2e-4):
				t.Errorf("%s at x = %v, y = %v in single precision: %v, want %v", c.text, xs[i], ys[i], single[i], rounded)
			case rows[i] != single[i] && rows[i] == rows[i]:
				t.Errorf("%s at x = %v, y = %v: %v by vector code, %v without", c.text, xs[i], ys[i], rows[i], single[i])
			}
			if i%7 > 0 {
				continue
			}
			text := name["x"].ReplaceAllString(c.text, fmt.Sprintf("(%v)", xs[i]))
			text = name["y"].ReplaceAllString(text, fmt.Sprintf("(%v)", ys[i]))
			folded, number := written(t, text)
			if got, ok := folded.g.isConst(number); !ok || !(off(got, want) < 1e-9) {
				t.Errorf("%s = %v (a constant: %v), want %v", text, got, ok, want)
			}
		}
	}
}

// Slopes, by which the integrator steers, are those of differences; and where an expression is said to be a x + b, it
// is.
func TestSlopes(t *testing.T) {
	xs, ys := points()
	double := func(p *program, regs [][]float64, n int) { run(p.code, regs, n) }
	linear := 0
	for _, c := range meanings() {
		b, v := written(t, c.text)
		l := b.g.linearIn(leaf{leafVar, 0})
		slopes := evaluated(b.g, l.slope(v, map[value]value{}), xs, ys, double)
		for i, x := range xs {
			const h = 1e-5
			y, bent := ys[i], c.of(x+h, ys[i])-2*c.of(x, ys[i])+c.of(x-h, ys[i])
			want := (c.of(x+h, y) - c.of(x-h, y)) / (2 * h)
			if math.Abs(bent/(h*h)) > 1e4 || math.Abs(want) > 1e4 || math.IsNaN(want+bent) || strings.Contains(c.text, "=") &&
				x == y {
				continue // a corner, a jump or a pole
			}
			tolerance := 1e-5
			if strings.Contains(c.text, "exprel") {
				tolerance = 1e-4
			}
			if !(off(slopes[i], want) < tolerance) {
				t.Errorf("slope of %s at x = %v, y = %v: %v, want %v", c.text, x, y, slopes[i], want)
			}
		}
		slope, rest, ok := l.split(v)
		if !ok {
			continue
		}
		linear++
		if l.depends(slope) || l.depends(rest) {
			t.Errorf("%s: the coefficients of x depend on x", c.text)
		}
		a, d := evaluated(b.g, slope, xs, ys, double), evaluated(b.g, rest, xs, ys, double)
		for i, x := range xs {
			if want := c.of(x, ys[i]); !math.IsInf(want, 0) && !(off(a[i]*x+d[i], want) < 1e-9) {
				t.Errorf("%s at x = %v, y = %v: %v x + %v, want %v", c.text, x, ys[i], a[i], d[i], want)
			}
		}
	}
	if linear < 9 {
		t.Errorf("%d expressions are linear in x", linear)
	}
}
