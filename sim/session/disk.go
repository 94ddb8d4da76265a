package session

import (
	"os"
	"path/filepath"

	"github.com/burstplex/burstplex/internal/plural"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/experiment"
)

// fitsOnDisk returns an error if the results of all seeds need more than is free where they go.
func fitsOnDisk(x *experiment.Experiment, o Options) error {
	net, err := x.Network(*o.Seed)
	if err != nil {
		return err
	}
	d := x.Disk(net)
	need := d.Bytes() * int64(o.Seeds)
	where := o.Dir
	for {
		if _, err := os.Stat(where); err == nil || where == filepath.Dir(where) {
			break
		}
		where = filepath.Dir(where)
	}
	if have, known := freeDisk(where); known && need > have {
		return x.At("record.spikes",
			"the results of %s need %d bytes (%v), and %d are free in %s (%s); record fewer neurons, or lower "+
				"record.expected_rate if they are less active",
			plural.Of(o.Seeds, "seed"), need, d, have, where, sim.Size(have))
	}
	return nil
}
