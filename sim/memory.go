package sim

import (
	"fmt"
	"runtime"

	"github.com/burstplex/burstplex/internal/plural"
	"github.com/burstplex/burstplex/synapse"
)

// Estimate is what a network will take, before any of it is built.
type Estimate struct {
	Neurons  int
	Synapses float64 // expected
	Bytes    int64   // of synapses, their indices and the state of the neurons, at the most while building
}

// String is one line for people.
func (e Estimate) String() string {
	return fmt.Sprintf("%s, %.4g synapses, about %s of memory", plural.Of(e.Neurons, "neuron"), e.Synapses, Size(e.Bytes))
}

// Size prints a number of bytes in the largest fitting unit.
func Size(bytes int64) string {
	for _, u := range []struct {
		name  string
		shift int
	}{{"TiB", 40}, {"GiB", 30}, {"MiB", 20}, {"KiB", 10}} {
		if bytes >= 1<<u.shift {
			return fmt.Sprintf("%.1f %s", float64(bytes)/float64(int64(1)<<u.shift), u.name)
		}
	}
	return fmt.Sprintf("%d bytes", bytes)
}

// neuronBytes is what a neuron takes with its accumulators for a window: measured, from 60 (lif-delta) to 400
// (two-compartment, all channels in use).
const neuronBytes = 400

// memberBytes is what a neuron of a unit takes: the times of two events with their neurons.
const memberBytes = 46

// AvailableMemory returns how many bytes this process can still take, 0 if that is unknown.
func AvailableMemory() int64 { return availableMemory() }

// EstimateOf returns what a network will take. Parts that are wrong count as nothing; New says what is wrong with them.
func EstimateOf(net *Network) Estimate {
	return estimate(net, Options{Workers: runtime.GOMAXPROCS(0), ShardSize: shardSizeOf(net)})
}

func estimate(net *Network, opt Options) Estimate {
	var e Estimate
	for _, p := range net.Populations {
		e.Neurons += p.Neurons()
		e.Bytes += neuronBytes * int64(p.Size)
		if n := p.Neurons(); n > p.Size {
			e.Bytes += memberBytes * int64(n)
		}
	}
	most := int64(0) // bytes in which the largest shards are sorted while they are built, by each worker one
	fans := fanSizes(net)
	indexed := map[string]bool{}
	for i, d := range net.Projections {
		p, targets, n := newProjection(net, i)
		if p == nil {
			continue
		}
		shards := max(1, (targets+opt.ShardSize-1)/opt.ShardSize)
		e.Synapses += n
		if fan := fans[d.Source]; fan.members > 1 && d.Rule == nil && p.Fans() { // the index is that of all members
			pieces := max(opt.Workers, fan.targets/synapse.MaxShard+1)
			if indexed[d.Source] {
				pieces = 0
			}
			indexed[d.Source] = true
			e.Bytes += p.ExpectedBytes(n, pieces)
			most = max(most, p.FanSortingBytes(fan.synapses, min(opt.Workers, max(1, pieces))))
			continue
		}
		e.Bytes += p.ExpectedBytes(n, shards)
		if d.Rule != nil {
			e.Bytes += int64(8*n) + int64(4*targets)
		}
		most = max(most, int64(min(opt.Workers, shards))*p.SortingBytes(n/float64(shards)))
	}
	e.Bytes += most
	return e
}

// fanSize is what the projections of a population have together that can share a store.
type fanSize struct {
	members, targets int
	synapses         float64
}

// fanSizes returns it by source. It takes all of them for one fan; New looks at their receptors, too.
func fanSizes(net *Network) map[string]fanSize {
	sizes := map[string]fanSize{}
	for i, d := range net.Projections {
		if p, targets, n := newProjection(net, i); p != nil && d.Rule == nil && p.Fans() {
			f := sizes[d.Source]
			sizes[d.Source] = fanSize{f.members + 1, f.targets + targets, f.synapses + n}
		}
	}
	return sizes
}

// ExpectedSynapses returns the expected number of synapses of a projection, 0 if there is none of this name or it is
// wrong.
func ExpectedSynapses(net *Network, projection string) float64 {
	for i, d := range net.Projections {
		if d.Name == projection {
			_, _, n := newProjection(net, i)
			return n
		}
	}
	return 0
}

