package export_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	. "github.com/burstplex/burstplex/recordings/export"
	"github.com/burstplex/burstplex/recordings/trains"
)

// BenchmarkFormats prints the table of docs/recordings.md: bytes per spike of every format, for the reference of 10,000
// neurons at 5 Hz and for recorded trains where they are at hand.
func BenchmarkFormats(b *testing.B) {
	for name, res := range map[string]spike.Tick{"100us": 100 * spike.Microsecond, "1us": spike.Microsecond} {
		r := rand.New(rand.NewPCG(1, 2))
		all := make([]trains.Train, 10000)
		for i := range all {
			for t := r.ExpFloat64() / 5; t < 20; t += r.ExpFloat64() / 5 {
				all[i].Times = append(all[i].Times, spike.FromSeconds(t))
			}
		}
		b.Run("poisson at "+name, func(b *testing.B) { formats(b, all, res) })
	}
	for _, file := range []string{"mea_retina_hippocampus", "aplysia_pedal_ganglion"} {
		f, err := trains.Read(nil, filepath.Join("..", "..", "..", "shared", "data", "spikes", file+".csv.gz"),
			trains.Options{})
		if err != nil {
			b.Log("recorded spikes are not here: ", err)
			continue
		}
		// Recordings follow each other in time in the file, but are separate: one after the other, as populations.
		b.Run(file, func(b *testing.B) { formats(b, f.Trains, spike.Microsecond) })
	}
}

// formats writes trains in every format and reports bytes per spike. Trains of one recording become a population.
func formats(b *testing.B, all []trains.Train, res spike.Tick) {
	h := recordings.Header{Resolution: res}
	var evs []spike.Event
	for i, t := range all {
		if n := len(h.Populations); n == 0 || h.Populations[n-1].Name != t.Recording {
			h.Populations = append(h.Populations, recordings.Population{Population: spike.Population{Name: t.Recording,
				First: spike.ID(i)}})
		}
		h.Populations[len(h.Populations)-1].Size++
		train := spike.NewTrain()
		for _, at := range t.Times {
			evs = append(evs, spike.Event{At: at, Src: spike.ID(i), Kind: spike.DefaultDetector().Label(&train, at)})
		}
	}
	slices.SortFunc(evs, spike.Compare)
	size := func(path string, err error) float64 {
		if err != nil {
			b.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		return float64(info.Size()) / float64(len(evs))
	}
	for b.Loop() {
		dir := b.TempDir()
		path := filepath.Join(dir, "live.bspk")
		w, err := recordings.Create(path, h)
		if err != nil {
			b.Fatal(err)
		}
		if err := w.WriteSpikes(spike.Window{From: evs[0].At, To: evs[len(evs)-1].At + 1}, evs); err != nil {
			b.Fatal(err)
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
		r, err := recordings.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(size(path, nil), "B-live")
		small := filepath.Join(dir, "compact.bspk")
		b.ReportMetric(size(small, recordings.Recompact(small, r)), "B-compact")
		bound, all := 0.0, 0.0
		for _, p := range recordings.Summarize(r).Populations {
			bound += p.Bound * float64(p.Spikes)
			all += float64(p.Spikes)
		}
		b.ReportMetric(bound/all, "B-bound")
		for _, format := range All() {
			out := filepath.Join(dir, "x."+format.Name)
			b.ReportMetric(size(out, format.File(out, r, recordings.Query{})), "B-"+format.Name)
		}
		r.Close()
	}
}
