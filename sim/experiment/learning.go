package experiment

import (
	"fmt"
	"strings"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/config"
)

// Rule is a learning rule in a file: a kind, which chooses the other keys.
type Rule struct {
	Kind string `toml:"kind" doc:"which rule changes the weights; see burstplex list --rules"`
	Spec plasticity.Spec
}

type ruleKeys Rule

// DecodeConfig implements config.NodeDecoder.
func (r *Rule) DecodeConfig(n *config.Node, d *config.Decoder) error {
	r.Spec = registriesOf(d).Rules.Decode(d, n, "kind", "", (*ruleKeys)(r))
	return nil
}

// Teacher is an entry of [teachers]: a closed-loop current.
type Teacher struct {
	Population string     `toml:"population,required" doc:"who receives the current"`
	Port       string     `toml:"port" doc:"where: soma, apical"`
	Kind       string     `toml:"kind,required" doc:"how the current follows from event rate and target; it has keys of its own: see burstplex list --teachers"`
	Tau        float64    `toml:"tau" unit:"ms" range:"(0, 1e6]" doc:"time constant of the averages of events and bursts"`
	Every      spike.Tick `toml:"every" unit:"ms" range:"(0, inf)" doc:"how often the current is computed again while the teacher is on (at window ends)"`
	Hold       bool       `toml:"hold" doc:"compute the current only once, when the teacher is switched on"`
	Always     bool       `toml:"always" doc:"on all the time, whatever the protocol says: a compensation rather than a teacher"`
	Average    string     `toml:"average" oneof:"neuron|population" doc:"whose averages: those of each neuron, or of the population"`
	Limit      float64    `toml:"limit" unit:"pA" range:"[0, 1e6]" doc:"bound of the current"`
	Law        TeacherLaw
}

// TeacherLaw is a kind of teacher: a pointer to a struct whose tagged fields are its keys.
type TeacherLaw interface {
	sim.TeachingLaw
	// Validate returns a *neuron.ParameterError for the first parameter that makes no sense.
	Validate() error
}

type teacherKeys Teacher

// SetDefaults implements config.Defaulter: the teacher of Payeur et al. (2021), recomputed every 5 ms.
func (t *Teacher) SetDefaults() {
	*t = Teacher{Port: "apical", Tau: 2000, Every: 5 * spike.Millisecond, Average: "neuron", Limit: 1000}
}

// DecodeConfig implements config.NodeDecoder: the law has keys of its own.
func (t *Teacher) DecodeConfig(n *config.Node, d *config.Decoder) error {
	defer bareFor(n, d)()
	t.Law = registriesOf(d).Teachers.Decode(d, n, "kind", "", (*teacherKeys)(t))
	return nil
}

// Deciding returns the law if its targets are 0 and 1, so that answers are right or wrong; else targets are rates.
func (t *Teacher) Deciding() (law sim.Deciding, ok bool) {
	law, ok = t.Law.(sim.Deciding)
	return law, ok
}

func (t *Teacher) network(name string) sim.Teacher {
	return sim.Teacher{Name: name, Population: t.Population, Port: t.Port, Tau: t.Tau, Every: t.Every, Hold: t.Hold,
		Always: t.Always, Pool: t.Average == "population", Limit: t.Limit, Law: t.Law}
}

// Current is a value of a table of currents, in pA.
type Current float64

// DecodeConfig implements config.NodeDecoder.
func (c *Current) DecodeConfig(n *config.Node, d *config.Decoder) (err error) {
	unit := currentUnit
	if stimuli := n.Root().Get("stimuli"); stimuli != nil {
		if s := stimuli.Get(n.Key()); s != nil && s.Get("population") != nil &&
			unitlessIn(n.Root(), s.Get("population").Text(), d) {
			unit = ""
		}
	}
	*(*float64)(c), err = config.Quantity(n.Text(), unit)
	return err
}

// Pattern is an entry of [patterns]: a setting of the network that a protocol presents.
type Pattern struct {
	Label    string                `toml:"label" doc:"how figures name it; default its name"`
	Currents config.Table[Current] `toml:"currents" doc:"current (pA; a number into ensembles) of every stimulus with wave = \"pattern\""`
	Targets  config.Table[float64] `toml:"targets" doc:"target of a teacher: 0 or 1 where it decides (cross-entropy), else Hz; a teacher without one is off"`
	Weights  config.Table[float64] `toml:"weights" doc:"factor on the weights of a projection without a rule"`
}

