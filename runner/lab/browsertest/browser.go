//go:build (linux || darwin) && !race

package browsertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long a page may take for anything.
const patience = 30 * time.Second

// Browser is the browser of a package's tests.
type Browser struct {
	choice choice
	start  sync.Once
	// failed is why it could not be started.
	failed error
	ctx    context.Context
	end    func() error
}

// Main runs a package's tests with a browser, and stops it at the end. It is to be called by TestMain; the result is
// the exit code.
func Main(m *testing.M, b *Browser) int {
	value, set := os.LookupEnv(Variable)
	chosen, err := choose(value, set, programs)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	b.choice = chosen
	code := m.Run()
	if b.end == nil {
		return code
	}
	if err := b.end(); err != nil {
		fmt.Fprintf(os.Stderr, "stopping the browser: %v\n", err)
		return max(code, 1)
	}
	return code
}

// running starts the browser, unless it runs.
func (b *Browser) running(t testing.TB) {
	t.Helper()
	// go test takes a result from its cache unless the environment has changed that tests have looked at; what was
	// looked at before they ran does not count.
	_, _ = os.Getenv(Variable), os.Getenv(Screenshots)
	if err := b.choice.absent(); err != nil && !b.choice.forced {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	b.start.Do(func() { b.failed = b.launch() })
	if b.failed != nil {
		t.Fatalf("starting the browser: %v", b.failed)
	}
}

func (b *Browser) launch() error {
	dir, err := os.MkdirTemp("", "tutor-browser-")
	if err != nil {
		return fmt.Errorf("making its directory: %w", err)
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(b.choice.path), chromedp.UserDataDir(dir), chromedp.DisableGPU, chromedp.ModifyCmdFunc(keep(dir)),
		chromedp.Env("HOME="+dir, "TMPDIR="+dir, "XDG_CONFIG_HOME="+dir, "XDG_CACHE_HOME="+dir))
	allocator, free := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	b.ctx = ctx
	b.end = func() error {
		// The deadline is for a browser that does not end when it is asked to.
		limited, stop := context.WithTimeout(ctx, patience)
		defer stop()
		err := chromedp.Cancel(limited)
		cancel()
		free()
		// A browser that had to be killed has been with its keeper.
		return errors.Join(err, os.RemoveAll(dir))
	}
	return chromedp.Do(ctx)
}

// keeping runs a program with its arguments, and then removes the directory named first. It is the parent of the
// browser, which ends when the pipe ends that it is driven through: so nothing is left even of tests that end in a
// panic. Children of the browser that are about to end are told to, and may write until they have.
const keeping = `dir=$1; shift; "$@"; trap '' TERM; kill -TERM 0; until rm -rf "$dir"; do :; done`

// keep has a browser kept, in a process group of its own: an interrupt at the terminal ends the tests, and these the
// browser.
func keep(dir string) func(*exec.Cmd) {
	return func(cmd *exec.Cmd) {
		cmd.Args = append([]string{"sh", "-c", keeping, "sh", dir, cmd.Path}, cmd.Args[1:]...)
		cmd.Path = "/bin/sh"
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	}
}
