package images

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// checkDir returns an error unless dir is a directory.
func checkDir(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &DataError{File: dir, Offset: -1, Reason: "no such directory",
			Allowed: "the directory that holds the data files", Err: err}
	case err != nil:
		return fmt.Errorf("data directory: %w", err)
	case !info.IsDir():
		return whole(dir, "the directory that holds the data files", "is a file, not a directory")
	}
	return nil
}

// find returns the path of the first of the names that dir has, plain before gzipped. If there is none it returns "".
func find(dir string, names ...string) string {
	for _, name := range names {
		for _, suffix := range []string{"", ".gz"} {
			path := filepath.Join(dir, name+suffix)
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				return path
			}
		}
	}
	return ""
}

// missing is the error for a file that find did not find. It points at a folder below that has the file.
func missing(dir, what string, names ...string) *DataError {
	var looked []string
	for _, n := range names {
		looked = append(looked, n, n+".gz")
	}
	e := whole(dir, strings.Join(looked, ", "), "no file with the %s", what)
	for _, below := range []string{"*", "*/*"} {
		for _, n := range looked {
			if hits, err := filepath.Glob(filepath.Join(literal(dir), below, n)); err == nil && len(hits) > 0 {
				e.Reason += fmt.Sprintf("; there is one in %s", filepath.Dir(hits[0]))
				return e
			}
		}
	}
	return e
}

// literal escapes what Glob would take for a pattern.
func literal(path string) string {
	return strings.NewReplacer(`*`, `[*]`, `?`, `[?]`, `[`, `[[]`).Replace(path)
}

// contents reads a file piece by piece and knows how far it is, so that memory follows what the file holds and
// never what its header says.
type contents struct {
	file string
	r    io.Reader
	at   int64 // bytes read so far, after decompression
}

// open calls read with the contents of a file, decompressed if it begins as gzip does, whatever its name.
func open(file string, read func(*contents) error) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	return decompress(file, f, read)
}

// decompress is open for a reader.
func decompress(file string, r io.Reader, read func(*contents) error) error {
	buffered := bufio.NewReaderSize(r, 1<<16)
	c := &contents{file: file, r: buffered}
	if head, _ := buffered.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return c.fault(err)
		}
		c.r = z
	}
	return read(c)
}

// bytes returns the next n bytes. If the file ends before, the error says so in terms of what was being read.
func (c *contents) bytes(n int64, what string) ([]byte, error) {
	var b bytes.Buffer
	got, err := io.CopyN(&b, c.r, n)
	c.at += got
	if errors.Is(err, io.EOF) {
		return b.Bytes(), at(c.file, c.at, "", "ends after %d of %d bytes of %s", got, n, what)
	}
	if err != nil {
		return b.Bytes(), c.fault(err)
	}
	return b.Bytes(), nil
}

// end checks that nothing follows. A gzipped file's checksum is compared here.
func (c *contents) end(after string) error {
	extra, err := io.Copy(io.Discard, io.LimitReader(c.r, 1<<20))
	if err != nil {
		return c.fault(err)
	}
	if extra > 0 {
		more := ""
		if extra == 1<<20 {
			more = " or more"
		}
		return at(c.file, c.at, "", "%d bytes%s follow the last of %s", extra, more, after)
	}
	return nil
}

// fault tells damage, which is the file's, from errors of the machine.
func (c *contents) fault(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &DataError{File: c.file, Offset: c.at, Reason: "the gzip stream is cut off", Err: err}
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.As(err, &corrupt):
		return &DataError{File: c.file, Offset: c.at, Reason: "the gzip stream is damaged: " + err.Error(), Err: err}
	}
	return fmt.Errorf("reading %s: %w", c.file, err)
}
