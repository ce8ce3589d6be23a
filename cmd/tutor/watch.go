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

// watch plays scenarios, and again whenever one of their files is saved, until the context ends. What it returns is
// how they came out last; a play that is interrupted has not come out.
func (f *playFlags) watch(ctx context.Context, t terminal, args []string) (err error) {
	if err := f.checkWatch(args); err != nil {
		return err
	}
	notices, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watching files: %w", err)
	}
	defer func() { err = errors.Join(err, notices.Close()) }()
	w := &watching{notices: notices, args: args, dirs: map[string]bool{}}
	var last error
	for ctx.Err() == nil {
		if err := w.learn(ctx, t); err != nil {
			return err
		}
		if err := t.clearScreen(); err != nil {
			return fmt.Errorf("clearing the screen: %w", err)
		}
		now := f.playOnce(ctx, t, args)
		if ctx.Err() != nil {
			break
		}
		last = now
		said(t, last)
		fmt.Fprintf(t.out, "\nwatching %s; Ctrl-C ends\n", counted(len(w.files), "file"))
		if err := w.await(ctx); err != nil {
			return err
		}
	}
	return onlyVerdict(last)
}

// said prints a mistake; what was played has its report.
func said(t terminal, err error) {
	if err != nil && onlyVerdict(err) == nil {
		fmt.Fprintln(t.out, escape.Lines(err.Error()))
	}
}

// onlyVerdict is the verdict that an error is, or nil if it is a mistake.
func onlyVerdict(err error) error {
	var v verdict
	if errors.As(err, &v) {
		return v
	}
	return nil
}

func (f *playFlags) checkWatch(args []string) error {
	switch {
	case f.update:
		return errors.New("--watch with --update: what rewrites a file would have it played again")
	case slices.Contains(args, standardInput):
		return errors.New("--watch: standard input is no file that could be saved")
	}
	for _, arg := range args {
		if _, err := os.Stat(arg); errors.Is(err, fs.ErrNotExist) && slices.Contains(scenarios.Names(), arg) {
			return fmt.Errorf("--watch: %s is carried by tutor, and nobody can save it", escape.Text(arg))
		}
	}
	return nil
}

// watching has the files that a watch is about. Their directories are watched, since editors put a new file in place of
// the old one.
type watching struct {
	notices *fsnotify.Watcher
	args    []string
	files   map[string]bool
	// dirs are the directories in which each scenario counts, and whether each directory in them does, too.
	dirs map[string]bool
}

// learn finds out which files there are: the scenarios, and what bodies and definitions they take from others. As long as
// a file has mistakes what was known before counts.
func (w *watching) learn(ctx context.Context, t terminal) error {
	files := map[string]bool{}
	for _, arg := range w.args {
		dir, below := directory(arg)
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			if _, err := w.enter(dir, below); err != nil {
				return err
			}
			continue
		}
		files[filepath.Clean(dir)] = true
	}
	// What is wrong with them is said when they are played.
	sources, err := load(ctx, t, w.args)
	if err != nil {
		maps.Copy(files, w.files)
	}
	for _, s := range sources {
		files[filepath.Clean(s.path)] = true
		for _, name := range s.scenario.Reads {
			files[filepath.Join(filepath.Dir(s.path), filepath.FromSlash(name))] = true
		}
	}
	w.files = files
	dirs := map[string]bool{}
	for file := range files {
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

// await returns when a file was saved, or the context ends. What was saved since the last time is among the notices.
func (w *watching) await(ctx context.Context) error {
	for {
		select {
		case e := <-w.notices.Events:
			if concerns, err := w.concerns(e); concerns || err != nil {
				return err
			}
		case err := <-w.notices.Errors:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return fmt.Errorf("watching files: %w", err)
			}
			return nil // something has changed
		case <-ctx.Done():
			return nil
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
