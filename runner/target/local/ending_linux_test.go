package local

import (
	"time"

	"golang.org/x/sys/unix"
)

// ends waits for the end of a process that is about to end, and says whether it came. What the server
// has started of its own ends when it notices that the server is gone.
func ends(pid int) bool {
	const patience = 30 * time.Second
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return true // it has ended
	}
	defer unix.Close(fd)
	for by := time.Now().Add(patience); ; {
		left := time.Until(by)
		if left <= 0 {
			return false
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(left.Milliseconds()))
		if n == 1 {
			return true
		}
		if err != nil && err != unix.EINTR {
			return false
		}
	}
}
