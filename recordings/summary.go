package recordings

import (
	"math"
	"slices"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Summary is what a person wants to know first about a recording.
type Summary struct {
	Path        string
	Header      Header
	Finished    bool
	Window      spike.Window
	Size        int64 // bytes of the file
	Spikes      uint64
	Populations []PopulationSummary
	Tables      []CourseInfo
	Problems    []*Damage // found by opening and reading
}

// PopulationSummary is one line of a Summary. Rates are per recorded neuron, in Hz, over the whole window of the
// recording, settling included; the burst probability is pooled, all bursts over all events.
type PopulationSummary struct {
	Name             string
	Size             int
	Recorded         int
	Detector         spike.Detector // that told bursts from events
	Spikes           uint64
	Events           uint64  // isolated spikes and bursts
	Bursts           uint64  // events with a second spike in the recording
	Rate             float64 // NaN, as the next two, where no neuron or no time was recorded
	EventRate        float64
	BurstRate        float64
	BurstProbability float64 // bursts per event; NaN without events
	BytesPerSpike    float64 // in the file, headers of blocks included; NaN without spikes
	// entropy of Poisson spikes of this rate at this resolution, bytes per spike; NaN without spikes
	Bound float64
}

// PoissonBound returns the entropy of a spike of a Poisson process, in bytes: log2(e / (rate resolution)) / 8. No code
// for such spikes is smaller; trains with structure can be.
func PoissonBound(rateHz float64, resolution spike.Tick) float64 {
	return math.Log2(math.E/(rateHz*resolution.Seconds())) / 8
}

// Summarize reads all spikes once. It goes on past damage and lists it.
func Summarize(r *Reader) *Summary {
	s := &Summary{Path: r.path, Header: r.header, Finished: r.finished, Window: r.Window(), Size: r.src.size}
	s.Problems = append(s.Problems, r.problems...)
	bytes := make([]int64, len(r.header.Populations))
	for i := range r.frames {
		for _, e := range r.frames[i].blocks {
			bytes[e.Population] += blockSize + int64(e.Length)
		}
	}
	counts := make([][spike.Tail + 1]uint64, len(r.header.Populations))
	onsets := make([]spike.Onsets, len(r.header.Populations))
	for i := range r.header.Populations {
		onsets[i] = spike.NewOnsets(r.header.Populations[i].Size)
	}
	for batch, err := range r.Batches(Query{ByNeuron: true}) {
		if err != nil {
			if d, ok := err.(*Damage); ok {
				s.Problems = appendNew(s.Problems, d)
			}
			continue
		}
		// A batch is a part of a block, and a block belongs to one population.
		p := r.header.population(batch[0].Src)
		n, first := &counts[p], r.header.Populations[p].First
		for _, e := range batch {
			if _, counts := onsets[p].Of(int(e.Src-first), e); !counts {
				e.Kind = spike.Tail
			}
			n[e.Kind]++
		}
	}
	seconds := s.Window.Len().Seconds()
	for i := range r.header.Populations {
		p := &r.header.Populations[i]
		n := counts[i]
		all := n[0] + n[1] + n[2]
		s.Spikes += all
		neurons := seconds * float64(p.Neurons())
		q := PopulationSummary{
			Name: p.Name, Size: p.Size, Recorded: p.Neurons(), Detector: p.Detector,
			Spikes: all, Events: n[spike.Onset], Bursts: n[spike.Burst],
			BurstProbability: float64(n[spike.Burst]) / float64(n[spike.Onset]),
			BytesPerSpike:    float64(bytes[i]) / float64(all),
			Bound:            math.NaN(),
			Rate:             math.NaN(), EventRate: math.NaN(), BurstRate: math.NaN(),
		}
		if seconds > 0 && p.Neurons() > 0 {
			q.Rate, q.EventRate, q.BurstRate = float64(all)/neurons, float64(q.Events)/neurons, float64(q.Bursts)/neurons
		}
		if q.Rate > 0 {
			q.Bound = PoissonBound(q.Rate, r.header.Resolution)
		}
		s.Populations = append(s.Populations, q)
	}
	tables, err := r.Courses()
	if err != nil {
		s.Problems = appendNew(s.Problems, r.tables.damage...)
	}
	s.Tables = tables
	return s
}

// appendNew appends the damage that a list does not have yet: the same block may be met in several ways.
func appendNew(list []*Damage, more ...*Damage) []*Damage {
	for _, d := range more {
		if !slices.ContainsFunc(list, func(e *Damage) bool { return e.Offset == d.Offset }) {
			list = append(list, d)
		}
	}
	return list
}
