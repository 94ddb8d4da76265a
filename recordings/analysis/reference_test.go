package analysis_test

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"

	. "github.com/burstplex/burstplex/recordings/analysis"
)

// TestPublishedCorrelations: from the time courses of the published propagation experiment (Payeur et al. 2021,
// Fig. 3) the correlations come out that were measured there, 1 to 4 s.
func TestPublishedCorrelations(t *testing.T) {
	const path = "../../../shared/reference/propagation_timecourse.csv"
	file, err := os.Open(path)
	if err != nil {
		t.Skip("no reference data: ", err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	cols := map[string][]float64{}
	for i, name := range rows[0] {
		for _, r := range rows[1:] {
			v, err := strconv.ParseFloat(r[i], 64)
			if err != nil {
				t.Fatal(err)
			}
			if at, _ := strconv.ParseFloat(r[0], 64); at > 1 {
				cols[name] = append(cols[name], v)
			}
		}
	}
	for _, c := range []struct {
		x, y string
		want float64
	}{
		{"Is_pop1_pA", "ER1_Hz", .945}, {"ER1_Hz", "ER2_Hz", .941}, {"Id_pop2_pA", "BP2_pct", .969},
		{"BR2_Hz", "BP1_pct", .907}, {"Id_pop2_pA", "BP1_pct", .378}, {"Is_pop1_pA", "BP2_pct", .064},
		{"ER1_Hz", "BP1_pct", .859},
	} {
		near(t, c.x+" and "+c.y, Pearson(cols[c.x], cols[c.y]), c.want, .012)
		if lag, _ := BestLag(CrossCorrelation(cols[c.x], cols[c.y], 3)); c.want > .9 && c.x[0] != 'I' && lag != 0 {
			t.Errorf("%s and %s: best lag %d bins, want 0", c.x, c.y, lag)
		}
	}
}
