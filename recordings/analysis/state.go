package analysis

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"reflect"
)

// Stateful is an accumulator that can be put down and taken up again, as checkpoints need: State returns pointers
// to all that changes while spikes are added, which encoding/gob can write.
type Stateful interface{ State() []any }

// ErrState says that a saved state is not that of an accumulator.
var ErrState = errors.New("analysis: the saved state belongs to another accumulator")

// Save returns the state of an accumulator that is Stateful: Rates, Intervals, Regularity, Fano, Sensitivity,
// Raster, Lengths, During of one of these, or one of a program's own.
func Save(a Accumulator) ([]byte, error) {
	s, ok := a.(Stateful)
	if !ok {
		return nil, fmt.Errorf("analysis: %T cannot be saved", a)
	}
	var b bytes.Buffer
	enc := gob.NewEncoder(&b)
	for _, p := range s.State() {
		if err := enc.Encode(p); err != nil {
			return nil, fmt.Errorf("analysis: %w", err)
		}
	}
	return b.Bytes(), nil
}

// Load brings an accumulator, made as the saved one was, to its state: what is added then has the effect that it would
// have had there. After an error the accumulator is of no use.
func Load(a Accumulator, saved []byte) error {
	s, ok := a.(Stateful)
	if !ok {
		return fmt.Errorf("analysis: %T cannot be saved", a)
	}
	dec := gob.NewDecoder(bytes.NewReader(saved))
	for _, p := range s.State() {
		v := reflect.ValueOf(p).Elem()
		fresh := reflect.New(v.Type()) // gob leaves what is 0 as it finds it
		if err := dec.DecodeValue(fresh); err != nil {
			return fmt.Errorf("%w: %v", ErrState, err)
		}
		if v.Kind() != reflect.Slice || v.Len() == 0 {
			v.Set(fresh.Elem())
		} else if reflect.Copy(v, fresh.Elem()) != v.Len() || fresh.Elem().Len() != v.Len() {
			return ErrState
		}
	}
	return nil
}
