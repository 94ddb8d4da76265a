package oracle

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/synapse"
)

// File is a case as an experiment file. What a file cannot say stands in comments.
type File struct {
	Text   string
	Inputs map[string]string // files that it names
	Loose  bool              // not all of the case could be said
}

// write is a file that is being written.
type write struct {
	strings.Builder
	*File
	c *Case
}

// File returns the case as an experiment file.
func (c *Case) File() *File {
	w := &write{File: &File{Inputs: map[string]string{}}, c: c}
	w.line("[experiment]\nname = \"case\"\nseed = %d\nstep = %s\nduration = %s\nbin = %s", c.Net.Seed,
		milliseconds(c.Net.Step), milliseconds(c.End),
		milliseconds(c.Net.Step))
	if c.Protocol != nil {
		w.line("settle = %s", milliseconds(c.Protocol.Start))
	}
	w.line("# %+v, interrupted at %v, compared at %v", c.Options, c.Pieces, c.Probes)
	w.detector()
	for k := range c.Net.Populations {
		w.population(&c.Net.Populations[k])
	}
	for k := range c.Net.Projections {
		w.projection(&c.Net.Projections[k])
	}
	for k := range c.Net.Stimuli {
		w.stimulus(&c.Net.Stimuli[k])
	}
	for k := range c.Net.Teachers {
		w.teacher(&c.Net.Teachers[k])
	}
	if c.Protocol != nil {
		w.protocol(c.Protocol)
	}
	w.Text = w.String()
	return w.File
}

func (w *write) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

// cannot writes what a file has no words for.
func (w *write) cannot(format string, args ...any) {
	w.Loose = true
	w.line("# but "+format, args...)
}

func milliseconds(t spike.Tick) string { return fmt.Sprintf("\"%s ms\"", number(ms(t))) }

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// quantity writes a number with its unit.
func quantity(x float64, unit string) string {
	if unit == "" {
		return number(x)
	}
	return fmt.Sprintf("%s %s", number(x), unit)
}

// value writes a constant or a distribution.
func value(v neuron.Value, unit string) string {
	q := func(x float64) string { return quantity(x, unit) }
	text := ""
	switch v.Shape {
	case neuron.Normal:
		text = fmt.Sprintf("normal(%s, %s)", q(v.A), q(v.B))
		if v.Lo != 0 || v.Hi != 0 {
			text = fmt.Sprintf("normal(%s, %s, %s, %s)", q(v.A), q(v.B), q(v.Lo), q(v.Hi))
		}
	case neuron.Uniform:
		text = fmt.Sprintf("uniform(%s, %s)", q(v.A), q(v.B))
	case neuron.LogNormal:
		text = fmt.Sprintf("lognormal(%s, %s)", q(v.A), number(v.B))
		if v.Lo != 0 || v.Hi != 0 {
			text = fmt.Sprintf("lognormal(%s, %s, %s, %s)", q(v.A), number(v.B), q(v.Lo), q(v.Hi))
		}
	default:
		if unit == "" {
			return number(v.A)
		}
		text = q(v.A)
	}
	return strconv.Quote(text)
}

// fields writes the parameters of a description, by its tags.
func (w *write) fields(prefix string, v reflect.Value) {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	for k := range v.NumField() {
		f := v.Type().Field(k)
		name, unit := f.Tag.Get("toml"), f.Tag.Get("unit")
		if f.Anonymous {
			w.fields(prefix, v.Field(k))
			continue
		}
		if name == "" || name == "-" || v.Field(k).Kind() == reflect.Slice && v.Field(k).Len() == 0 {
			continue
		}
		switch x := v.Field(k).Interface().(type) {
		case neuron.Value:
			w.line("%s%s = %s", prefix, name, value(x, unit))
		case float64:
			if unit != "" {
				w.line("%s%s = %q", prefix, name, quantity(x, unit))
			} else {
				w.line("%s%s = %s", prefix, name, number(x))
			}
		case []float64:
			var all []string
			for _, x := range x {
				all = append(all, strconv.Quote(quantity(x, unit)))
			}
			w.line("%s%s = [%s]", prefix, name, strings.Join(all, ", "))
		case string, neuron.Synapses, neuron.Integrator:
			if text := fmt.Sprint(x); text != "" {
				w.line("%s%s = %q", prefix, name, text)
			}
		case bool, int:
			w.line("%s%s = %v", prefix, name, x)
		default:
			if f.Type.Kind() == reflect.Struct {
				w.fields(prefix+name+".", v.Field(k))
			}
		}
	}
}

