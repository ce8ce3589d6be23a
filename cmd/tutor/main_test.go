package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tutor/runner/target/targettest"
	"tutor/runner/transcript"
)

var (
	targets targettest.Targets
	rewrite = flag.Bool("update", false, "rewrite the README's output")
)

// asProgram makes of the test binary the program, for tests that need processes.
const asProgram = "TUTOR_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(targettest.Main(m, &targets))
}

// run runs a command line in this process.
func run(t testing.TB, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return runWith(t, "", args...)
}

func runWith(t testing.TB, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = execute(context.Background(), args, terminal{in: strings.NewReader(stdin), out: &out, err: &errs})
	return code, out.String(), errs.String()
}

// shell runs command lines as a reader of the documentation would, with the test binary as tutor.
type shell struct{ path, dir string }

func newShell(t testing.TB) shell {
	t.Helper()
	dir := t.TempDir()
	self, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(dir, "tutor")); err != nil {
		t.Fatal(err)
	}
	return shell{path: dir + ":" + os.Getenv("PATH"), dir: dir}
}

// process is a running command line.
type process struct {
	t    testing.TB
	name string
	cmd  *exec.Cmd
	out  *lines
	once sync.Once
	err  error
}

// start starts a command line; the process is killed at the end of the test, if it is still there.
func (s shell) start(t testing.TB, line string) *process {
	t.Helper()
	cmd := exec.Command("sh", "-c", "exec "+line)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "PATH="+s.path, asProgram+"=1", "TUTOR_USERPASS=")
	reading, writing := io.Pipe()
	cmd.Stdout, cmd.Stderr = writing, writing
	p := &process{t: t, name: line, cmd: cmd, out: newLines(reading)}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		p.wait()
		writing.Close()
	})
	go func() {
		p.wait()
		writing.Close()
	}()
	return p
}

// wait waits for the end of the process and returns its exit code.
func (p *process) wait() int {
	p.once.Do(func() { p.err = p.cmd.Wait() })
	return p.cmd.ProcessState.ExitCode()
}

// interrupt is Ctrl-C.
func (p *process) interrupt() int {
	p.t.Helper()
	return p.signal(syscall.SIGINT)
}

// signal sends a signal and returns the exit code.
func (p *process) signal(s os.Signal) int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
	return p.wait()
}

// prints fails the test unless the next lines are those.
func (p *process) prints(want ...string) {
	p.t.Helper()
	if different := p.differs(want...); different != "" {
		p.t.Fatal(different)
	}
}

// differs tells the first of the next lines that is not as it is wanted, if there is one.
func (p *process) differs(want ...string) string {
	for _, w := range want {
		got, ok := p.out.next()
		if !ok {
			return fmt.Sprintf("%s\nprints no more, want %q\nbefore: %q", p.name, w, p.out.seen())
		}
		if !transcript.Matches(strings.TrimRight(w, " "), strings.TrimRight(got, " ")) {
			return fmt.Sprintf("%s\nprints %q, want %q\nbefore: %q", p.name, got, w, p.out.seen())
		}
	}
	return ""
}

// lines are the lines of an output, which are read as they come, however many they are.
type lines struct {
	mu      sync.Mutex
	changed *sync.Cond
	all     []string
	// taken is how many of them next has returned.
	taken int
	over  bool
}

func newLines(r io.Reader) *lines {
	l := &lines{}
	l.changed = sync.NewCond(&l.mu)
	go func() {
		scanner := bufio.NewScanner(r)
		for scanner.Scan() {
			l.mu.Lock()
			l.all = append(l.all, scanner.Text())
			l.mu.Unlock()
			l.changed.Broadcast()
		}
		l.end()
	}()
	return l
}

func (l *lines) end() {
	l.mu.Lock()
	l.over = true
	l.mu.Unlock()
	l.changed.Broadcast()
}

// patience is how long a process may take to print what it must.
const patience = 60 * time.Second

// next waits for the next line; ok is false if there will be none.
func (l *lines) next() (line string, ok bool) {
	expired := time.AfterFunc(patience, l.end)
	defer expired.Stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.taken == len(l.all) && !l.over {
		l.changed.Wait()
	}
	if l.taken == len(l.all) {
		return "", false
	}
	l.taken++
	return l.all[l.taken-1], true
}

func (l *lines) seen() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all[max(0, l.taken-20):l.taken]
}
