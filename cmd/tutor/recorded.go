package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"tutor/runner/escape"
	"tutor/runner/lab"
	"tutor/runner/lab/course"
	"tutor/runner/lab/recorded"
)

// recordings are what pages show of other brokers: what the program carries of the course, and files with more.
type recordings struct{ files []string }

func (r *recordings) register(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&r.files, "recorded", nil, "file that tutor matrix FILE --format json has written: pages of FILE show these runs, too (may be repeated)")
}

// others gives what came of a lesson on other brokers.
func (r *recordings) others(ctx context.Context, t terminal) (func(*course.Lesson, *lab.Run) ([]recorded.Of, error), error) {
	carried, err := recorded.Course()
	if err != nil {
		return nil, err
	}
	sets := []*recorded.Set{carried}
	for _, path := range r.files {
		set, err := readRecorded(ctx, t, path)
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	return func(l *course.Lesson, embedded *lab.Run) (all []recorded.Of, err error) {
		for _, set := range sets {
			of, err := set.For(l, embedded)
			if err != nil {
				return nil, err
			}
			all = slices.Concat(all, of)
		}
		return all, nil
	}, nil
}

func readRecorded(ctx context.Context, t terminal, path string) (*recorded.Set, error) {
	text, err := t.readFile(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("--recorded: %w", err)
	}
	set, err := recorded.Read(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("--recorded %s: %w", escape.Text(path), err)
	}
	return set, nil
}
