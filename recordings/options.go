package recordings

import (
	"fmt"
	"time"

	"github.com/burstplex/burstplex/recordings/internal/codec"
)

// Option changes how Create works.
type Option func(*options) error

type options struct {
	fs       FS
	replace  bool
	interval time.Duration
	queue    int
	frame    int
	contexts int
	silence  bool // of gaps
}

func defaults() options {
	return options{fs: disk{}, interval: 500 * time.Millisecond, queue: 1 << 17, frame: blockSpikes, contexts: 1}
}

// Replace lets Create overwrite an existing file; without it Create refuses.
func Replace() Option {
	return func(o *options) error { o.replace = true; return nil }
}

// SilentGaps lets Merge take time that no segment covers for silence; without it Merge refuses.
func SilentGaps() Option {
	return func(o *options) error { o.silence = true; return nil }
}

// SyncEvery sets after how much wall time spikes are written and made durable, 10 ms to 1 h; default 500 ms. A
// crash loses at most this, and the time that the disk takes.
func SyncEvery(d time.Duration) Option {
	return func(o *options) error {
		if d < 10*time.Millisecond || d > time.Hour {
			return fmt.Errorf("sync interval %v is outside 10ms to 1h", d)
		}
		o.interval = d
		return nil
	}
}

// Queue bounds the spikes that wait to be written, at least 1024; default 131072 (two times 2 MiB). When the queue
// is full WriteSpikes waits for the disk.
func Queue(spikes int) Option {
	return func(o *options) error {
		if spikes < 1024 {
			return fmt.Errorf("queue of %d spikes is shorter than 1024", spikes)
		}
		o.queue = spikes
		return nil
	}
}

// OnFS writes through another file system. Tests inject failures with it; default is the disk.
func OnFS(fs FS) Option {
	return func(o *options) error { o.fs = fs; return nil }
}

// Compact makes the smallest file: frames of 1 Mi spikes, classes coded in context. It costs memory (40 MB) and time
// (twice that of the default), and spikes become durable later. Recompact uses it.
func Compact() Option {
	return func(o *options) error {
		o.frame, o.contexts = 1<<20, codec.MaxContexts
		return nil
	}
}
