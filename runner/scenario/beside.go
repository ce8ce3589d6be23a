package scenario

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"tutor/runner/escape"
)

// Directory is a directory of the operating system's, with what is in it and below it. Nothing leads out of it.
type Directory string

// Open opens a file.
func (d Directory) Open(name string) (fs.File, error) { return os.OpenInRoot(string(d), name) }

// Stat tells of a file without opening it, which may take forever with a pipe.
func (d Directory) Stat(name string) (fs.FileInfo, error) {
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.Stat(name)
}

// beside reads a file in the directory of the scenario, or below it: no more than one byte more than it may have.
func (d *decoder) beside(name string, most int) ([]byte, error) {
	if d.files == nil {
		return nil, errors.New("this scenario is not read from a directory in which the file could be: save it in one, beside the file")
	}
	shown := escape.Text(name)
	clean := path.Clean(filepath.ToSlash(name))
	if !fs.ValidPath(clean) || filepath.IsAbs(name) {
		return nil, fmt.Errorf("%s leads out of the directory of the scenario", shown)
	}
	info, err := fs.Stat(d.files, clean)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no file %s in the directory of the scenario", shown)
	case err != nil: // a symbolic link that leads out of the directory is one of these
		return nil, fmt.Errorf("reading %s: %w", shown, reason(err))
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file", shown)
	}
	file, err := d.files.Open(clean)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", shown, reason(err))
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, int64(most)+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", shown, reason(err))
	}
	d.reads = append(d.reads, clean)
	return text, nil
}

// reason is what is wrong with a path, without the path.
func reason(err error) error {
	var of *fs.PathError
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}
