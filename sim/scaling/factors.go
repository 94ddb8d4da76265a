package scaling

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/sim/config"
)

// Factors says by how much a network is scaled.
type Factors struct {
	N     float64 // neurons of all populations
	K     float64 // inputs per neuron along all projections
	Rates string  // results of a run of the full network, which says its rates; "": they are measured
}

// largestFactor bounds N and K.
const largestFactor = 10_000

// ParseFactors reads "N=0.1,K=0.5", "N=4" or "K=0.5,rates=DIR". What is not named is 1.
func ParseFactors(text string) (Factors, error) {
	f := Factors{N: 1, K: 1}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(text, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if seen[key] {
			return f, wrong(text, "%s is given twice", key)
		}
		seen[key] = true
		switch key {
		case "N", "K":
			x, err := strconv.ParseFloat(value, 64)
			if err != nil || !(x > 0 && x <= largestFactor) {
				return f, wrong(text, "%s = %q is not a factor", key, value).Allow(fmt.Sprintf("(0, %d]", largestFactor))
			}
			if key == "N" {
				f.N = x
			} else {
				f.K = x
			}
		case "rates":
			if f.Rates = value; value == "" {
				return f, wrong(text, "rates needs the directory of a run's results")
			}
		default:
			return f, wrong(text, "%q is not known",
				key).Allow("N=FACTOR of neurons, K=FACTOR of inputs per neuron, rates=DIRECTORY of results of the full network")
		}
	}
	return f, nil
}

func wrong(text, format string, args ...any) *config.Error {
	return &config.Error{File: "--scale " + text, Reason: fmt.Sprintf(format, args...)}
}

// String prints factors as they are given.
func (f Factors) String() string {
	return fmt.Sprintf("N=%g,K=%g", f.N, f.K)
}

// ReadRates returns the activity of all populations from the summary of a run.
func ReadRates(dir string) ([]Activity, error) {
	file := filepath.Join(dir, "summary.json")
	text, err := os.ReadFile(file)
	if err != nil {
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return nil, &config.Error{File: file, Reason: err.Error() + ": rates= needs the directory of a run's results"}
	}
	var s struct{ Populations []Activity }
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, &config.Error{File: file, Reason: err.Error()}
	}
	return s.Populations, nil
}
