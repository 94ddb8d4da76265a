package recordings

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/burstplex/burstplex/neuron/spike"
)

// copier writes spikes that come in canonical order, from one reader or several, to a writer. Recorded times are
// floored, so that a batch may end in the middle of a unit: the spikes of the last unit wait for the next batch.
type copier struct {
	w    *Writer
	at   spike.Tick // everything before has been written
	wait []spike.Event
}

func (c *copier) add(batch []spike.Event) error {
	n := len(c.wait)
	c.wait = append(c.wait, batch...)
	if n > 0 && spike.Compare(c.wait[n-1], c.wait[n]) > 0 { // two files meet within a unit
		slices.SortStableFunc(c.wait, spike.Compare)
	}
	end := c.wait[len(c.wait)-1].At
	done, _ := slices.BinarySearchFunc(c.wait, end,
		func(e spike.Event, t spike.Tick) int { return int(min(1, max(-1, e.At-t))) })
	if done == 0 {
		return nil
	}
	c.at = min(c.at, c.wait[0].At)
	if err := c.w.WriteSpikes(spike.Window{From: c.at, To: end}, c.wait[:done]); err != nil {
		return err
	}
	c.at = end
	c.wait = append(c.wait[:0], c.wait[done:]...)
	return nil
}

// finish writes what waits and covers the time up to the end.
func (c *copier) finish(end spike.Tick) error {
	if len(c.wait) > 0 {
		c.at, end = min(c.at, c.wait[0].At), max(end, c.wait[len(c.wait)-1].At+1)
	}
	return c.w.WriteSpikes(spike.Window{From: c.at, To: max(c.at, end)}, c.wait)
}

// create starts a rewritten file; done closes it, and removes it if anything went wrong, so that no half a file
// stays behind. Nothing is made durable before the end, so that frames are as long as they may be and the same
// spikes give the same file.
func create(dst string, h Header, opts []Option) (w *Writer, done func(error) error, err error) {
	w, err = Create(dst, h, append([]Option{SyncEvery(time.Hour)}, opts...)...)
	return w, func(err error) error {
		if cerr := w.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			os.Remove(dst)
		}
		return err
	}, err
}

