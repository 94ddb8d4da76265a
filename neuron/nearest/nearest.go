// Package nearest guesses what a misspelt name meant: for error messages that say "did you mean".
package nearest

import (
	"strings"
	"unicode/utf8"
)

// Name returns the valid name that a misspelt one most likely means, or "" if none is close. Close is an edit
// distance (insert, delete, replace, swap neighbours; letter case is free) of at most a third of the name's
// length, or a name that begins with the other. Of equally close names the first wins.
func Name(name string, valid []string) string {
	const longest = 64 // nobody misspells more than that; bounds the work
	lower := strings.ToLower(name)
	if name == "" || utf8.RuneCountInString(lower) > longest {
		return ""
	}
	best, limit := "", max(1, (utf8.RuneCountInString(lower)+1)/3)
	for _, v := range valid {
		if utf8.RuneCountInString(v) > longest {
			continue
		}
		if d := editDistance([]rune(lower), []rune(strings.ToLower(v))); d <= limit {
			best, limit = v, d-1
		}
	}
	if best != "" {
		return best
	}
	for _, v := range valid {
		low := strings.ToLower(v)
		if len(lower) >= 2 && len(low) >= 2 && (strings.HasPrefix(low, lower) || strings.HasPrefix(lower, low)) {
			return v
		}
	}
	return ""
}

// editDistance is the optimal string alignment distance: Levenshtein with swaps of neighbours.
func editDistance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