// detector writes the definition of a burst.
func (w *write) detector() {
	of := func(p *sim.Population) spike.Detector {
		if p.Detector == (spike.Detector{}) {
			return spike.DefaultDetector()
		}
		return p.Detector
	}
	first := of(&w.c.Net.Populations[0])
	w.line("[burst]\nthreshold = %s\naccumulate = %v", milliseconds(first.Threshold), first.Accumulate)
	for k := range w.c.Net.Populations {
		if p := &w.c.Net.Populations[k]; of(p) != first {
			w.cannot("that of %s is %+v", p.Name, of(p))
		}
	}
}

// modelNames are the models by what describes them.
func modelNameOf(spec neuron.Spec) string {
	for _, m := range neuron.Models() {
		if reflect.TypeOf(m.Default()) == reflect.TypeOf(spec) {
			return m.Name
		}
	}
	return ""
}

func (w *write) population(p *sim.Population) {
	w.line("[populations.%s]\nmodel = %q\nsize = %d", p.Name, modelNameOf(p.Spec), p.Size)
	if s, ok := p.Spec.(*neuron.Replay); ok {
		text := "recording,unit,time_s\n"
		for i, train := range s.Trains {
			if len(train) == 0 {
				w.cannot("unit %d has no spikes", i)
			}
			for _, t := range train {
				text += fmt.Sprintf("case,%d,%s\n", i, strconv.FormatFloat(t.Seconds(), 'f', 9, 64))
			}
		}
		w.Inputs[p.Name+".csv"] = text
		w.line("file = %q", p.Name+".csv")
	}
	w.fields("", reflect.ValueOf(p.Spec))
	for _, b := range p.Backgrounds {
		kind := "poisson"
		if _, ok := b.Spec.(*neuron.OrnsteinUhlenbeck); ok {
			kind = "ornstein-uhlenbeck"
		}
		w.line("[populations.%s.backgrounds.%s]\nkind = %q\nport = %q", p.Name, b.Name, kind, b.Port)
		if b.Receptor != "" {
			w.line("receptor = %q", b.Receptor)
		}
		w.fields("", reflect.ValueOf(b.Spec))
	}
}

func (w *write) projection(p *sim.Projection) {
	w.line("[projections.%s]\nsource = %q\ntarget = %q\nport = %q\nreceptor = %q", p.Name, p.Source, p.Target, p.Port,
		p.Receptor)
	w.line("weight = %s\ndelay = %s\ntransmit = %q", value(p.Weight, ""), value(p.Delay, "ms"),
		[]string{"all", "events", "bursts"}[p.Transmit])
	w.connector(p)
	if p.Half {
		w.line("half_weights = true")
	}
	if s := p.ShortTerm; s != nil {
		w.line("[projections.%s.short_term]\nkind = \"depressing\"", p.Name)
		w.fields("", reflect.ValueOf(s))
	}
	if p.Rule != nil {
		for _, k := range plasticity.Kinds() {
			if reflect.TypeOf(k.Default()) == reflect.TypeOf(p.Rule) {
				w.line("[projections.%s.rule]\nkind = %q", p.Name, k.Name)
				break
			}
		}
		w.fields("", reflect.ValueOf(p.Rule))
	}
}

