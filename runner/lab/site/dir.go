package site

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// marker is the file by which a directory is known to be a site. It lists the others, so that whatever else somebody has
// put there is not lost with them.
const marker = ".tutor-site"

// markerHead is the marker's first line.
const markerHead = "Written by tutor site, which replaces the directory as a whole: it has these files and no others."

// staged is a directory that is being written beside the one whose place it will take.
type staged struct {
	temp, place string

	mu    sync.Mutex
	names []string
	bytes int64
}

// stageFor begins to write what will take the place of a directory, if that may be.
func stageFor(dir string) (*staged, error) {
	place, err := placeOf(dir)
	if err != nil {
		return nil, fmt.Errorf("writing a site to %s: %w", dir, err)
	}
	if err := isFree(place); err != nil {
		return nil, fmt.Errorf("writing a site to %s: %w", dir, err)
	}
	temp, err := os.MkdirTemp(filepath.Dir(place), ".tutor-site-*")
	if err != nil {
		return nil, fmt.Errorf("writing a site beside %s: %w", dir, err)
	}
	return &staged{temp: temp, place: place}, nil
}

// placeOf is where a directory really is, if it is there. It must not be above the one that we are in, from which it would
// be taken away.
func placeOf(dir string) (string, error) {
	place, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(place); err == nil {
		place = real
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(here); err == nil {
		here = real
	}
	if way, err := filepath.Rel(place, here); err == nil && filepath.IsLocal(way) {
		return "", errors.New("it is the directory that you are in, or above it; want one that can be replaced")
	}
	return place, nil
}

// isFree is an error unless there is nothing at a place, or only what was written by us.
func isFree(place string) error {
	names, err := filesIn(place)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(names) == 0:
		return nil
	}
	text, err := os.ReadFile(filepath.Join(place, marker))
	head, list, _ := strings.Cut(string(text), "\n")
	if err != nil || head != markerHead {
		return errors.New("there is something that tutor site has not written; want an empty directory, or a new one")
	}
	ours := append(strings.Split(list, "\n"), marker)
	for _, name := range names {
		if !slices.Contains(ours, name) {
			return fmt.Errorf("%s is not from tutor site, and would be lost", name)
		}
	}
	return nil
}

// filesIn lists the files below a directory, and the directories without any.
func filesIn(dir string) (names []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			if err == nil && !d.IsDir() {
				err = errors.New("it is no directory")
			}
			return err
		}
		if d.IsDir() {
			below, err := os.ReadDir(path)
			if err != nil || len(below) > 0 {
				return err
			}
		}
		name, err := filepath.Rel(dir, path)
		names = append(names, filepath.ToSlash(name))
		return err
	})
	return names, err
}

// put writes a file.
func (d *staged) put(name string, text []byte) error {
	path := filepath.Join(d.temp, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("writing a site: %w", err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		return fmt.Errorf("writing a site: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.names, d.bytes = append(d.names, name), d.bytes+int64(len(text))
	return nil
}

// commit has the directory take its place, and tells the size of all files.
func (d *staged) commit() (int64, error) {
	slices.Sort(d.names)
	if err := d.put(marker, []byte(markerHead+"\n"+strings.Join(d.names, "\n"))); err != nil {
		return 0, err
	}
	// Others read what a web server serves.
	if err := os.Chmod(d.temp, 0o755); err != nil {
		return 0, fmt.Errorf("writing a site: %w", err)
	}
	return d.bytes, d.swap()
}

// swap puts the directory where the old one is, which is put back if that fails.
func (d *staged) swap() error {
	if err := isFree(d.place); err != nil { // somebody may have put something there meanwhile
		return fmt.Errorf("writing a site to %s: %w", d.place, err)
	}
	old := d.temp + "-old"
	err := os.Rename(d.place, old)
	if errors.Is(err, fs.ErrNotExist) {
		old, err = "", nil
	}
	if err != nil {
		return fmt.Errorf("replacing a site: %w", err)
	}
	if err := os.Rename(d.temp, d.place); err != nil {
		if old != "" {
			err = errors.Join(err, os.Rename(old, d.place))
		}
		return fmt.Errorf("replacing a site: %w", err)
	}
	if old == "" {
		return nil
	}
	return os.RemoveAll(old)
}

// clear leaves nothing beside the place, whatever has become of it.
func (d *staged) clear(err error) error { return errors.Join(err, os.RemoveAll(d.temp)) }
