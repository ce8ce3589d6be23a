package local

import (
	"fmt"
	"io"
	"os/exec"
)

// guardianScript tidies up after a program that cannot do it itself any more. On its standard input
// it is told which process groups there are; when that ends, also because the program was killed, it
// kills them and removes the directory, again if something was still being written there; but not for
// ever, should somebody have taken the right to.
const guardianScript = `
trap '' HUP INT TERM
while read -r what group; do
	case $what in
	epmd) epmd=$group ;;
	node) node=$group ;;
	esac
done
for group in $node $epmd; do kill -KILL "-$group"; done 2>/dev/null
tries=0
while ! rm -rf "$1" 2>/dev/null && [ $tries -lt 1000 ]; do tries=$((tries + 1)); done
`

// guardian sees to it that nothing outlives the program.
type guardian struct {
	cmd   *exec.Cmd
	input io.WriteCloser
}

// guard sets a guardian on a directory.
func guard(dir string) (*guardian, error) {
	cmd := exec.Command("/bin/sh", "-c", guardianScript, "guardian", dir)
	cmd.Dir = "/"
	ownGroup(cmd)
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("opening the guardian's input: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the guardian: %w", err)
	}
	return &guardian{cmd, input}, nil
}

// started tells the guardian of a process group.
func (g *guardian) started(what string, group int) error {
	if _, err := fmt.Fprintf(g.input, "%s %d\n", what, group); err != nil {
		return fmt.Errorf("telling the guardian of the %s: %w", what, err)
	}
	return nil
}

// dismiss lets the guardian do its work, and waits for it.
func (g *guardian) dismiss() error {
	_ = g.input.Close()
	if err := g.cmd.Wait(); err != nil {
		return fmt.Errorf("guardian: %w", err)
	}
	return nil
}

// waiting begins with what it is told on its standard input: whoever starts it has the time to tell
// the guardian first, and if it is never told it ends.
const waiting = `read -r go && exec "$@" </dev/null`

// process is a program under a guardian, in a process group of its own.
type process struct {
	cmd *exec.Cmd
	// ended is closed when it has ended.
	ended chan struct{}
}

// start starts a program.
func (g *guardian) start(what string, environment []string, output io.Writer, args ...string) (*process, error) {
	cmd := exec.Command("/bin/sh", append([]string{"-c", waiting, what}, args...)...)
	cmd.Env = environment
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr = output, output
	ownGroup(cmd)
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("opening the %s's input: %w", what, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the %s: %w", what, err)
	}
	err = g.started(what, cmd.Process.Pid)
	if err == nil {
		_, err = io.WriteString(input, "go\n")
	}
	// The shell has what it needs, or is told by this to end.
	_ = input.Close()
	p := &process{cmd, make(chan struct{})}
	go func() {
		defer close(p.ended)
		// How it ended is in its output.
		_ = cmd.Wait()
	}()
	if err != nil {
		p.kill()
		return nil, fmt.Errorf("starting the %s: %w", what, err)
	}
	return p, nil
}

// kill ends a program with all that it has started, and waits for it.
func (p *process) kill() {
	killGroup(p.cmd)
	<-p.ended
}