// copyTables copies the tables in a window, its end included, as they are stored. Of a course it copies the rows in the
// window.
func (r *Reader) copyTables(w *Writer, win spike.Window) error {
	list := r.tableList()
	if len(list.damage) > 0 {
		return list.damage[0]
	}
	for i := range list.tables {
		t := &list.tables[i]
		if limited := win.From > spike.Never || win.To < spike.Forever; limited && t.isCourse() {
			all, err := r.readTable(t)
			if err != nil {
				return err
			}
			if part := all.within(win); part.Columns[0].Len() == 0 {
				continue
			} else if part.Columns[0].Len() < all.Columns[0].Len() {
				if err := w.WriteTable(part.Name, part.At, part.Columns); err != nil {
					return err
				}
				continue
			}
		} else if t.At < win.From || t.At > win.To {
			continue
		}
		for _, p := range t.parts {
			payload, err := r.payload(nil, p.entry)
			if err != nil {
				return r.damage(p.entry, err)
			}
			if err := w.queue(table{at: t.At, packed: payload, size: p.entry.Count}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Recompact writes the recording again with the smallest code, in larger blocks, and returns nil only if the new
// file is complete. It is as readable as the old one; a neuron or a moment costs more to pick out.
func Recompact(dst string, r *Reader, opts ...Option) error {
	return Cut(dst, r, Query{}, append([]Option{Compact()}, opts...)...)
}

// Cut writes a part of a recording, chosen by time, populations and neurons, to a new file: the spikes with their
// labels, and the tables from the span of time, its borders included. What lies outside the part counts as not
// recorded. Damage in the source is an error; Repair it first.
func Cut(dst string, r *Reader, q Query, opts ...Option) error {
	if _, err := r.cursor(q); err != nil {
		return err
	}
	h, cover := r.part(q)
	if q.Window != (spike.Window{}) && cover.From >= cover.To {
		return fmt.Errorf("%s covers %v to %v, nothing of %v to %v", r.path, r.Window().From, r.Window().To, q.Window.From,
			q.Window.To)
	}
	q.ByNeuron = false
	w, done, err := create(dst, h, opts)
	if err != nil {
		return err
	}
	c := copier{w: w, at: cover.From}
	for batch, err := range r.Batches(q) {
		if err == nil {
			err = c.add(batch)
		}
		if err != nil {
			return done(err)
		}
	}
	if err = c.finish(cover.To); err == nil {
		tables := spike.Window{From: spike.Never, To: spike.Forever}
		if q.Window != (spike.Window{}) {
			tables = q.Window
		}
		err = r.copyTables(w, tables)
	}
	return done(err)
}

// ranges returns the recorded neurons of a population that are in a list, as few ranges as consecutive strides allow.
func ranges(sel selection, first spike.ID, ids []spike.ID) []Range {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	out := []Range{}
	for _, id := range slices.Compact(ids) {
		i := int(id) - int(first)
		if i < 0 || sel.rank(i) < 0 {
			continue
		}
		if n := len(out); n > 0 && (out[n-1].Count == 1 || i == out[n-1].last()+out[n-1].Stride) {
			if r := &out[n-1]; r.Count == 1 {
				*r = Range{r.First, 2, i - r.First}
			} else {
				r.Count++
			}
			continue
		}
		out = append(out, Range{i, 1, 1})
	}
	return out
}

// GapError says that segments do not follow each other without a gap.
type GapError struct{ Gaps []string }

// Error implements error.
func (e *GapError) Error() string { return "merge: no recording covers " + strings.Join(e.Gaps, ", ") }

// gaps lists the time between segments, which ascend, that none of them covers.
func gaps(segments []*Reader) (all []string) {
	covered := spike.Never
	for _, s := range segments {
		if len(s.frames) == 0 {
			continue
		}
		w := s.Window()
		if covered > spike.Never && w.From > covered {
			all = append(all, fmt.Sprintf("%v to %v", covered, w.From))
		}
		covered = max(covered, w.To)
	}
	return all
}

// Merge joins the segments of a run into one file. They must have the same network, selection and resolution. Where
// a segment goes on after the next one begins, because the run was killed after the checkpoint that it was resumed
// from, the later segment holds. Time between segments that none covers is an error, for every rate would count it as
// silence; with SilentGaps it does, and the metadata of the file says so under "silence". Damage in a segment is an
// error.
func Merge(dst string, segments []*Reader, opts ...Option) error {
	if len(segments) == 0 {
		return errors.New("merge: no recordings given")
	}
	segments = slices.Clone(segments)
	slices.SortStableFunc(segments, func(a, b *Reader) int {
		return int(min(1, max(-1, a.Window().From-b.Window().From)))
	})
	first := segments[0]
	for i, s := range segments {
		if err := first.sameNetwork(s); err != nil {
			return err
		}
		if i > 0 && s.Window().From == segments[i-1].Window().From && len(s.frames) > 0 {
			return fmt.Errorf("merge: %s and %s begin at the same time, %v", segments[i-1].path, s.path, s.Window().From)
		}
	}
	h := first.header
	h.Metadata = maps.Clone(h.Metadata)
	if h.Metadata == nil {
		h.Metadata = map[string]string{}
	}
	h.Metadata["merged_segments"] = fmt.Sprint(len(segments))
	o := defaults()
	for _, opt := range opts {
		if err := opt(&o); err != nil {
			return fmt.Errorf("merge: %w", err)
		}
	}
	if gaps := gaps(segments); len(gaps) > 0 && !o.silence {
		return &GapError{gaps}
	} else if len(gaps) > 0 {
		h.Metadata["silence"] = strings.Join(gaps, ", ")
	}
	w, done, err := create(dst, h, opts)
	if err != nil {
		return err
	}
	c := copier{w: w, at: first.Window().From}
	end := c.at
	for i, s := range segments {
		q := Query{}
		tables := spike.Window{From: spike.Never, To: spike.Forever}
		if i+1 < len(segments) {
			next := segments[i+1].Window().From
			if s.Window().To >= next { // a resumed run samples again what is due when it goes on
				tables.To = next - 1
			}
			if s.Window().To > next {
				if first.layout.grid.floor(next) != next {
					return done(fmt.Errorf("merge: %s begins at %v, inside %s and inside a unit of the resolution %v",
						segments[i+1].path, next, s.path, h.Resolution))
				}
				q.Window = spike.Window{From: spike.Never, To: next}
			}
		}
		for batch, err := range s.Batches(q) {
			if err == nil {
				err = c.add(batch)
			}
			if err != nil {
				return done(err)
			}
		}
		if err := s.copyTables(w, tables); err != nil {
			return done(err)
		}
		end = max(end, s.Window().To)
	}
	return done(c.finish(end))
}

// sameNetwork refuses to join recordings of different things.
func (r *Reader) sameNetwork(o *Reader) error {
	a, b := &r.header, &o.header
	what := ""
	switch {
	case a.Resolution != b.Resolution:
		what = fmt.Sprintf("resolution %v and %v", a.Resolution, b.Resolution)
	case a.Seed != b.Seed:
		what = fmt.Sprintf("seed %d and %d", a.Seed, b.Seed)
	case !slices.EqualFunc(a.Populations, b.Populations, func(p, q Population) bool {
		return p.Population == q.Population && p.Detector == q.Detector && slices.Equal(p.Recorded, q.Recorded)
	}):
		what = "populations or recorded neurons"
	default:
		return nil
	}
	return fmt.Errorf("merge: %s and %s differ in %s", filepath.Base(r.path), filepath.Base(o.path), what)
}
