package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"tutor/runner"
	"tutor/runner/fate"
	"tutor/runner/scenario"
	"tutor/runner/transcript"
)

// updateFiles rewrites in the scenario files what the acts that have failed expect.
func updateFiles(t terminal, sources []*source, reports []*runner.Report) error {
	for i, r := range reports {
		var all []scenario.Observed
		for _, a := range r.Acts {
			switch {
			case a.Verdict == runner.Fail && a.Books.Balanced():
				all = append(all, observed(a))
			case a.Verdict == runner.Fail:
				fmt.Fprintf(t.err, "%v: act %s is left as it is: its books do not balance\n", a.Act.Pos, a.Act.Name)
			}
		}
		if len(all) == 0 {
			continue
		}
		if err := updateFile(t, sources[i], all); err != nil {
			return err
		}
	}
	return nil
}

func updateFile(t terminal, s *source, all []scenario.Observed) error {
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
	if err := replace(s.path, s.text, text); err != nil {
		return fmt.Errorf("--update: %w", err)
	}
	fmt.Fprintf(t.err, "%s: rewrote the expectations of %s\n", s.path, counted(len(all), "act"))
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

// observed is what an act showed, as far as an expectation can say it.
func observed(a *runner.ActReport) scenario.Observed {
	o := scenario.Observed{Act: a.Act, Expect: a.Expected, Lines: map[string][]string{}, Fates: map[fate.Fate]map[string]int{}}
	for i, member := range a.Act.Cast {
		// An act that is about fates alone remains so, if there are any.
		if a.Expected.Transcript != nil || a.Expected.Fates == nil || a.Books.Sent() == 0 {
			o.Lines[member.Name()] = transcript.Of(a.Lines, i)
		}
	}
	for c := range a.Books.Copies() {
		if o.Fates[c.Fate] == nil {
			o.Fates[c.Fate] = map[string]int{}
		}
		o.Fates[c.Fate][c.Message]++
	}
	return o
}
