package experiment

// Criterion is how many repeats in a row must be correct for a task to count as solved.
const Criterion = 5

// Judge says whether every pattern is on the right side of the threshold of a teacher that decides.
type Judge struct {
	Teacher   string
	Column    string  // event rate of its population
	Threshold float64 // Hz, half way between the rates that mean 0 and 1
	Targets   map[string]float64
}

// Judge returns the judge of the first teacher that decides (cross-entropy), nil if there is none.
func (x *Experiment) Judge() *Judge {
	for name, t := range x.Teachers.All() {
		law, ok := t.Deciding()
		if !ok {
			continue
		}
		j := &Judge{Teacher: name, Column: t.Population + " event_rate_hz", Threshold: law.Threshold(),
			Targets: map[string]float64{}}
		for p, pat := range x.Patterns.All() {
			if v := pat.Targets.Get(name); v != nil {
				j.Targets[p] = *v
			}
		}
		return j
	}
	return nil
}

// Right reports whether the output of a presentation is on the right side.
func (j *Judge) Right(pattern string, rate float64) bool {
	target, ok := j.Targets[pattern]
	return ok && (rate > j.Threshold) == (target > 0.5)
}

// TrainingStage returns the stage with most presentations.
func (x *Experiment) TrainingStage() string {
	best, most := "", -1
	for name, s := range x.Protocol.All() {
		patterns := len(s.Patterns)
		if patterns == 0 {
			patterns = x.Patterns.Len()
		}
		if n := s.Repeats * patterns; n > most {
			best, most = name, n
		}
	}
	return best
}
