package recordings

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// burstRule finds the spikes that are near the one before, of the same neuron. The difference of two keys of one neuron
// is their distance above zeros; of two neurons it has bits of the IDs below. Turned around so that those come highest,
// one comparison tells both.
type burstRule struct {
	threshold uint64 // units
	turn      int
}

func newBurstRule(threshold uint64, shift uint) burstRule {
	return burstRule{min(threshold, 1<<(64-shift)), -int(shift)}
}

// near returns 1 if the key is near the last, both without labels, else 0.
func (r burstRule) near(k, last key) uint64 {
	_, less := bits.Sub64(bits.RotateLeft64(k-last, r.turn), r.threshold, 0)
	return less
}

// noKey is near no key: it differs in the bits of the label.
const noKey key = 1

const kindMask = 1<<kindBits - 1

// follower is the label that the rule predicts for a spike that is near one of this label.
func follower(kind uint64) uint64 { return 1 + (kind+1)>>1 }

// appendExceptions appends the list of the labels that the rule does not predict.
func appendExceptions(dst []byte, keys []key, threshold uint64, shift uint) []byte {
	rule := newBurstRule(threshold, shift)
	last, follows, after := noKey, uint64(0), 0
	for i, k := range keys {
		kind := k & kindMask
		k -= kind
		predicted := follows & -rule.near(k, last)
		if kind != predicted {
			other := (kind + 2 - predicted) % 3 // 0 or 1: which of the two other labels
			dst = binary.AppendUvarint(dst, uint64(i-after)<<1|other)
			after = i + 1
		}
		last, follows = k, follower(kind)
	}
	return dst
}

// labeller labels the spikes of a block as the burst rule predicts, corrected where the block lists an exception.
type labeller struct {
	list    []byte // exceptions that have not been read
	next    int    // spike of the next exception, -1 if there is none
	other   uint64 // which of the two other labels it has
	rule    burstRule
	last    key    // without label
	follows uint64 // the label of the next spike if it is near
}

// newLabeller labels from the first spike of a block on.
func newLabeller(list []byte, threshold uint64, shift uint) (labeller, error) {
	l := labeller{list: list, rule: newBurstRule(threshold, shift), last: noKey}
	return l, l.advance(0)
}

var errLabels = errors.New("list of labels is malformed")

// advance reads the next exception, counted from the spike after the last one.
func (l *labeller) advance(after int) error {
	l.next = -1
	if len(l.list) == 0 {
		return nil
	}
	v, n := binary.Uvarint(l.list)
	if n <= 0 || v>>1 > maxCount {
		return errLabels
	}
	l.next, l.other, l.list = after+int(v>>1), v&1, l.list[n:]
	return nil
}

// label adds the labels to keys, which begin with spike first of the block.
func (l *labeller) label(keys []key, first int) error {
	for l.next >= 0 && l.next < first+len(keys) {
		n := l.next - first
		l.predict(keys[:n+1])
		kind := (keys[n]&kindMask + 1 + l.other) % 3
		keys[n] = keys[n]&^kindMask | kind
		l.follows = follower(kind)
		keys, first = keys[n+1:], l.next+1
		if err := l.advance(first); err != nil {
			return err
		}
	}
	l.predict(keys)
	return nil
}

// predict adds the labels of the burst rule. After a spike that is near one before comes a tail, else the second of a
// burst: no spike has to wait for the label of the one before.
func (l *labeller) predict(keys []key) {
	rule, last, follows := l.rule, l.last, l.follows
	for i, k := range keys {
		near := rule.near(k, last)
		keys[i] = k | follows&-near
		last, follows = k, 1+near
	}
	l.last, l.follows = last, follows
}

// done reports whether every exception has been met.
func (l *labeller) done() bool { return l.next < 0 && len(l.list) == 0 }
