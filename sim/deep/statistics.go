package deep

import "github.com/burstplex/burstplex/sim/ensemble"

// statistics shows a batch once more, with the same random numbers, and looks into the units.
func (tr *Trainer) statistics(set *Examples, batch []int) [][]ensemble.Sums {
	residue := tr.Net.Residue()
	group, _ := tr.models[0].Group()
	all := make([][]ensemble.Sums, (len(batch)+group-1)/group)
	tr.workers.Each(len(all), func(worker, item int) {
		part := batch[item*group : min(len(batch), (item+1)*group)]
		values, targets, numbers := rows(len(part), set.Size()), rows(len(part), len(set.Classes)), make([]uint64, len(part))
		for i, k := range part {
			tr.readers[worker].Read(values[i], set, k, nil, 0)
			targets[i][set.Labels[k]], numbers[i] = 1, probeNumbers+uint64(item*group+i)
		}
		switch m := tr.models[worker].(type) {
		case *ensemble.Presenter:
			all[item] = m.Statistics(values[0], targets[0], tr.Mean, numbers[0], residue)
		case *ensemble.Rates:
			all[item] = m.Statistics(values, targets, numbers, residue)
		}
	})
	return all
}
