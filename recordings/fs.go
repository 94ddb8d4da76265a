package recordings

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// FS is the part of a file system that a writer needs. Tests inject failures through it.
type FS interface {
	// Create makes a new file. It must fail with fs.ErrExist if the file exists and replace is false.
	Create(path string, replace bool) (File, error)
	// SyncDir makes the entry of a new file in its directory durable.
	SyncDir(path string) error
}

// File is a file that is appended to.
type File interface {
	Write(p []byte) (int, error)
	Sync() error
	Close() error
}

// disk is the file system of the machine.
type disk struct{}

func (disk) Create(path string, replace bool) (File, error) {
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if replace {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	return os.OpenFile(path, flags, 0o666)
}

func (disk) SyncDir(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, fs.ErrInvalid) { // some file systems cannot, and need not
		return err
	}
	return nil
}
