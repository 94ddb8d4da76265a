package units

import "unsafe"

// tileGo is the tile product in plain Go: c[i][j] += a[i] b[j], step after step, both roundings.
func tileGo(c *float32, stride int, a, b *float32, steps []step) {
	for i := range tileRows {
		row := unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(c), 4*i*stride)), tileCols)
		for _, s := range steps {
			w := *(*float32)(unsafe.Add(unsafe.Pointer(a), uintptr(s.a)+uintptr(4*i)))
			x := unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(b), uintptr(s.b))), tileCols)
			for j, v := range x {
				row[j] += float32(w * v)
			}
		}
	}
}
