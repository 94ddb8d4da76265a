package recordings

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/burstplex/burstplex/neuron/spike"
)

// DescriptionKey names the description of a recording in files of other formats.
const DescriptionKey = "burstplex"

// Describe returns all of a recording, or of a part of it, but its spikes, tables and the text of the experiment, as
// JSON: what files of other formats carry beside the spikes, so that they can become a recording again.
func (r *Reader) Describe(q Query) ([]byte, error) {
	h, window := r.part(q)
	h.Experiment = ""
	text, err := h.marshal()
	if err != nil {
		return nil, err
	}
	return json.Marshal(descriptionJSON{text, int64(window.From), int64(window.To)})
}

// ParseDescription reads what Describe returns: the header, and the time that was recorded.
func ParseDescription(text []byte) (Header, spike.Window, error) {
	var d descriptionJSON
	if err := json.Unmarshal(text, &d); err != nil {
		return Header{}, spike.Window{}, fmt.Errorf("the description of the recording is damaged: %w", err)
	}
	h, err := parseHeader(d.Header)
	return h, spike.Window{From: spike.Tick(d.From), To: spike.Tick(d.To)}, err
}

type descriptionJSON struct {
	Header json.RawMessage `json:"header"`
	From   int64           `json:"from_ns"`
	To     int64           `json:"to_ns"`
}

// part returns the header of a part of a recording, in which what lies outside counts as not recorded, and its time.
func (r *Reader) part(q Query) (Header, spike.Window) {
	h := r.header
	h.Populations = slices.Clone(h.Populations)
	for i := range h.Populations {
		p := &h.Populations[i]
		if len(q.Populations) > 0 && !slices.Contains(q.Populations, p.Name) {
			p.Recorded = []Range{}
		} else if q.Neurons != nil {
			p.Recorded = ranges(r.layout.selections[i], p.First, q.Neurons)
		}
	}
	cover := r.Window()
	if q.Window != (spike.Window{}) {
		cover = spike.Window{From: max(cover.From, q.Window.From), To: min(cover.To, q.Window.To)}
	}
	return h, cover
}