// newProjection prepares a projection without connecting it, nil if it is wrong.
func newProjection(net *Network, i int) (p *synapse.Projection, targets int, synapses float64) {
	d := net.Projections[i]
	source, target := net.index(d.Source), net.index(d.Target)
	if source < 0 || target < 0 {
		return nil, 0, 0
	}
	spec, err := plasticSpec(d)
	if err != nil {
		return nil, 0, 0
	}
	targets = net.Populations[target].Size
	p, err = synapse.New(spec, i, synapse.Geometry{Sources: net.Populations[source].Size, Targets: targets,
		Same: source == target}, net.Step)
	if err != nil {
		return nil, 0, 0
	}
	return p, targets, p.Spec.Connector.Expected(p.Geometry.Sources, targets) * float64(targets)
}

const (
	// shortRow is the mean number of targets that a row should have within a shard: shorter ones cost more to find than
	// to stream (bench parts).
	shortRow = 128
	// tinyRow is a row that is mostly waiting for its lines. Windows of one step leave room in the caches for larger
	// shards.
	tinyRow = 16
	// Shards are not made larger if fewer than these would be left in a small network, or in one of 50,000 neurons:
	// workers share them out. It does not depend on the number of workers, because the state of rules is saved by shard.
	fewShards, moreShards = 6, 12
	// oneWorker is up to how many steps of neurons and synaptic events a window is done by one worker before two have met
	// (pace): some 5 to 20 us. usualRate is what neurons are taken to fire at, in Hz.
	oneWorker, usualRate = 6000, 10
)

// shardSizeOf chooses the number of neurons in a shard: 1024, of which the state fits into the caches, or so many more
// that rows are not cut too short and the indices of rows stay small beside the synapses. A network that is not worth
// sharing out is not cut at all.
func shardSizeOf(net *Network) int {
	neurons, most := 0, 0
	for _, p := range net.Populations {
		neurons, most = neurons+p.Size, max(most, p.Size)
	}
	if whole := min((most+63)/64*64, synapse.MaxShard); isLight(net, neurons, whole) {
		return whole
	}
	enough := max(fewShards, min(moreShards, neurons/(4*defaultShard)))
	steps := windowSteps(net)
	for size := defaultShard; ; size *= 2 {
		rows, synapses := divide(net, size)
		least := enough
		if synapses < tinyRow*rows && steps == 1 {
			least = fewShards
		}
		if size == synapse.MaxShard || synapses >= shortRow*rows || shardsOf(net, 2*size) < least {
			return size
		}
	}
}

// windowSteps returns the steps of a window: those of the smallest delay, maxWindow at most.
func windowSteps(net *Network) int {
	steps := maxWindow
	for i := range net.Projections {
		if p, _, _ := newProjection(net, i); p != nil {
			steps = min(steps, int(p.MinDelay()/net.Step))
		}
	}
	return steps
}

// isLight reports whether a window of a network is less work than two workers need to meet.
func isLight(net *Network, neurons, shard int) bool {
	steps := windowSteps(net)
	for i := range net.Projections {
		if net.Projections[i].Rule != nil {
			return false
		}
	}
	_, synapses := divide(net, shard)
	events := synapses * usualRate * float64(steps) * net.Step.Seconds()
	return float64(neurons*steps)+events <= oneWorker
}

// shardsOf returns how many shards of some size a network has.
func shardsOf(net *Network, size int) (shards int) {
	for _, p := range net.Populations {
		shards += (p.Size + size - 1) / size
	}
	return shards
}

// divide returns how many rows and synapses a network has with shards of some size.
func divide(net *Network, size int) (rows, synapses float64) {
	for i := range net.Projections {
		if p, targets, n := newProjection(net, i); p != nil {
			synapses += n
			rows += float64(p.Geometry.Sources*len(p.Delays())) * float64((targets+size-1)/size)
		}
	}
	return rows, synapses
}

// fits returns an error if a network needs more memory than there is.
func fits(net *Network, opt Options) error {
	e := estimate(net, opt)
	if have := availableMemory(); have > 0 && e.Bytes > have {
		return errorf("projections", "the network needs %d bytes of memory (%v), and %d are available (%s)", e.Bytes, e, have,
			Size(have))
	}
	return nil
}