// Stage is an entry of [protocol]: presentations of patterns, one stage after the other in the order of the file.
type Stage struct {
	Patterns   []string    `toml:"patterns" doc:"which patterns, in this order; all by default"`
	Repeats    int         `toml:"repeats" range:"[1, 100000000]" doc:"how often (epochs)"`
	Hold       spike.Tick  `toml:"hold,required" unit:"ms" range:"(0, inf)" doc:"how long each pattern is presented"`
	Order      string      `toml:"order" oneof:"listed|shuffled" doc:"the same order in every repeat, or a new one"`
	Teacher    *spike.Tick `toml:"teacher_from" unit:"ms" range:"[0, inf)" doc:"teachers are on from this time of each presentation; absent: never"`
	Plasticity *spike.Tick `toml:"plasticity_from" unit:"ms" range:"[0, inf)" doc:"rules are on from this time of each presentation; absent: never"`
	Until      string      `toml:"until" oneof:"end|solved" doc:"solved: the stage ends early when five repeats in a row were right, as measured: without the teacher if measure_to is not after teacher_from"`
	From       spike.Tick  `toml:"measure_from" unit:"ms" range:"[0, inf)" doc:"what is measured of a presentation starts here"`
	To         spike.Tick  `toml:"measure_to" unit:"ms" range:"[0, inf)" doc:"and ends here; 0 means the end"`
}

// SetDefaults implements config.Defaulter.
func (s *Stage) SetDefaults() { s.Repeats, s.Order, s.Until = 1, "listed", "end" }

// Taught reports whether a teacher is on while a presentation is measured.
func (s *Stage) Taught() bool {
	return s.Teacher != nil && (s.To == 0 || s.To > *s.Teacher)
}

// Presentations returns the protocol of a file, nil if it has none.
func (x *Experiment) Presentations(seed uint64) *sim.Protocol {
	if x.Protocol.Len() == 0 {
		return nil
	}
	p := &sim.Protocol{Start: x.Experiment.Settle, Key: rng.New(seed, "protocol")}
	number := map[string]int{}
	for name, pat := range x.Patterns.All() {
		number[name] = len(p.Patterns)
		q := sim.Pattern{Name: name}
		for s, c := range pat.Currents.All() {
			q.Levels = append(q.Levels, sim.LevelSetting{Stimulus: s, Value: float64(*c)})
		}
		for t, v := range pat.Targets.All() {
			q.Targets = append(q.Targets, sim.TargetSetting{Teacher: t, Value: *v})
		}
		for w, v := range pat.Weights.All() {
			q.Scales = append(q.Scales, sim.ScaleSetting{Projection: w, Value: *v})
		}
		p.Patterns = append(p.Patterns, q)
	}
	for name, s := range x.Protocol.All() {
		st := sim.Stage{Name: name, Repeats: s.Repeats, Hold: s.Hold, Shuffled: s.Order == "shuffled", TeachFrom: s.Hold,
			LearnFrom:   s.Hold,
			MeasureFrom: s.From, MeasureTo: s.To}
		if s.To == 0 {
			st.MeasureTo = s.Hold
		}
		if s.Teacher != nil {
			st.TeachFrom = *s.Teacher
		}
		if s.Plasticity != nil {
			st.LearnFrom = *s.Plasticity
		}
		names := s.Patterns
		if len(names) == 0 {
			names = x.Patterns.Names()
		}
		for _, n := range names {
			st.Patterns = append(st.Patterns, number[n])
		}
		p.Stages = append(p.Stages, st)
	}
	return p
}

