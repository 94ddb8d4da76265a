package plasticity

// Silence is how Q of a fixed feedback Y is learned before training, without a teacher: while bursts say nothing, a
// dendrite whose events through Q cancel what its bursts through Y bring has no drive. With e_i the event trace of
// unit i above, a_j the apical drive of unit j below and ē, ā their slow means, a batch of B presentations changes
//
//	ΔQ_ij = μ_n B ⟨(e_i - ē_i)(a_j - ā_j)⟩ / ⟨|e - ē|²⟩        μ_n = μ / (1 + n/n_flat)
//
// (normalised least mean squares; ⟨⟩ over presentations and bins, |·|² over the units above), n the presentations
// so far. Drives of all units fluctuate from presentation to presentation (Noise), because a Q that is learned from
// correlated activity alone is right only for activity that is so correlated. A step that falls as 1/n averages the
// sampling noise of bursts, which a constant step keeps.
//
// It reads events and apical drive, never Y. During silence bursts keep their probability p_b whatever the apical
// drive is: otherwise what is wrong above disturbs all that is below.
type Silence struct {
	Images int     `toml:"silence_images" range:"[0, 1e9]" doc:"with q = silence: presentations before training, without a teacher, from which Q is learned; 0: none, Q stays random"`
	Noise  float64 `toml:"silence_noise" range:"[0, 100]" doc:"standard deviation of a drive of its own that every unit has in a presentation in silence"`
	Step   float64 `toml:"silence_step" range:"(0, 2]" doc:"share of the error of Q that an image in silence takes away, in the direction of its event rates; of a batch at most 2 in any direction, or Q diverges"`
	Flat   float64 `toml:"silence_flat" range:"(0, 1e9]" doc:"presentations in silence after which the step has fallen to a half, as 1/n"`
}

// DefaultSilence returns what suits layers of some hundred units.
func DefaultSilence() Silence { return Silence{Images: 24000, Noise: 2, Step: 0.25, Flat: 6000} }

// StepAt returns μ after a number of presentations.
func (s *Silence) StepAt(presentations int) float64 {
	return s.Step / (1 + float64(presentations)/s.Flat)
}
