// Package replace puts complete files in the place of others.
package replace

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// File lets write fill a new file and puts it in the place of path: whoever opens path finds what was there before, or
// all of what is new. If anything fails, path is as it was and nothing is left beside it. The file can be written from
// back to front. It is on the disk only if write has called Sync.
func File(path string, write func(*os.File) error) (err error) {
	name := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%d", filepath.Base(path), os.Getpid()))
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	if err = errors.Join(write(f), f.Close()); err == nil {
		err = os.Rename(name, path)
	}
	if err != nil {
		os.Remove(name)
	}
	return err
}
