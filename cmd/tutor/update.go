package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tutor/runner/escape"
	"tutor/runner/outcome"
	"tutor/runner/report"
	"tutor/runner/scenario"
	"tutor/runner/scenario/update"
)

// updateFiles rewrites in the scenario files what the acts that have failed expect.
func (f *playFlags) updateFiles(t terminal, sources []*source, reports []*outcome.Report) error {
	for i, r := range reports {
		var all []scenario.Observed
		for _, a := range r.Acts {
			if a.Verdict != outcome.Fail {
				continue
			}
			o, why := update.Observed(a)
			if why != "" {
				fmt.Fprintf(t.err, "%v: act %s is left as it is: %s\n", a.Act.Pos, escape.Text(a.Act.Name), why)
				continue
			}
			all = append(all, o)
		}
		if len(all) == 0 {
			continue
		}
		if err := f.updateFile(t, sources[i], all); err != nil {
			return err
		}
	}
	return nil
}

func (f *playFlags) updateFile(t terminal, s *source, all []scenario.Observed) error {
	if s.path == "" {
		return errors.New("--update: the scenario is a part of the program; give the file in its place")
	}
	text, err := scenario.Update(s.text, all...)
	if err != nil {
		return fmt.Errorf("--update: %w", err)
	}
	if bytes.Equal(text, s.text) {
		return nil
	}
	if f.dryRun {
		return report.Changes(t.err, report.For(t.err, t.environ), s.path, linesOf(s.text), linesOf(text))
	}
	if err := replace(s.path, s.text, text); err != nil {
		return fmt.Errorf("--update: %w", err)
	}
	fmt.Fprintf(t.err, "%s: rewrote the expectations of %s\n", escape.Text(s.path), report.Counted(len(all), "act"))
	return nil
}

// replace puts a new text in the place of a file's, all of it or nothing. What somebody else has written
// meanwhile is not lost.
func replace(path string, old, text []byte) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	now, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, old) {
		return fmt.Errorf("%s has changed while its acts were played, so it is left as it is", path)
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	fresh, err := os.CreateTemp(filepath.Dir(path), ".tutor-*")
	if err != nil {
		return err
	}
	defer os.Remove(fresh.Name()) // it is gone if all goes well
	_, err = fresh.Write(text)
	if err := errors.Join(err, fresh.Chmod(info.Mode()), fresh.Close()); err != nil {
		return err
	}
	return os.Rename(fresh.Name(), path)
}

func linesOf(text []byte) []string {
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}
