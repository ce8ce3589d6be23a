package site

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Player is the laboratory for browsers.
type Player struct {
	// Packed is the command laboratory as WebAssembly, with gzip, which browsers unpack themselves.
	Packed []byte
	// Script is Go's own, by which a browser runs what Go has compiled.
	Script []byte
}

// The names of a player's files.
const (
	packedName = "lab.wasm.gz"
	scriptName = "wasm_exec.js"
)

// flags compile small. Without inlining it is a sixth less to load.
var flags = [...]string{"-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-gcflags=all=-l"}

// Checkout is the directory of this module's source that a directory is in; empty if it is in none, or there is no go
// command.
func Checkout(ctx context.Context, dir string) string {
	out, err := goCommand(ctx, dir, "", "list", "-m", "-f", "{{.Path}} {{.Dir}}")
	if err != nil {
		return ""
	}
	// In a workspace there are several modules.
	for line := range strings.Lines(string(out)) {
		if root, ours := strings.CutPrefix(strings.TrimSpace(line), "tutor "); ours {
			return root
		}
	}
	return ""
}

// Build compiles the player from a checkout.
func Build(ctx context.Context, checkout string) (p *Player, err error) {
	temp, err := os.MkdirTemp("", "tutor-player-*")
	if err != nil {
		return nil, fmt.Errorf("compiling the laboratory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	program, err := compiled(ctx, checkout, temp)
	if err != nil {
		return nil, fmt.Errorf("compiling the laboratory: %w", err)
	}
	p = &Player{}
	if p.Packed, err = packed(program); err != nil {
		return nil, fmt.Errorf("packing the laboratory: %w", err)
	}
	p.Script, err = script(ctx, checkout)
	return p, err
}

// compiled is the laboratory, compiled in a temporary directory.
func compiled(ctx context.Context, checkout, temp string) ([]byte, error) {
	overlay, program := filepath.Join(temp, "overlay.json"), filepath.Join(temp, "lab.wasm")
	if err := writeOverlay(ctx, checkout, overlay); err != nil {
		return nil, err
	}
	args := append([]string{"build", "-overlay", overlay, "-o", program}, flags[:]...)
	if _, err := goCommand(ctx, checkout, temp, append(args, "./cmd/laboratory")...); err != nil {
		return nil, err
	}
	return os.ReadFile(program)
}

// Save writes the player's files to a directory, from which a program can carry them.
func (p *Player) Save(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("saving the player: %w", err)
	}
	for name, text := range map[string][]byte{packedName: p.Packed, scriptName: p.Script} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return fmt.Errorf("saving the player: %w", err)
		}
	}
	return nil
}

func packed(program []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(program); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// script is the one that belongs to the version of Go that compiles in a checkout.
func script(ctx context.Context, checkout string) ([]byte, error) {
	root, err := goCommand(ctx, checkout, "", "env", "GOROOT")
	if err != nil {
		return nil, fmt.Errorf("looking for %s: %w", scriptName, err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", scriptName))
	if err != nil {
		return nil, fmt.Errorf("this Go distribution lacks what its WebAssembly needs: %w", err)
	}
	return text, nil
}

// tidying is how long the go command may take to remove what it was writing.
const tidying = 10 * time.Second

// goCommand runs the go command for browsers and returns what it prints. When the context ends it is asked to end. What it
// works with is in a temporary directory, if there is one: not all of that is removed where it is broken off.
func goCommand(ctx context.Context, dir, temp string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if temp != "" {
		cmd.Env = append(cmd.Env, "GOTMPDIR="+temp)
	}
	cmd.WaitDelay = tidying
	cmd.Cancel = func() error {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			return cmd.Process.Kill()
		}
		return nil
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && said.Len() > 0:
		return nil, fmt.Errorf("go %s: %w: %s", args[0], err, strings.TrimSpace(said.String()))
	case err != nil:
		return nil, fmt.Errorf("go %s: %w", args[0], err)
	}
	return out, nil
}
