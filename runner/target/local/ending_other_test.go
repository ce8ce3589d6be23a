//go:build !linux

package local

// ends is never asked: where there is no /proc, no process is found.
func ends(int) bool { return false }
