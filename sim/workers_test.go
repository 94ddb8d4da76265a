package sim

import (
	"sync/atomic"
	"testing"
	"time"
)

// Every item is done once, by any number of workers, whether the helpers spin, sleep or come too late.
func TestWorkers(t *testing.T) {
	for _, workers := range []int{1, 2, 5} {
		c := newWorkers(workers)
		for round := range 3000 {
			items := round % 40
			done := make([]int32, items)
			c.each(items, func(i int) { atomic.AddInt32(&done[i], 1) })
			for i, n := range done {
				if n != 1 {
					t.Fatalf("%d workers, round %d: item %d was done %d times", workers, round, i, n)
				}
			}
			if round%1000 == 999 {
				time.Sleep(5 * time.Millisecond) // helpers fall asleep
			}
		}
		c.close()
		c.close()
		n := 0
		c.each(3, func(int) { n++ })
		if n != 3 {
			t.Errorf("%d items after the end", n)
		}
	}
	c := newWorkers(2)
	defer c.close()
	var sum atomic.Int64
	c.each(mostAtOnce+10, func(i int) { sum.Add(int64(i)) })
	if n := int64(mostAtOnce + 10); sum.Load() != n*(n-1)/2 {
		t.Error("items beyond one ticket are wrong")
	}
	var x [8]int
	f := func(i int) { x[i]++ }
	if a := testing.AllocsPerRun(100, func() { c.each(8, f) }); a != 0 {
		t.Errorf("%g allocations per call", a)
	}
}

func BenchmarkWorkers(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(map[int]string{1: "workers=1", 2: "workers=2"}[workers], func(b *testing.B) {
			c := newWorkers(workers)
			defer c.close()
			var x [16]int
			f := func(i int) {
				for range 1000 {
					x[i]++
				}
			}
			for b.Loop() {
				c.each(16, f)
			}
		})
	}
}
