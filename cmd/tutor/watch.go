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
	"strings"

	"github.com/fsnotify/fsnotify"
	"golang.org/x/term"

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
	w := &watching{notices: notices, args: args, files: map[string]bool{}}
	var last error
	for ctx.Err() == nil {
		if err := w.learn(ctx, t); err != nil {
			return err
		}
		clearScreen(t)
		now := f.playOnce(ctx, t, args)
		if ctx.Err() != nil {
			break
		}
		last = now
		said(t, last)
		fmt.Fprintf(t.out, "\nwatching %s; Ctrl-C ends\n", plural(len(w.files), "file"))
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

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (f *playFlags) checkWatch(args []string) error {
	switch {
	case f.update:
		return errors.New("--watch with --update: what rewrites a file would have it played again")
	case slices.Contains(args, standardInput):
		return errors.New("--watch: standard input is no file that could be saved")
	}
	for _, arg := range args {
		if _, err := os.Stat(strings.TrimSuffix(arg, recursive)); errors.Is(err, fs.ErrNotExist) && slices.Contains(scenarios.Names(), arg) {
			return fmt.Errorf("--watch: %s is carried by tutor, and nobody can save it", escape.Text(arg))
		}
	}
	return nil
}

// clearScreen clears a terminal, and what has scrolled out of it.
func clearScreen(t terminal) {
	if file, is := t.out.(*os.File); is && term.IsTerminal(int(file.Fd())) {
		fmt.Fprint(t.out, "\x1b[H\x1b[2J\x1b[3J")
	}
}

// watching has the files that a watch is about. Their directories are watched, since editors put a new file in place of
// the old one.
type watching struct {
	notices *fsnotify.Watcher
	args    []string
	files   map[string]bool
	dirs    []string
}

// learn finds out which files there are: the scenarios, and what bodies are read from. As long as a file has mistakes
// what was known before counts.
func (w *watching) learn(ctx context.Context, t terminal) error {
	for _, arg := range w.args {
		info, err := os.Stat(strings.TrimSuffix(arg, recursive))
		switch {
		case err == nil && info.IsDir():
			w.dirs = append(w.dirs, filepath.Clean(strings.TrimSuffix(arg, recursive)))
		default:
			w.files[filepath.Clean(arg)] = true
		}
	}
	// What is wrong with them is said when they are played.
	sources, _ := load(ctx, t, w.args)
	for _, s := range sources {
		w.files[filepath.Clean(s.path)] = true
		for _, name := range s.scenario.Reads {
			w.files[filepath.Join(filepath.Dir(s.path), filepath.FromSlash(name))] = true
		}
	}
	dirs := map[string]bool{}
	for _, dir := range w.dirs {
		dirs[dir] = true
	}
	for file := range w.files {
		dirs[filepath.Dir(file)] = true
	}
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		if err := w.notices.Add(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("watching %s: %w", escape.Text(dir), err)
		}
	}
	return nil
}

// await returns when a file was saved, or the context ends.
func (w *watching) await(ctx context.Context) error {
	for {
		select {
		case e := <-w.notices.Events:
			if w.concerns(e) {
				return nil
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

// concerns reports whether a file has come, or was written, that is to be played.
func (w *watching) concerns(e fsnotify.Event) bool {
	name := filepath.Clean(e.Name)
	if !e.Has(fsnotify.Write) && !e.Has(fsnotify.Create) {
		return false
	}
	return w.files[name] || filepath.Ext(name) == ".yaml" && slices.Contains(w.dirs, filepath.Dir(name))
}
