package report

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// writeCaption writes beside a figure what it shows: PATH.txt.
func (d *Report) writeCaption(path string, f Figure) error {
	return os.WriteFile(path+".txt", []byte(d.caption(f)+"\n"), 0o666)
}

// caption says what a figure shows, of how many neurons and seeds, over which time, and what a burst is.
func (d *Report) caption(f Figure) string {
	says := f.Caption(d)
	var n, bursts []string
	for i, p := range d.obs[0].pops {
		if !f.Shows(p.Name) {
			continue
		}
		n = append(n, fmt.Sprintf("%d of %s", p.Size, p.Name))
		if b := d.nets[0].Populations[i].Detector.Definition(); !slices.Contains(bursts, b) {
			bursts = append(bursts, b)
		}
	}
	if w, ok := f.Window(d.Experiment); ok {
		says += fmt.Sprintf(" From %v to %v.", w.From, w.To)
	}
	seeds := "one seed"
	if k := len(d.obs); k > 1 {
		seeds = fmt.Sprintf("means over %d seeds, bands and bars one standard deviation", k)
	}
	return fmt.Sprintf("%s Neurons: %s; %s. Burst: %s; it counts when its event begins, "+
		"and burst probability is bursts over events.", says, strings.Join(n, ", "), seeds, strings.Join(bursts, " or "))
}
