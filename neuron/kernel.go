package neuron

import "github.com/burstplex/burstplex/neuron/spike"

// tableSize is the number of intervals of a kernel table: linear interpolation then errs by (step/tau)^2/8/tableSize^2,
// below single precision for every step that resolves the synapse.
const tableSize = 256

// table is a Kernel evaluated once for a step, for use per row-event and per background arrival.
type table struct {
	exact Kernel
	scale float32
	at    [tableSize + 2]Pair
}

// Tabulate returns a fast Kernel for arrivals within steps of the given length; nil stays nil.
func Tabulate(k Kernel, step spike.Tick) Kernel {
	if k == nil {
		return nil
	}
	t := &table{exact: k, scale: tableSize / float32(step)}
	for i := range t.at {
		end, area := k.At(step * spike.Tick(i) / tableSize)
		t.at[i] = Pair{end, area}
	}
	return t
}

// At implements Kernel.
func (t *table) At(rest spike.Tick) (end, area float32) {
	x := float32(rest) * t.scale
	i := int(x)
	f := x - float32(i)
	a, b := t.at[i], t.at[i+1]
	return a.End + float32(f*(b.End-a.End)), a.Area + float32(f*(b.Area-a.Area))
}
