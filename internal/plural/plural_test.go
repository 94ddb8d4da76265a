package plural

import "testing"

func TestOf(t *testing.T) {
	for n, want := range map[int]string{0: "0 seeds", 1: "1 seed", 2: "2 seeds"} {
		if got := Of(n, "seed"); got != want {
			t.Errorf("Of(%d) = %q, want %q", n, got, want)
		}
	}
}
