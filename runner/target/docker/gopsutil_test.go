package docker

import (
	"os"
	"runtime"
	"testing"

	"github.com/shirou/gopsutil/v4/process"
)

// The container library finds the parent when it asks for processes, and nothing else is looked at.
func TestProcessesAreTheParent(t *testing.T) {
	all, err := process.Processes()
	if err != nil || len(all) != 1 || int(all[0].Pid) != os.Getppid() {
		t.Fatalf("%v, %v", all, err)
	}
	created, err := all[0].CreateTime()
	if runtime.GOOS != "linux" {
		if err == nil {
			t.Errorf("a start without /proc: %d", created)
		}
		return
	}
	if again, _ := all[0].CreateTime(); err != nil || created <= 0 || created != again {
		t.Errorf("the parent's start: %d, then %d, %v", created, again, err)
	}
	if dir, err := all[0].Cwd(); err != nil || dir == "" {
		t.Errorf("the parent's directory: %q, %v", dir, err)
	}
	nobody := process.Process{Pid: -1}
	if _, err := nobody.CreateTime(); err == nil {
		t.Error("a process that is not there has a start")
	}
}
