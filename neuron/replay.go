package neuron

import (
	"fmt"
	"io/fs"
	"math"
	"slices"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Replay is a population that repeats recorded spike trains, one per unit. It has no inputs. Trains come from a CSV
// file (see ReadTrains) or from Trains. Time t of the recording becomes (t - Start) x Scale; spikes before Start are left
// out. Bursts are detected as in every other population.
//
// The population may be smaller than the recording, whose first units it then takes, but not larger.
type Replay struct {
	File      string   `toml:"file" doc:"CSV file with columns recording, unit, time_s, plain or .gz; or a SONATA file, a text raster, a recording (.bspk)"`
	Recording string   `toml:"recording" doc:"which recording (SONATA, .bspk: population) of the file; may be left out if there is one"`
	Units     []string `toml:"units" doc:"which units, in this order; all, in order of appearance, if left out"`
	Start     float64  `toml:"start" unit:"s" doc:"time of the recording that becomes 0"`
	Scale     float64  `toml:"time_scale" doc:"factor that stretches the recording"`
	Repeat    float64  `toml:"repeat" unit:"s" doc:"period of repetition, after stretching; 0: play once"`

	Trains [][]spike.Tick `toml:"-"` // in place of a file; ascending times
	FS     fs.FS          `toml:"-"` // where File is; nil is the file system
}

// DefaultReplay returns a replay at the recorded speed that still needs a file.
func DefaultReplay() *Replay { return &Replay{Scale: 1} }

// NewReplay returns a replay of the given trains.
func NewReplay(trains [][]spike.Tick) *Replay {
	s := DefaultReplay()
	s.Trains = trains
	return s
}

// Validate implements Spec. It does not read the file.
func (s *Replay) Validate() error {
	if s.File == "" && s.Trains == nil {
		return &ParameterError{Key: "file", Reason: "a replay needs a file of spike trains", Allowed: "the name of a CSV file"}
	}
	return first(
		Const(s.Start).require("start", "s", -1e9, 1e9, false), Const(s.Scale).require("time_scale", "", 0, 1e6, true),
		Const(s.Repeat).require("repeat", "s", 0, 1e9, false),
	)
}

// Load returns the trains as they are played, one per unit.
func (s *Replay) Load() ([][]spike.Tick, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	trains := s.Trains
	if trains == nil {
		var err error
		if trains, err = ReadTrains(s.FS, s.File, s.Recording, s.Units); err != nil {
			return nil, err
		}
	}
	start, end := spike.FromSeconds(s.Start), spike.Forever
	if s.Repeat > 0 {
		end = spike.FromSeconds(s.Repeat)
	}
	played := make([][]spike.Tick, len(trains))
	for i, train := range trains {
		if !slices.IsSorted(train) {
			return nil, fmt.Errorf("spike train %d to replay is not in order of time", i)
		}
		last := spike.Tick(-1)
		for _, t := range train {
			if t < start {
				continue
			}
			at := t - start
			if s.Scale != 1 {
				at = spike.Tick(math.Round(float64(at) * s.Scale))
			}
			if at = max(at, last+1); at >= end { // no two spikes in one tick
				break
			}
			played[i] = append(played[i], at)
			last = at
		}
	}
	return played, nil
}

// New implements Spec.
func (s *Replay) New(b Build) (Population, error) {
	trains, err := s.Load()
	if err != nil {
		return nil, err
	}
	if b.N > len(trains) {
		return nil, &ParameterError{Key: "size", Value: float64(b.N), Reason: fmt.Sprintf("there are %d spike trains to replay", len(trains)),
			Allowed: fmt.Sprintf("[1, %d]", len(trains))}
	}
	p := &replayed{source: newSource(b), trains: trains[:b.N], period: spike.FromSeconds(s.Repeat), position: make([]uint64, b.N)}
	p.Reset()
	return p, nil
}

// replayed is a population of replayed trains.
type replayed struct {
	source
	trains   [][]spike.Tick
	period   spike.Tick // 0: once
	position []uint64   // spikes played so far
}

func (p *replayed) Columns() []Column {
	return append([]Column{{Name: "position", Data: p.position}}, p.Emitter.Columns()...)
}

func (p *replayed) Reset() {
	clear(p.position)
	p.Emitter.Reset()
}

// at returns the time of spike number k of unit i.
func (p *replayed) at(i int, k uint64) spike.Tick {
	train := p.trains[i]
	n := uint64(len(train))
	switch {
	case k < n:
		return train[k]
	case p.period == 0 || n == 0:
		return spike.Forever
	}
	return train[k%n] + spike.Tick(k/n)*p.period
}

// Advance implements Population.
func (p *replayed) Advance(r Range, w spike.Window, in *Input, out *spike.Buffer) {
	for i := r.Lo; i < r.Hi; i++ {
		for at := p.at(i, p.position[i]); at < w.To; at = p.at(i, p.position[i]) {
			if at >= w.From {
				p.Emit(out, i, at)
			}
			p.position[i]++
		}
	}
}
