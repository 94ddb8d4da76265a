// Package python holds burstplex_spikes.py, which reads recordings in Python with nothing but numpy, and the test that
// it reads what the Go reader reads. It has no Go code to call.
package python
