package arena

import "golang.org/x/sys/unix"

// mapMemory returns zeroed memory outside the Go heap, nil if there is none.
func mapMemory(bytes int) []byte {
	m, err := unix.Mmap(-1, 0, bytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil
	}
	_ = unix.Madvise(m, unix.MADV_HUGEPAGE) // without huge pages it is only slower
	return m
}

func unmapMemory(m []byte) { _ = unix.Munmap(m) }

// mapSmallPages is mapMemory without huge pages: parts of it are given back by dropPages.
func mapSmallPages(bytes int) []byte {
	m, err := unix.Mmap(-1, 0, bytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil
	}
	_ = unix.Madvise(m, unix.MADV_NOHUGEPAGE)
	return m
}

func dropPages(m []byte) { _ = unix.Madvise(m, unix.MADV_DONTNEED) }
