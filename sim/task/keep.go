package task

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrDamaged is wrapped by errors about kept files that are cut off or changed.
var ErrDamaged = errors.New("the file is damaged: its checksum does not match; remove it to start again")

// Keep writes a body with its checksum to a new file and puts it in the place of path.
func Keep(path string, body []byte) error {
	return Replace(path, fmt.Appendf(nil, "%08x\n", crc32.ChecksumIEEE(body)), body)
}

// ReplaceJSON puts a value, as indented JSON that people can read, in the place of path.
func ReplaceJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return Replace(path, append(text, '\n'))
}

// Kept returns the body that Keep wrote, nil if there is no such file.
func Kept(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	sum, body, ok := bytes.Cut(text, []byte("\n"))
	if !ok || string(sum) != fmt.Sprintf("%08x", crc32.ChecksumIEEE(body)) {
		return nil, fmt.Errorf("%s: %w", path, ErrDamaged)
	}
	return body, nil
}

// KeepValue keeps something that gob can encode.
func KeepValue(path string, v any) error {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(v); err != nil {
		return err
	}
	return Keep(path, b.Bytes())
}

// KeptValue reads into v what KeepValue kept and reports whether there was anything.
func KeptValue(path string, v any) (found bool, err error) {
	body, err := Kept(path)
	if body == nil || err != nil {
		return false, err
	}
	if err := gob.NewDecoder(bytes.NewReader(body)).Decode(v); err != nil {
		return false, fmt.Errorf("%s: %w", path, err)
	}
	return true, nil
}

// parts is the directory of what Once has finished.
const parts = "parts"

// Once returns what f computes. It keeps the result in the result directory under a name until Forget, so that a
// run that was interrupted or killed, and is resumed, computes only what was not finished. T must be something that
// gob can encode.
func Once[T any](r *Run, name string, f func() (T, error)) (T, error) {
	var v T
	path := filepath.Join(r.Dir, parts, name+".bin")
	found, err := KeptValue(path, &v)
	if found || err != nil {
		return v, err
	}
	if v, err = f(); err != nil {
		return v, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return v, err
	}
	return v, KeepValue(path, v)
}

// Forget removes what Once has kept: the task is done, or begins anew.
func Forget(dir string) error { return os.RemoveAll(filepath.Join(dir, parts)) }
