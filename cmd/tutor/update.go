package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tutor/runner/escape"
	"tutor/runner/fate"
	"tutor/runner/outcome"
	"tutor/runner/report"
	"tutor/runner/scenario"
	"tutor/runner/transcript"
)

// updateFiles rewrites in the scenario files what the acts that have failed expect.
func (f *playFlags) updateFiles(t terminal, sources []*source, reports []*outcome.Report) error {
	for i, r := range reports {
		var all []scenario.Observed
		for _, a := range r.Acts {
			if a.Verdict != outcome.Fail {
				continue
			}
			o, why := settled(a)
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
	fmt.Fprintf(t.err, "%s: rewrote the expectations of %s\n", escape.Text(s.path), counted(len(all), "act"))
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

// settled is what an act showed in all of its plays, or why that cannot be written down.
func settled(a *outcome.Act) (o scenario.Observed, why string) {
	first := a.Outcomes[0].Report
	var differing []string
	for _, outcome := range a.Outcomes {
		r := outcome.Report
		if r.Books == nil || !r.Books.Balanced() {
			return o, "its books do not balance"
		}
		if !sameSets(a.Outcomes[0].Lines, outcome.Lines) {
			return o, fmt.Sprintf("it came out in %d ways (tutor run --times shows them)", len(a.Outcomes))
		}
		cast := len(a.Act.Cast)
		want, got := transcript.Each(first.Lines, cast), transcript.Each(r.Lines, cast)
		for i, member := range a.Act.Cast {
			if transcript.Compare(want[i], got[i], false) != nil {
				differing = append(differing, member.Name())
			}
		}
	}
	o = observed(first)
	o.Unordered = map[string]bool{}
	for _, name := range differing {
		o.Unordered[name] = true
	}
	return o, ""
}

// sameSets reports whether two outcomes differ in the order of their lines only.
func sameSets(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// ownCondition is the broker that an act was played on, where the expectation that has counted is not that
// broker's alone: what others show is not lost. An expectation that says nothing is whoever's comes first,
// and one without a condition is the embedded broker's.
func ownCondition(a *outcome.Act) scenario.Condition {
	expected := a.Expected
	own := scenario.Condition{Product: strings.ToLower(a.Product)}
	if own.Product == "rabbitmq" {
		parsed, err := scenario.ParseCondition("rabbitmq =" + majorMinor(a.Version))
		if err != nil {
			return scenario.Condition{}
		}
		own = parsed
	}
	unconditional := expected.On.Product == "" && own.Product == "embedded"
	if expected.IsBlank() || unconditional || expected.On.String() == own.String() {
		return scenario.Condition{}
	}
	return own
}

// majorMinor is the part of a version that conditions name.
func majorMinor(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// observed is what an act showed, as far as an expectation can say it.
func observed(a *outcome.Act) scenario.Observed {
	o := scenario.Observed{Act: a.Act, Expect: a.Expected, On: ownCondition(a), Lines: map[string][]string{}, Fates: map[fate.Fate]map[string]int{}}
	printed := transcript.Each(a.Lines, len(a.Act.Cast))
	for i, member := range a.Act.Cast {
		// An act that is about fates alone remains so, if there are any.
		if a.Expected.Transcript != nil || a.Expected.Fates == nil || a.Books.Sent == 0 {
			o.Lines[member.Name()] = printed[i]
		}
	}
	for c := range a.Books.Copies {
		if o.Fates[c.Fate] == nil {
			o.Fates[c.Fate] = map[string]int{}
		}
		o.Fates[c.Fate][c.Message]++
	}
	return o
}
