//go:build linux || darwin || freebsd

package session

import "golang.org/x/sys/unix"

// freeDisk returns how many bytes this user can write to the file system of a directory.
func freeDisk(dir string) (bytes int64, known bool) {
	var s unix.Statfs_t
	if unix.Statfs(dir, &s) != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
