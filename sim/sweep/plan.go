package sweep

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
)

// Spec says what is varied. The zero values of Seeds, Seed and Samples leave them to the file.
type Spec struct {
	Vary       []string // see ParseAxis
	File       string   // CSV: a header of keys, then a line for each point; its keys move together
	Sample     string   // "grid" (or ""): all combinations; "random", "latin-hypercube"
	Samples    int      // points that are drawn
	SampleSeed uint64
	Seeds      int
	Seed       *uint64
	Measures   []string // see Measure
}

// Samplings are the ways to choose points.
func Samplings() []string { return []string{"grid", "random", "latin-hypercube"} }

// Plan is a sweep as sweep.json keeps it.
type Plan struct {
	Program  string   `json:"program"`
	Keys     []string `json:"keys"`
	Units    []string `json:"units"` // of the values in tables; "" where values have none, or different ones
	Axes     []int    `json:"axes"`  // how many keys each axis has
	Seed     uint64   `json:"seed"`
	Seeds    int      `json:"seeds"`
	Measures []string `json:"measures,omitempty"`
	Points   []Point  `json:"points"`
}

// Point is one setting of the keys.
type Point struct {
	Number int      `json:"point"`  // from 1
	Values []string `json:"values"` // of Plan.Keys, as --set takes them; "": not set
}

// overrides are the point as --set.
func (p *Plan) overrides(pt Point) (set []string) {
	for k, v := range pt.Values {
		if v != "" {
			set = append(set, p.Keys[k]+"="+v)
		}
	}
	return set
}

// String names a point for people.
func (p *Plan) name(pt Point) string {
	return fmt.Sprintf("point %d (%s)", pt.Number, strings.Join(p.overrides(pt), ", "))
}

// dir is the result directory of a point.
func (pt Point) dir(sweep string) string {
	return filepath.Join(sweep, "points", fmt.Sprintf("%04d", pt.Number))
}

const planFile = "sweep.json"

// Merged is the spec with what the [sweep] table of the experiment says where the spec says nothing.
func (s Spec) Merged(x *experiment.Experiment) Spec {
	t := x.Sweep
	if t == nil {
		return s
	}
	if len(s.Vary) == 0 && s.File == "" {
		s.Vary = t.Vary
		if s.File = t.File; s.File != "" && !filepath.IsAbs(s.File) && x.Source() != "" {
			s.File = filepath.Join(filepath.Dir(x.Source()), s.File)
		}
	}
	if s.Sample == "" {
		s.Sample = t.Sample
	}
	if s.Samples == 0 {
		s.Samples = t.Samples
	}
	if s.SampleSeed == 0 {
		s.SampleSeed = t.SampleSeed
	}
	if s.Seeds == 0 {
		s.Seeds = t.Seeds
	}
	if len(s.Measures) == 0 {
		s.Measures = t.Measure
	}
	return s
}

// New plans a sweep of an experiment. The spec wins over what the experiment's [sweep] says.
func New(program string, x *experiment.Experiment, s Spec) (*Plan, error) {
	s = s.Merged(x)
	if !slices.Contains(append(Samplings(), ""), s.Sample) {
		return nil, &config.Error{File: "--sample", Value: s.Sample, Reason: "there is no such way to choose points",
			Allowed: strings.Join(Samplings(), ", ")}
	}
	drawn := s.Sample != "" && s.Sample != "grid"
	if drawn && s.Samples < 1 {
		return nil, &config.Error{File: "--samples", Reason: "how many points are to be drawn?", Allowed: "a number above 0"}
	}
	if !drawn && s.Samples != 0 {
		return nil, &config.Error{File: "--samples", Reason: "a grid has as many points as its values make",
			Allowed: "with --sample=random or latin-hypercube"}
	}
	var axes []Axis
	if s.File != "" {
		a, err := readPoints(s.File)
		if err != nil {
			return nil, err
		}
		axes = append(axes, a)
	}
	for _, v := range s.Vary {
		a, err := ParseAxis(v, drawn)
		if err != nil {
			return nil, err
		}
		axes = append(axes, a)
	}
	if len(axes) == 0 {
		return nil, &config.Error{File: "--vary", Reason: "nothing is varied",
			Allowed: "--vary KEY=VALUES, a file of points, or a [sweep] table in the experiment"}
	}
	p := &Plan{Program: program, Seed: x.Experiment.Seed, Seeds: x.Experiment.Seeds, Measures: s.Measures}
	if s.Seed != nil {
		p.Seed = *s.Seed
	}
	if s.Seeds != 0 {
		p.Seeds = s.Seeds
	}
	for _, a := range axes {
		for _, key := range a.Keys {
			if slices.Contains(p.Keys, key) {
				return nil, &config.Error{File: "--vary", Key: key, Reason: "is varied twice"}
			}
		}
		p.Keys, p.Axes = append(p.Keys, a.Keys...), append(p.Axes, len(a.Keys))
	}
	var all [][]string
	var err error
	if drawn {
		all = draw(axes, s)
	} else if all, err = grid(axes); err != nil {
		return nil, err
	}
	for i, values := range all {
		for k, v := range values {
			values[k] = placed(x, v)
		}
		p.Points = append(p.Points, Point{i + 1, values})
	}
	for k := range p.Keys {
		p.Units = append(p.Units, p.unit(k))
	}
	for _, m := range s.Measures {
		if err := checkMeasure(x, m); err != nil {
			return nil, err
		}
	}
	return p, p.check(x)
}

