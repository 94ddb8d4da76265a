package scaling

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"reflect"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/sim/config"
)

// Row is one measurement: a point with one seed. The names of its columns are those of beNNch (Albers et al. 2022)
// and NEST's timers where these have one; times are wall time in s for the whole of model_time_sim and cpu_ the
// processor time of the same, memory is in kB (1024 bytes).
type Row struct {
	Vary     string  `csv:"vary"`
	X        float64 `csv:"x"`
	Seed     uint64  `csv:"rng_seed"`
	Workers  int     `csv:"threads_per_task"`
	Tasks    int     `csv:"tasks_per_node"`
	Nodes    int     `csv:"num_nodes"`
	Neurons  int     `csv:"network_size"`
	Synapses int     `csv:"num_connections"`
	InDegree float64 `csv:"in_degree"`
	Step     float64 `csv:"resolution_ms"`
	Window   float64 `csv:"min_delay_ms"`

	PreSim  float64 `csv:"model_time_presim"` // discarded, s
	Model   float64 `csv:"model_time_sim"`    // s
	Create  float64 `csv:"time_construction_create"`
	Connect float64 `csv:"time_construction_connect"`
	Settle  float64 `csv:"time_presimulate"`
	Sim     float64 `csv:"time_simulate"`
	Deliver float64 `csv:"time_deliver_spike_data"`
	Update  float64 `csv:"time_update"`
	Gather  float64 `csv:"time_gather_spike_data"` // joined in order and sent on their way
	Learn   float64 `csv:"time_learn"`
	Record  float64 `csv:"time_record"` // the digest: nothing is recorded
	Other   float64 `csv:"time_other"`  // of time_simulate: waiting for other workers, the protocol

	CPUCreate  float64 `csv:"cpu_construction_create"`
	CPUConnect float64 `csv:"cpu_construction_connect"`
	CPUSim     float64 `csv:"cpu_simulate"` // of the process, spinning workers included
	CPUDeliver float64 `csv:"cpu_deliver_spike_data"`
	CPUUpdate  float64 `csv:"cpu_update"`
	CPUGather  float64 `csv:"cpu_gather_spike_data"`
	CPULearn   float64 `csv:"cpu_learn"`
	CPURecord  float64 `csv:"cpu_record"`

	RealTime      float64 `csv:"real_time_factor"` // wall time per model time
	EventsPerS    float64 `csv:"synaptic_events_per_s"`
	NsPerEvent    float64 `csv:"cpu_ns_per_synaptic_event"`
	NsPerStep     float64 `csv:"cpu_ns_per_neuron_step"`
	RecordedModel float64 `csv:"model_time_recorded"`
	Recorded      float64 `csv:"time_simulate_recorded"`
	CPURecorded   float64 `csv:"cpu_simulate_recorded"`

	Energy      float64 `csv:"energy_j"` // while time_simulate went by; 0: not known
	EventEnergy float64 `csv:"energy_per_synaptic_event_uj"`
	Base        int64   `csv:"base_memory"`
	Network     int64   `csv:"network_memory"`
	Total       int64   `csv:"total_memory"`
	Peak        int64   `csv:"peak_memory"`
	PerSynapse  float64 `csv:"bytes_per_synapse"` // of synapses and their index
	PerNeuron   float64 `csv:"bytes_per_neuron"`  // all that the network takes, per neuron
	SpikeCount  int64   `csv:"local_spike_counter"`
	Events      int64   `csv:"synaptic_events"`
	Steps       int64   `csv:"neuron_steps"`
	Rate        float64 `csv:"rate_hz"`
	EventRate   float64 `csv:"event_rate_hz"`
	Probability float64 `csv:"burst_probability"`
	CV          float64 `csv:"cv_isi"`      // of interspike intervals, mean over neurons
	Correlation float64 `csv:"correlation"` // mean over the populations, by their neurons
	Digest      string  `csv:"spike_digest_sha256"`
	Program     string  `csv:"simulator"`
	Machine     string  `csv:"machine"`

	activity []Activity // of each population
}

// columns calls each with the name and value of all columns.
func (r *Row) columns(each func(name string, v reflect.Value)) {
	v := reflect.ValueOf(r).Elem()
	for i := range v.NumField() {
		if name := v.Type().Field(i).Tag.Get("csv"); name != "" {
			each(name, v.Field(i))
		}
	}
}

// WriteRows writes rows as CSV with a header.
func WriteRows(out io.Writer, rows []Row) error {
	w := csv.NewWriter(out)
	var head []string
	(&Row{}).columns(func(name string, _ reflect.Value) { head = append(head, name) })
	w.Write(head)
	for i := range rows {
		var fields []string
		rows[i].columns(func(_ string, v reflect.Value) { fields = append(fields, fmt.Sprint(v.Interface())) })
		w.Write(fields)
	}
	w.Flush()
	return w.Error()
}

// ReadRows reads what WriteRows wrote. A file that does not exist has no rows.
func ReadRows(file string) ([]Row, error) {
	f, err := os.Open(file)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	bad := func(line int, format string, args ...any) error {
		return &config.Error{File: file, Line: line, Reason: fmt.Sprintf(format, args...)}
	}
	if err != nil || len(lines) == 0 {
		return nil, bad(0, "is not a table of measurements: %v", err)
	}
	var rows []Row
	for n, line := range lines[1:] {
		var r Row
		k, wrong := 0, ""
		r.columns(func(name string, v reflect.Value) {
			if k >= len(line) || k >= len(lines[0]) || lines[0][k] != name {
				wrong = "column " + name + " is missing"
				return
			}
			text := strings.TrimSpace(line[k])
			k++
			var err error
			switch v.Kind() {
			case reflect.String:
				v.SetString(text)
			case reflect.Float64:
				var x float64
				x, err = strconv.ParseFloat(text, 64)
				v.SetFloat(x)
			case reflect.Uint64:
				var x uint64
				x, err = strconv.ParseUint(text, 10, 64)
				v.SetUint(x)
			default:
				var x int64
				x, err = strconv.ParseInt(text, 10, 64)
				v.SetInt(x)
			}
			if err != nil {
				wrong = fmt.Sprintf("%s = %q is not a number", name, text)
			}
		})
		if wrong != "" {
			return nil, bad(n+2, "%s", wrong)
		}
		rows = append(rows, r)
	}
	return rows, nil
}
