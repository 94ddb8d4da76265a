package recordings

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/bits"
	"slices"
	"sort"
	"unicode/utf8"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Header says what a recording holds. It is written once, when the file is created.
type Header struct {
	Experiment  string            // the resolved experiment file (TOML, UTF-8); may be empty
	Seed        uint64            // the seed of the run
	Program     string            // program and version that made the spikes
	Segment     int               // 0 for a fresh run; a run resumed from a checkpoint continues in the next segment
	Resolution  spike.Tick        // unit of recorded times, 1 ns to 10 ms; default 1 us. Times are floored to it
	Populations []Population      // the whole network in the order of population numbers, IDs ascending
	Metadata    map[string]string // anything else worth keeping with the spikes
}

// Population is a population of the network, how its bursts were told from events, and which neurons are recorded.
type Population struct {
	spike.Population
	Detector spike.Detector // default: spike.DefaultDetector
	Recorded []Range        // ascending, one ending before the next begins; nil records all, an empty list none
}

// Range is the Count neurons First, First+Stride, First+2*Stride... by their index in the population.
type Range struct{ First, Count, Stride int }

// EveryNth returns the selection of every n-th neuron of a population of the given size.
func EveryNth(size, n int) []Range {
	if size == 0 {
		return []Range{}
	}
	return []Range{{0, (size + n - 1) / n, n}}
}

// Contains reports whether the neuron of an index is one of them.
func (r Range) Contains(index int) bool {
	return r.Count > 0 && r.First <= index && index <= r.last() && (index-r.First)%r.Stride == 0
}

// last is the index of the last neuron of a range that is not empty.
func (r Range) last() int { return r.First + (r.Count-1)*r.Stride }

// Neurons returns how many neurons of the population are recorded.
func (p *Population) Neurons() int {
	if p.Recorded == nil {
		return p.Size
	}
	n := 0
	for _, r := range p.Recorded {
		n += r.Count
	}
	return n
}

// all reports whether every neuron is recorded.
func (p *Population) all() bool {
	return p.Recorded == nil || len(p.Recorded) == 1 && p.Recorded[0].Count == p.Size && p.Size > 0
}

// Limits of the format. They keep every key of 64 bits (frame.go) and every allocation of a reader bounded.
const (
	maxResolution  = 10 * spike.Millisecond
	maxPopulations = 1 << 16
	maxRanges      = 1 << 20
	maxHeaderBytes = 64 << 20
)

// normal fills in defaults and refuses what the format cannot say. The error names the field, the value and the
// reason.
func (h Header) normal() (Header, error) {
	if h.Resolution == 0 {
		h.Resolution = spike.Microsecond
	}
	if h.Resolution < 1 || h.Resolution > maxResolution {
		return h, fmt.Errorf("resolution %v is outside 1ns to %v", h.Resolution, maxResolution)
	}
	if h.Segment < 0 {
		return h, fmt.Errorf("segment %d is negative", h.Segment)
	}
	if !utf8.ValidString(h.Experiment) {
		return h, fmt.Errorf("experiment text is not UTF-8")
	}
	if len(h.Populations) > maxPopulations {
		return h, fmt.Errorf("%d populations are more than %d", len(h.Populations), maxPopulations)
	}
	h.Populations = slices.Clone(h.Populations)
	next, names := uint64(0), make(map[string]bool, len(h.Populations))
	for i := range h.Populations {
		p := &h.Populations[i]
		if err := p.normal(); err != nil {
			return h, fmt.Errorf("population %d %q: %w", i, p.Name, err)
		}
		if names[p.Name] {
			return h, fmt.Errorf("population %d %q: the name is taken", i, p.Name)
		}
		names[p.Name] = true
		if uint64(p.First) < next {
			return h, fmt.Errorf("population %d %q: first ID %d overlaps the population before it", i, p.Name, p.First)
		}
		next = uint64(p.First) + uint64(p.Size)
		if next > 1<<32 {
			return h, fmt.Errorf("population %d %q: IDs beyond 32 bits", i, p.Name)
		}
	}
	for k, v := range h.Metadata {
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			return h, fmt.Errorf("metadata %q is not UTF-8", k)
		}
	}
	h.Metadata = maps.Clone(h.Metadata)
	return h, nil
}

func (p *Population) normal() error {
	if p.Size < 0 {
		return fmt.Errorf("size %d is negative", p.Size)
	}
	if p.Detector == (spike.Detector{}) {
		p.Detector = spike.DefaultDetector()
	}
	if p.Detector.Threshold <= 0 || p.Detector.Threshold > spike.Forever {
		return fmt.Errorf("burst threshold of %d ns is not positive or too long", int64(p.Detector.Threshold))
	}
	if key, reason := p.Detector.Check(); key != "" && key != "threshold" {
		return fmt.Errorf("definition of a burst: %s %s", key, reason)
	}
	if !utf8.ValidString(p.Name) {
		return fmt.Errorf("the name is not UTF-8")
	}
	if p.Recorded == nil {
		p.Recorded = []Range{}
		if p.Size > 0 {
			p.Recorded = []Range{{0, p.Size, 1}}
		}
		return nil
	}
	if len(p.Recorded) > maxRanges {
		return fmt.Errorf("%d ranges of recorded neurons are more than %d", len(p.Recorded), maxRanges)
	}
	end := -1
	p.Recorded = slices.Clone(p.Recorded)
	for i := range p.Recorded {
		r := &p.Recorded[i]
		if r.Stride == 0 && r.Count <= 1 {
			r.Stride = 1
		}
		if r.First <= end || r.Count < 1 || r.Stride < 1 || r.First >= p.Size ||
			r.Count > 1 && r.Stride > (p.Size-1-r.First)/(r.Count-1) {
			return fmt.Errorf("recorded range first %d, count %d, stride %d is not inside 0 to %d or does not follow the "+
				"range before it",
				r.First, r.Count, r.Stride, p.Size-1)
		}
		end = r.last()
	}
	return nil
}

