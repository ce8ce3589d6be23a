package main

import (
	"context"
	"errors"
	"fmt"

	"tutor/runner/escape"
	"tutor/runner/report"
)

// watch plays scenarios, and again whenever one of their files is saved, until the context ends. What it returns is
// how they came out last; a play that is interrupted has not come out.
func (f *playFlags) watch(ctx context.Context, t terminal, args []string) (err error) {
	if err := f.checkWatch(args); err != nil {
		return err
	}
	w, err := newWatching(args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	var last error
	for ctx.Err() == nil {
		if _, err := w.learn(ctx, t); err != nil {
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
		fmt.Fprintf(t.out, "\nwatching %s; Ctrl-C ends\n", report.Counted(len(w.files), "file"))
		if _, err := w.await(ctx); err != nil {
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
	}
	if err := canBeSaved(args); err != nil {
		return fmt.Errorf("--watch: %w", err)
	}
	return nil
}
