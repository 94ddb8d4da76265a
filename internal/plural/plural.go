// Package plural counts things in sentences.
package plural

import "fmt"

// Of returns a number with what it counts: 1 seed, 2 seeds.
func Of[N ~int | ~int64 | ~uint64 | ~uint32](n N, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
