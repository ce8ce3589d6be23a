package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/fsnotify/fsnotify"

	"tutor/runner/escape"
	"tutor/scenarios"
)

// watching has the files that arguments name, for who wants to know when one is saved. Their directories are watched,
// since editors put a new file in place of the old one.
type watching struct {
	notices *fsnotify.Watcher
	args    []string
	files   map[string]bool
	// beside are the files that each scenario takes bodies and definitions from.
	beside map[string][]string
	// dirs are the directories in which each scenario counts, and whether each directory in them does, too.
	dirs map[string]bool
}

func newWatching(args []string) (*watching, error) {
	notices, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watching files: %w", err)
	}
	return &watching{notices: notices, args: args, beside: map[string][]string{}, dirs: map[string]bool{}}, nil
}

func (w *watching) close() error { return w.notices.Close() }

// canBeSaved is an error if one of some arguments is no file or directory of the user's.
func canBeSaved(args []string) error {
	if slices.Contains(args, standardInput) {
		return errors.New("standard input is no file that could be saved")
	}
	for _, arg := range args {
		if _, err := os.Stat(arg); errors.Is(err, fs.ErrNotExist) && slices.Contains(scenarios.Names(), arg) {
			return fmt.Errorf("%s is carried by tutor, and nobody can save it", escape.Text(arg))
		}
	}
	return nil
}

// learn reads the scenarios, and finds out which files there are: theirs, and what bodies and definitions they take
// from others. As long as a file has mistakes, what was known of it before counts.
func (w *watching) learn(ctx context.Context, t terminal) ([]*source, error) {
	files := map[string]bool{}
	for _, arg := range w.args {
		dir, below := directory(arg)
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			if _, err := w.enter(dir, below); err != nil {
				return nil, err
			}
			continue
		}
		files[filepath.Clean(dir)] = true
	}
	// They are read once their directories are watched, so that nothing is missed.
	sources := read(ctx, t, w.args)
	for _, s := range sources {
		if s.path == "" { // an argument that nothing could be read from
			maps.Copy(files, w.files)
			continue
		}
		files[filepath.Clean(s.path)] = true
		for _, name := range w.besides(s) {
			files[name] = true
		}
	}
	w.files = files
	return sources, w.addAll()
}

// besides are the files that a scenario takes something from.
func (w *watching) besides(s *source) []string {
	if s.scenario != nil {
		w.beside[s.path] = nil
		for _, name := range s.scenario.Reads {
			w.beside[s.path] = append(w.beside[s.path], filepath.Join(filepath.Dir(s.path), filepath.FromSlash(name)))
		}
	}
	return w.beside[s.path]
}

// addAll has notices come of what happens where the files are.
func (w *watching) addAll() error {
	dirs := map[string]bool{}
	for file := range w.files {
		dirs[filepath.Dir(file)] = true
	}
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		if err := w.add(dir); err != nil {
			return err
		}
	}
	return nil
}

// enter has each scenario in a directory count, and in those below if they are meant, and reports whether there are any.
// What cannot be read is said when it is played.
func (w *watching) enter(dir string, below bool) (found bool, err error) {
	paths, _ := scenariosIn(dir, below, func(dir string) error {
		dir = filepath.Clean(dir)
		w.dirs[dir] = w.dirs[dir] || below
		err = w.add(dir)
		return err
	})
	return len(paths) > 0, err
}

// add has notices come of what happens in a directory, if it is there.
func (w *watching) add(dir string) error {
	if err := w.notices.Add(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("watching %s: %w", escape.Text(dir), err)
	}
	return nil
}

// await returns when a file was saved, and which one, or the context ends. It may be any if there is no name. What was
// saved since the last time is among the notices.
func (w *watching) await(ctx context.Context) (saved string, err error) {
	for {
		select {
		case e := <-w.notices.Events:
			if concerns, err := w.concerns(e); concerns || err != nil {
				return filepath.Clean(e.Name), err
			}
		case err := <-w.notices.Errors:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return "", fmt.Errorf("watching files: %w", err)
			}
			return "", nil // something has changed
		case <-ctx.Done():
			return "", nil
		}
	}
}

// concerns reports whether a file has come, or was written, that is to be played. A directory that has come may have
// some in it by now.
func (w *watching) concerns(e fsnotify.Event) (bool, error) {
	if !e.Has(fsnotify.Write) && !e.Has(fsnotify.Create) {
		return false, nil
	}
	name := filepath.Clean(e.Name)
	below, counts := w.dirs[filepath.Dir(name)]
	if w.files[name] || counts && isScenario(name) {
		return true, nil
	}
	if info, err := os.Lstat(name); !below || err != nil || !info.IsDir() || isHidden(name) {
		return false, nil
	}
	return w.enter(name, true)
}