// check refuses a sweep of which no point is right: a key is misspelt, say. Where some are wrong, the others are run
// all the same.
func (p *Plan) check(x *experiment.Experiment) (first error) {
	for _, pt := range p.Points {
		_, err := x.With(p.overrides(pt)...)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// placed makes the name of a file that lies beside the experiment absolute: points are read from another directory.
func placed(x *experiment.Experiment, value string) string {
	if x.Source() == "" || value == "" || filepath.IsAbs(value) {
		return value
	}
	path := filepath.Join(filepath.Dir(x.Source()), strings.Trim(value, `"'`))
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return value
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return value
	}
	return strconv.Quote(absolute)
}

// unit is what all values of a key have in common.
func (p *Plan) unit(k int) string {
	unit, first := "", true
	for _, pt := range p.Points {
		_, u, ok := split(pt.Values[k])
		if !ok || !first && u != unit {
			return ""
		}
		unit, first = u, false
	}
	return unit
}

// grid returns all combinations; the last axis moves fastest.
func grid(axes []Axis) ([][]string, error) {
	all := [][]string{nil}
	for _, a := range axes {
		var next [][]string
		if len(all)*len(a.Values) > mostPoints {
			return nil, &config.Error{File: "--vary", Reason: "these are too many points",
				Allowed: fmt.Sprintf("at most %d", mostPoints)}
		}
		for _, before := range all {
			for _, step := range a.Values {
				next = append(next, slices.Concat(before, step))
			}
		}
		all = next
	}
	return all, nil
}

// draw returns points that are drawn: independently, or so that each of the n equal parts of every axis holds one
// (Latin hypercube; McKay, Beckman & Conover 1979).
func draw(axes []Axis, s Spec) [][]string {
	r := rand.New(rand.NewPCG(s.SampleSeed, 0x5eed))
	all := make([][]string, s.Samples)
	for _, a := range axes {
		parts := r.Perm(s.Samples)
		for i := range all {
			share := r.Float64()
			if s.Sample == "latin-hypercube" {
				share = (float64(parts[i]) + share) / float64(s.Samples)
			}
			if a.Ranges == nil {
				all[i] = append(all[i], a.Values[min(int(share*float64(len(a.Values))), len(a.Values)-1)]...)
				continue
			}
			for _, of := range a.Ranges {
				all[i] = append(all[i], of.at(share))
			}
		}
	}
	return all
}

// readPoints reads a file of points.
func readPoints(name string) (Axis, error) {
	f, err := os.Open(name)
	if err != nil {
		return Axis{}, &config.Error{File: name, Reason: "the file of points cannot be read: " + err.Error()}
	}
	defer f.Close()
	c := csv.NewReader(f)
	c.Comment = '#'
	lines, err := c.ReadAll()
	if err != nil {
		return Axis{}, &config.Error{File: name, Reason: err.Error()}
	}
	if len(lines) < 2 {
		return Axis{}, &config.Error{File: name, Reason: "a file of points has a header of keys and a line for each point"}
	}
	a := Axis{Keys: lines[0], Values: lines[1:]}
	for k := range a.Keys {
		if a.Keys[k] = strings.TrimSpace(a.Keys[k]); a.Keys[k] == "" {
			return Axis{}, &config.Error{File: name, Line: 1, Reason: "a key is empty"}
		}
	}
	return a, nil
}

// Load reads the plan of a directory.
func Load(dir string) (*Plan, error) {
	text, err := os.ReadFile(filepath.Join(dir, planFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, &config.Error{File: dir, Reason: "this is not the directory of a sweep: it has no " + planFile}
	}
	p := &Plan{}
	if err == nil {
		err = json.Unmarshal(text, p)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, planFile), err)
	}
	return p, nil
}

// Is reports whether a directory is that of a sweep.
func Is(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, planFile))
	return err == nil
}

// same reports whether two plans are of the same points.
func (p *Plan) same(o *Plan) bool {
	return slices.Equal(p.Keys, o.Keys) && p.Seed == o.Seed && p.Seeds == o.Seeds &&
		slices.EqualFunc(p.Points, o.Points, func(a, b Point) bool { return slices.Equal(a.Values, b.Values) })
}
