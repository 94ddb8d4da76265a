package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// lockFile marks a directory that a process writes into. It stays there when the process has ended: what counts is
// the lock on it, which the operating system takes away with the process, on network file systems as far as these
// lock files.
const lockFile = ".lock"

// ErrHeld is wrapped by the error of a directory that another process writes into.
var ErrHeld = errors.New("another process writes into this directory")

// holder is what the lock file says of who holds it.
type holder struct {
	Process int    `json:"process"`
	Host    string `json:"host"`
	Since   string `json:"since"`
}

// Lock is a directory that this process alone writes into.
type Lock struct{ file *flock.Flock }

// Hold locks an existing directory, or says who else holds it.
func Hold(dir string) (*Lock, error) {
	path := filepath.Join(dir, lockFile)
	l := &Lock{flock.New(path)}
	ours, err := l.file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be locked: %w", path, err)
	}
	if !ours {
		who := "a process that has not said its name"
		var h holder
		if text, err := os.ReadFile(path); err == nil && json.Unmarshal(text, &h) == nil {
			who = fmt.Sprintf("process %d on %s, since %s", h.Process, h.Host, h.Since)
		}
		return nil, fmt.Errorf("%s: %w: %s; wait until it has ended, or choose another directory", dir, ErrHeld, who)
	}
	host, _ := os.Hostname()
	text, err := json.Marshal(holder{os.Getpid(), host, time.Now().Format(time.DateTime)})
	if err == nil {
		err = os.WriteFile(path, append(text, '\n'), 0o666)
	}
	if err != nil {
		return nil, errors.Join(err, l.Release())
	}
	return l, nil
}

// Release gives the directory free.
func (l *Lock) Release() error { return l.file.Close() }
