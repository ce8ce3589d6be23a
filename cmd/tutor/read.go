package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/docker/go-units"
	"github.com/spf13/cobra"
)

// standardInput is the file name that stands for it.
const standardInput = "-"

// byteSize is a flag's value: so many bytes, as in 8MiB or 500k.
type byteSize int64

const defaultMaxFileSize byteSize = 8 << 20

func (s *byteSize) String() string { return units.BytesSize(float64(*s)) }
func (s *byteSize) Type() string   { return "size" }
func (s *byteSize) Set(text string) error {
	n, err := units.RAMInBytes(text)
	if err != nil {
		return err
	}
	if n <= 0 {
		return errors.New("want a size such as 8MiB")
	}
	*s = byteSize(n)
	return nil
}

// registerMaxFileSize gives a command and those below it the flag that bounds what is read, and returns the
// bound.
func registerMaxFileSize(cmd *cobra.Command) *byteSize {
	limit := new(byteSize)
	*limit = defaultMaxFileSize
	cmd.PersistentFlags().Var(limit, "max-file-size", "refuse scenario files that are larger")
	return limit
}

// readFile reads a scenario file. What is no file (a pipe, a device) may never end, and is refused.
func (t terminal) readFile(ctx context.Context, path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is %s, not a file (%s reads standard input)", path, kindOf(info.Mode()), standardInput)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return t.readAll(ctx, file, path)
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeDevice != 0:
		return "a device"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode.IsDir():
		return "a directory"
	}
	return "something special"
}

// readAll reads to the end, unless that is too far or the context ends. Of a reading that is broken off the
// goroutine stays behind until there is something to read: nothing else stops it.
func (t terminal) readAll(ctx context.Context, r io.Reader, name string) ([]byte, error) {
	type result struct {
		text []byte
		err  error
	}
	limit := defaultMaxFileSize
	if t.maxFileSize != nil {
		limit = *t.maxFileSize
	}
	read := make(chan result, 1)
	go func() {
		text, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
		read <- result{text, err}
	}()
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("reading %s: %w", name, context.Cause(ctx))
	case got := <-read:
		if got.err == nil && len(got.text) > int(limit) {
			got.err = fmt.Errorf("it is larger than %s (--max-file-size)", limit.String())
		}
		if got.err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, got.err)
		}
		return got.text, nil
	}
}

// recursive is the end of an argument that means a directory with all that are below it.
const recursive = "/..."

// directory is the directory that an argument means if it means one, and whether those below it are meant, too.
func directory(arg string) (dir string, below bool) {
	if dir, ok := strings.CutSuffix(filepath.ToSlash(arg), recursive); ok {
		return filepath.FromSlash(cmp.Or(dir, "/")), true
	}
	return arg, false
}

// isScenario reports whether a file of a directory is a scenario, by its name.
func isScenario(path string) bool {
	ext := filepath.Ext(path)
	return ext == ".yaml" || ext == ".yml"
}

// isHidden reports whether a directory is left out where those below another one are meant.
func isHidden(dir string) bool { return strings.HasPrefix(filepath.Base(dir), ".") }

// scenariosIn lists the scenario files of a directory, with those of the directories below if they are asked
// for and not hidden. Each directory is entered before it is read.
func scenariosIn(dir string, below bool, enter func(dir string) error) ([]string, error) {
	var paths []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case !entry.IsDir():
			if isScenario(path) {
				paths = append(paths, path)
			}
			return nil
		case path != dir && (!below || isHidden(path)):
			return fs.SkipDir
		}
		return enter(path)
	})
	slices.Sort(paths)
	return paths, err
}
