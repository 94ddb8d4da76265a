package recordings

import "github.com/burstplex/burstplex/neuron/spike"

// Digest returns the hexadecimal SHA-256 of everything that was recorded, as spike.Digest defines it: of times
// floored to the resolution, in order of time, population and index. Two recordings of the same selection and
// resolution have equal digests exactly if they hold the same spikes, however they were written. Damage is an error.
func (r *Reader) Digest() (string, error) {
	d := spike.NewDigest(r.header.network())
	if err := r.Feed(Query{}, d); err != nil {
		return "", err
	}
	return d.Sum(), nil
}
