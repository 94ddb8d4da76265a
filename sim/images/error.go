package images

import (
	"fmt"
	"strings"
	"unicode"
)

// DataError is something wrong with the data that the user named, and always prints as one line.
type DataError struct {
	File    string // the file, or the directory
	Offset  int64  // first wrong byte, of the contents after decompression; -1 if it is about the whole file
	Reason  string // what is wrong
	Allowed string // what would be right; empty if the reason says so
	Err     error  // cause, or nil
}

// Error prints "file: byte N: reason (allowed: ...)", leaving out what is empty.
func (e *DataError) Error() string {
	var b strings.Builder
	if e.File == "" {
		b.WriteString(`""`)
	}
	b.WriteString(e.File)
	if e.Offset >= 0 {
		fmt.Fprintf(&b, ": byte %d", e.Offset)
	}
	b.WriteString(": " + e.Reason)
	if e.Allowed != "" {
		b.WriteString(" (allowed: " + e.Allowed + ")")
	}
	return strings.Map(func(r rune) rune { // a file's name may hold anything
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, b.String())
}

// Unwrap returns the cause.
func (e *DataError) Unwrap() error { return e.Err }

// whole is an error about a whole file or directory.
func whole(file, allowed, reason string, args ...any) *DataError {
	return &DataError{File: file, Offset: -1, Reason: fmt.Sprintf(reason, args...), Allowed: allowed}
}

// at is an error about a byte of a file.
func at(file string, offset int64, allowed, reason string, args ...any) *DataError {
	return &DataError{File: file, Offset: offset, Reason: fmt.Sprintf(reason, args...), Allowed: allowed}
}
