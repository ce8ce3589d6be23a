// Package process stands, by a replace directive in this project's go.mod, for the package of that path
// in gopsutil. The container library asks it for all processes of the machine whenever a program starts
// that it is linked into, whether or not a container will be wanted, only to find the program's parent
// among them: it labels its containers with a session, which is told by the parent's number and start.
// This package knows the parent alone, so that asking costs the same however many processes there are.
// Other modules that import the docker target get the library's own; nothing but the cost differs.
package process

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Process is one process of this machine.
type Process struct {
	// Pid is its number.
	Pid int32
}

// Processes returns the parent of this process. It never fails.
func Processes() ([]*Process, error) {
	return []*Process{{Pid: int32(os.Getppid())}}, nil
}

// Cwd returns the process's working directory. Where there is no /proc, it is an error.
func (p *Process) Cwd() (string, error) {
	return os.Readlink(p.proc("cwd"))
}

// CreateTime returns when the process was started, in clock ticks since the machine's boot. Where there
// is no /proc, it is an error.
func (p *Process) CreateTime() (int64, error) {
	stat, err := os.ReadFile(p.proc("stat"))
	if err != nil {
		return 0, err
	}
	// The second field of proc(5) is the program's name in parentheses, in which anything may stand; the
	// start is the 22nd, the 20th after it.
	const start = 20
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < start {
		return 0, errors.New("the process's stat has too few fields")
	}
	return strconv.ParseInt(fields[start-1], 10, 64)
}

func (p *Process) proc(file string) string { return fmt.Sprintf("/proc/%d/%s", p.Pid, file) }
