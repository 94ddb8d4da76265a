package spike

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"testing"
)

// The digest is the SHA-256 of all records, 16 bytes a spike: time, number of the population, neuron within it. How the
// spikes were divided between calls, and whether it was saved and went on in between, does not matter.
func TestDigestIsOfAllRecords(t *testing.T) {
	pops := []Population{{Name: "a", First: 0, Size: 7}, {Name: "b", First: 7, Size: 100},
		{Name: "c", First: 200, Size: 3}}
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, hashedAtOnce/recordSize - 1, hashedAtOnce / recordSize, hashedAtOnce/recordSize + 1,
		3*hashedAtOnce/recordSize + 17} {
		var events []Event
		hash := sha256.New()
		for k := range n {
			p := r.IntN(3)
			i := r.IntN(pops[p].Size)
			e := Event{At: Tick(3*k + 1), Src: pops[p].First + ID(i), Kind: Kind(k % 3)}
			events = append(events, e)
			record := binary.LittleEndian.AppendUint64(nil, uint64(e.At))
			record = binary.LittleEndian.AppendUint32(record, uint32(p))
			hash.Write(binary.LittleEndian.AppendUint32(record, uint32(i)))
		}
		want := hex.EncodeToString(hash.Sum(nil))
		whole := NewDigest(pops)
		whole.Add(events)
		if got := whole.Sum(); got != want {
			t.Errorf("%d spikes: %s, want %s", n, got, want)
		}
		pieces := NewDigest(pops)
		for rest := events; len(rest) > 0; {
			m := min(len(rest), r.IntN(hashedAtOnce/recordSize*3/2))
			pieces.Add(rest[:m])
			rest = rest[m:]
			if r.IntN(3) == 0 {
				pieces.Sum() // adding goes on
			}
			state, err := pieces.State()
			if err != nil {
				t.Fatal(err)
			}
			pieces = NewDigest(pops)
			pieces.Add([]Event{{At: 1, Src: 3}}) // forgotten
			if err := pieces.SetState(state); err != nil {
				t.Fatal(err)
			}
		}
		if got := pieces.Sum(); got != want {
			t.Errorf("%d spikes in pieces: %s, want %s", n, got, want)
		}
	}
	d := NewDigest(pops)
	for _, n := range []int{0, 7, 8, 30} {
		if d.SetState(make([]byte, n)) == nil {
			t.Errorf("%d bytes are taken for a state", n)
		}
	}
}

// Find returns the population of every number, the first and the last ones of each too.
func TestLookup(t *testing.T) {
	pops := []Population{{Name: "a", First: 0, Size: 1}, {Name: "b", First: 1, Size: 1}, {Name: "c", First: 2, Size: 5},
		{Name: "d", First: 7, Size: 1000}}
	l := NewLookup(pops)
	for p, pop := range pops {
		for i := range pop.Size {
			if got := l.Find(pop.First + ID(i)); got != p {
				t.Fatalf("neuron %d is in population %d and not %d", int(pop.First)+i, got, p)
			}
		}
	}
}