func (w *write) connector(p *sim.Projection) {
	several := func(autapses, multapses bool) {
		if autapses {
			w.line("autapses = true")
		}
		if multapses {
			w.line("multapses = true")
		}
	}
	switch c := p.Connector.(type) {
	case synapse.AllToAll:
		w.line("connector = \"all-to-all\"")
		several(c.Autapses, false)
	case synapse.OneToOne:
		w.line("connector = \"one-to-one\"")
		several(c.Autapses, false)
	case synapse.FixedProbability:
		w.line("connector = \"fixed-probability\"\np = %s", number(c.P))
		several(c.Autapses, false)
	case synapse.FixedInDegree:
		w.line("connector = \"fixed-in-degree\"\nk = %d", c.K)
		several(c.Autapses, c.Multapses)
	case synapse.FixedOutDegree:
		w.line("connector = \"fixed-out-degree\"\nk = %d", c.K)
		several(c.Autapses, c.Multapses)
	case synapse.FixedTotalNumber:
		w.line("connector = \"fixed-total-number\"\nk = %d", c.K)
		several(c.Autapses, false)
	case *synapse.List:
		text := "source,target,weight,delay_ms\n"
		if !c.HasWeight {
			text = strings.Replace(text, ",weight", "", 1)
		}
		if !c.HasDelays {
			text = strings.Replace(text, ",delay_ms", "", 1)
		}
		for _, s := range c.Synapses {
			text += fmt.Sprintf("%d,%d", s.Source, s.Target)
			if c.HasWeight {
				text += "," + number(s.Weight)
			}
			if c.HasDelays {
				text += "," + number(s.Delay)
			}
			text += "\n"
		}
		w.Inputs[p.Name+".csv"] = text
		w.line("connector = \"list\"\nfile = %q", p.Name+".csv")
		several(c.Autapses, false)
	}
}

func (w *write) stimulus(s *sim.Stimulus) {
	w.line("[stimuli.%s]\npopulation = %q\nport = %q\nfrom = %s\nto = %s\nfirst = %d\nlast = %d", s.Name, s.Population,
		s.Port,
		milliseconds(s.From), milliseconds(s.To), s.First, s.Last)
	switch s.Wave.(type) {
	case *sim.Level, *sim.Samples:
		w.line("scale = %s", value(s.Amplitude, ""))
	default:
		w.line("amplitude = %s", value(s.Amplitude, "pA"))
	}
	switch wave := s.Wave.(type) {
	case sim.Constant:
		w.line("wave = \"constant\"")
	case *sim.Level:
		w.line("wave = \"pattern\"")
	case sim.Sine:
		w.line("wave = \"sine\"\nperiod = %q\nphase = %s", quantity(wave.Period, "ms"), number(wave.Phase))
	case *sim.Fluctuation:
		b := w.c.Bands[s.Name]
		w.line("wave = \"fluctuation\"\ncomponents = %d\nband = [%q, %q]", b.Components, quantity(b.Low, "Hz"),
			quantity(b.High, "Hz"))
	case *sim.Samples:
		var times, levels []string
		text := "time_s,current_pA\n"
		for k, t := range wave.Times {
			times, levels = append(times, milliseconds(t)), append(levels, strconv.Quote(quantity(wave.Values[k], "pA")))
			text += fmt.Sprintf("%s,%s\n", strconv.FormatFloat(t.Seconds(), 'f', 9, 64), number(wave.Values[k]))
		}
		if wave.Linear {
			w.Inputs[s.Name+".csv"] = text
			w.line("wave = \"table\"\nfile = %q", s.Name+".csv")
			break
		}
		w.line("wave = \"steps\"\ntimes = [%s]\nlevels = [%s]", strings.Join(times, ", "), strings.Join(levels, ", "))
		if wave.Period > 0 || wave.Start > 0 {
			w.cannot("they start at %v and repeat every %v", wave.Start, wave.Period)
		}
	}
}