// checkLearning looks for mistakes across the keys of rules, teachers, patterns and protocol.
func (x *Experiment) checkLearning(errs *config.List) {
	for name, p := range x.Projections.All() {
		if p.Rule != nil && p.Rule.Spec != nil {
			errs.Add(x.parameter("projections."+name+".rule", p.Rule.Spec.Validate()))
		}
	}
	for name, t := range x.Teachers.All() {
		x.population(errs, "teachers."+name+".population", t.Population)
		if t.Law != nil {
			errs.Add(x.parameter("teachers."+name, t.Law.Validate()))
		}
	}
	for name, p := range x.Patterns.All() {
		key := "patterns." + name
		for s := range p.Currents.All() {
			if st := x.Stimuli.Get(s); st == nil {
				errs.Add(x.tree.At(key+".currents."+s).NotFound("stimulus", x.Stimuli.Names()))
			} else if st.Wave != patternWave {
				errs.Add(x.At(key+".currents."+s, "this stimulus has the wave %q; only one with the wave \"pattern\" can be set",
					st.Wave))
			}
		}
		for t, target := range p.Targets.All() {
			if teacher := x.Teachers.Get(t); teacher == nil {
				errs.Add(x.tree.At(key+".targets."+t).NotFound("teacher", x.Teachers.Names()))
			} else if _, deciding := teacher.Deciding(); *target < 0 || deciding && *target > 1 {
				allowed := "an event rate in Hz"
				if deciding {
					allowed = "0 to 1"
				}
				errs.Add(x.At(key+".targets."+t, "the target %g makes no sense for a teacher of the kind %q", *target,
					teacher.Kind).Allow(allowed))
			}
		}
		for w, factor := range p.Weights.All() {
			if pr := x.Projections.Get(w); pr == nil {
				errs.Add(x.tree.At(key+".weights."+w).NotFound("projection", x.Projections.Names()))
			} else if pr.Rule != nil {
				errs.Add(x.At(key+".weights."+w, "this projection has a rule; its weights cannot be set"))
			} else if *factor < 0 {
				errs.Add(x.At(key+".weights."+w, "a negative factor would change the sign of the weights").Allow("0 and more"))
			}
		}
	}
	for name, s := range x.Protocol.All() {
		key := "protocol." + name
		for i, p := range s.Patterns {
			if x.Patterns.Get(p) == nil {
				errs.Add(x.tree.At(fmt.Sprintf("%s.patterns[%d]", key, i)).NotFound("pattern", x.Patterns.Names()))
			}
		}
		switch {
		case s.From >= s.Hold:
			errs.Add(x.At(key+".measure_from", "nothing of a presentation of %v is left to measure", s.Hold).Allow("[0 ms, " +
				s.Hold.String() + ")"))
		case s.To > s.Hold:
			errs.Add(x.At(key+".measure_to", "a presentation lasts %v", s.Hold).Allow("(" + s.From.String() + ", " +
				s.Hold.String() + "], 0: its end"))
		case s.To != 0 && s.To <= s.From:
			errs.Add(x.At(key+".measure_to", "leaves nothing to measure from %v on", s.From).Allow("(" + s.From.String() + ", " +
				s.Hold.String() + "], 0: its end"))
		}
		if s.Until == "solved" && x.Judge() == nil {
			errs.Add(x.At(key+".until", "nothing says what is right").Allow(
				"a cross-entropy teacher, and its targets in the patterns"))
		}
		for k, t := range map[string]*spike.Tick{"teacher_from": s.Teacher, "plasticity_from": s.Plasticity} {
			if t != nil && *t >= s.Hold {
				errs.Add(x.At(key+"."+k, "is not before the end of a presentation").Allow("[0 ms, " + s.Hold.String() +
					"), or leave the key out for never"))
			}
		}
		for k, t := range map[string]spike.Tick{"hold": s.Hold, "measure_from": s.From, "measure_to": s.To} {
			x.wholeSteps(errs, key+"."+k, t)
		}
	}
	if x.Protocol.Len() > 0 && x.Patterns.Len() == 0 {
		errs.Add(x.At("protocol", "presents patterns, and there are none").Allow("[patterns.NAME]"))
	}
}

// Label returns how figures name a pattern.
func (x *Experiment) Label(pattern string) string {
	if p := x.Patterns.Get(pattern); p != nil && p.Label != "" {
		return p.Label
	}
	return strings.ReplaceAll(pattern, "_", " ")
}

// duration is that of the file, or else that of the protocol.
func (x *Experiment) setDuration() {
	if x.Experiment.Duration == 0 && x.Protocol.Len() > 0 {
		x.Experiment.Duration = x.Presentations(0).End()
	}
}