// population finds the population that owns a neuron, or -1.
func (h *Header) population(id spike.ID) int {
	i := sort.Search(len(h.Populations), func(i int) bool { return h.Populations[i].First > id }) - 1
	if i >= 0 && h.Populations[i].Contains(id) {
		return i
	}
	return -1
}

// end is the ID after the last of the network.
func (h *Header) end() uint64 {
	if len(h.Populations) == 0 {
		return 0
	}
	p := h.Populations[len(h.Populations)-1]
	return uint64(p.First) + uint64(p.Size)
}

// idBits is the number of bits that hold every ID of the network.
func (h *Header) idBits() int { return bits.Len64(max(h.end(), 1) - 1) }

// network returns the populations without what concerns the recording.
func (h *Header) network() []spike.Population {
	out := make([]spike.Population, len(h.Populations))
	for i := range out {
		out[i] = h.Populations[i].Population
	}
	return out
}

// The header is JSON in the file: every language reads it, and a person sees it in a hex dump.
type headerJSON struct {
	Format      string            `json:"format"`
	Version     int               `json:"version"`
	Program     string            `json:"program"`
	Seed        uint64            `json:"seed"`
	Segment     int               `json:"segment"`
	Resolution  int64             `json:"resolution_ns"`
	Populations []populationJSON  `json:"populations"`
	Metadata    map[string]string `json:"metadata,omitempty"`
	Experiment  string            `json:"experiment"`
}

type populationJSON struct {
	Name       string   `json:"name"`
	First      uint32   `json:"first"`
	Size       int64    `json:"size"`
	Threshold  int64    `json:"burst_threshold_ns"`
	Accumulate bool     `json:"burst_accumulate"`
	Continue   int64    `json:"burst_continue_ns,omitempty"`
	MinSpikes  int      `json:"burst_min_spikes,omitempty"`
	Duration   int64    `json:"burst_max_duration_ns,omitempty"`
	Surprise   float64  `json:"burst_surprise,omitempty"`
	Recorded   [][3]int `json:"recorded"`
}

func (h *Header) marshal() ([]byte, error) {
	j := headerJSON{"burstplex spikes", Version, h.Program, h.Seed, h.Segment, int64(h.Resolution),
		make([]populationJSON, len(h.Populations)), h.Metadata, h.Experiment}
	for i := range h.Populations {
		p := &h.Populations[i]
		q := populationJSON{p.Name, uint32(p.First), int64(p.Size), int64(p.Detector.Threshold), p.Detector.Accumulate,
			int64(p.Detector.Continue),
			p.Detector.MinSpikes, int64(p.Detector.MaxDuration), p.Detector.Surprise, make([][3]int, len(p.Recorded))}
		for k, r := range p.Recorded {
			q.Recorded[k] = [3]int{r.First, r.Count, r.Stride}
		}
		j.Populations[i] = q
	}
	b, err := json.Marshal(j)
	if err == nil && len(b) > maxHeaderBytes {
		err = fmt.Errorf("header of %d bytes is larger than %d", len(b), maxHeaderBytes)
	}
	return b, err
}

func parseHeader(b []byte) (Header, error) {
	var j headerJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return Header{}, fmt.Errorf("header is not the JSON of this format: %w", err)
	}
	if j.Version > Version {
		return Header{}, &VersionError{Have: j.Version}
	}
	h := Header{j.Experiment, j.Seed, j.Program, j.Segment, spike.Tick(j.Resolution),
		make([]Population, len(j.Populations)), j.Metadata}
	if h.Resolution == 0 {
		return h, fmt.Errorf("header: resolution_ns is missing or 0")
	}
	for i, q := range j.Populations {
		if q.Size < 0 || q.Size > math.MaxUint32+1 {
			return h, fmt.Errorf("header: population %d %q: size %d", i, q.Name, q.Size)
		}
		p := Population{spike.Population{Name: q.Name, First: spike.ID(q.First), Size: int(q.Size)},
			spike.Detector{Threshold: spike.Tick(q.Threshold), Accumulate: q.Accumulate, Continue: spike.Tick(q.Continue),
				MinSpikes: q.MinSpikes, MaxDuration: spike.Tick(q.Duration), Surprise: q.Surprise}, make([]Range, len(q.Recorded))}
		for k, r := range q.Recorded {
			p.Recorded[k] = Range{r[0], r[1], r[2]}
		}
		h.Populations[i] = p
	}
	h, err := h.normal()
	if err != nil {
		return h, fmt.Errorf("header: %w", err)
	}
	return h, nil
}
