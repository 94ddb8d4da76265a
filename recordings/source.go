package recordings

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"golang.org/x/exp/mmap"
)

// source is the bytes of a file, mapped into memory.
type source struct {
	file *mmap.ReaderAt
	size int64
}

func openSource(path string) (source, error) {
	// Mapping a pipe would wait for ever, a directory has no bytes.
	info, err := os.Stat(path)
	if err != nil {
		return source{}, err
	}
	if !info.Mode().IsRegular() {
		return source{}, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := mmap.Open(path)
	if err != nil {
		return source{}, err
	}
	return source{f, int64(f.Len())}, nil
}

// read fills p from an offset. A file that is cut short while it is mapped, and a disk that fails, raise a fault at
// the access; it becomes an error here.
func (s *source) read(p []byte, offset int64) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if recover() != nil {
			err = errors.New("the file changed or the disk failed while it was read")
		}
	}()
	if offset < 0 || offset > s.size-int64(len(p)) {
		return io.ErrUnexpectedEOF
	}
	_, err = s.file.ReadAt(p, offset)
	return err
}
