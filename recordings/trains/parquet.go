package trains

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/parquet-go/parquet-go"

	"github.com/burstplex/burstplex/recordings"
)

// readParquet reads a table with a column for each field of its schema.
func readParquet(name string, o Options) (*File, error) {
	in, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return nil, err
	}
	file, err := parquet.OpenFile(in, info.Size())
	if err != nil {
		return nil, err
	}
	t := rows{place: "row"}
	for _, field := range file.Schema().Fields() {
		if !field.Leaf() || field.Repeated() {
			return nil, fmt.Errorf("column %s is a group or a list, which is not supported", field.Name())
		}
		t.head = append(t.head, field.Name())
	}
	t.each = func(visit func(int, []string) error) error {
		reader := parquet.NewReader(file)
		defer reader.Close()
		batch := make([]parquet.Row, 1024)
		row := make([]string, len(t.head))
		for at := 1; ; {
			n, err := reader.ReadRows(batch)
			for _, values := range batch[:n] {
				for _, v := range values {
					if row[v.Column()] = ""; !v.IsNull() {
						row[v.Column()] = parquetText(v)
					}
				}
				if err := visit(at, row); err != nil {
					return err
				}
				at++
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
		}
	}
	f := &File{}
	if err := t.read(f, ".parquet", o); err != nil {
		return nil, err
	}
	if text, ok := file.Lookup(recordings.DescriptionKey); ok {
		h, window, err := recordings.ParseDescription([]byte(text))
		if err != nil {
			return nil, err
		}
		f.Network, f.Window, f.Resolution = h.Populations, window, h.Resolution
	}
	return f, nil
}

// parquetText returns a value as text.
func parquetText(v parquet.Value) string {
	switch v.Kind() {
	case parquet.Float:
		return strconv.FormatFloat(float64(v.Float()), 'g', -1, 64)
	case parquet.Double:
		return strconv.FormatFloat(v.Double(), 'g', -1, 64)
	case parquet.Int32:
		return strconv.FormatInt(int64(v.Int32()), 10)
	case parquet.Int64:
		return strconv.FormatInt(v.Int64(), 10)
	}
	return v.String()
}
