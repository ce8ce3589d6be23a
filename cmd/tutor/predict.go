package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/term"

	"tutor/runner"
	"tutor/runner/diagram"
	"tutor/runner/escape"
	"tutor/runner/outcome"
	"tutor/runner/report"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

func (f *playFlags) checkPredict(args []string) error {
	switch {
	case !f.predict:
		return nil
	case f.update || f.times > 0:
		return errors.New("--predict is about one play of each act: --update and --times play several")
	case f.watches:
		return errors.New("--predict waits for answers, and --watch for files: there is only one of them at a time")
	case f.quiet:
		return errors.New("--predict shows what came of each act, and --quiet does not")
	case !f.outputs.isText():
		return errors.New("--predict asks on standard output; give the format a file (--format NAME=FILE)")
	case slices.Contains(args, standardInput):
		return errors.New("--predict: answers come from standard input, so no scenario can")
	}
	return nil
}

// readers predict what comes of acts before they see it.
type readers struct {
	t        terminal
	text     *report.Text
	progress *report.Progress
	answers  *bufio.Reader
	// gone is set when they have stopped answering.
	gone bool
	// answered is how many questions they have answered, right how many of them as the books do.
	answered, right int
}

func newReaders(t terminal, text *report.Text, progress *report.Progress) *readers {
	return &readers{t: t, text: text, progress: progress, answers: bufio.NewReader(t.in)}
}

// predict plays the acts of a scenario, each when the readers have seen what came of the one before: what goes on
// meanwhile would be shown between the questions.
func (r *readers) predict(ctx context.Context, with runner.Runner, s *source, target stage.Target) *outcome.Report {
	whole := &outcome.Report{Scenario: s.scenario, Target: target.Name()}
	with.ActDone = nil
	for _, act := range s.scenario.Acts {
		if !s.chosen[act] {
			continue
		}
		with.Acts = func(a *scenario.Act) bool { return a == act }
		played := with.Run(ctx, s.scenario, target)
		r.progress.Close()
		whole.Acts, whole.Elapsed = append(whole.Acts, played.Acts...), whole.Elapsed+played.Elapsed
		for _, a := range played.Acts {
			r.see(ctx, a)
		}
		r.progress.ActDone()
		if r.text.Err() != nil || brokenOff(ctx, []*outcome.Report{whole}) {
			break
		}
	}
	return whole
}

// see shows what came of an act, to readers who have predicted it.
func (r *readers) see(ctx context.Context, a *outcome.Act) {
	guesses := r.ask(ctx, a)
	r.text.Act(a)
	r.text.Compare(guesses)
	for _, g := range guesses {
		r.answered++
		if g.IsRight() {
			r.right++
		}
	}
}

// ask has readers predict what came of an act, as long as they answer. Of one that could not be played there is nothing
// to predict.
func (r *readers) ask(ctx context.Context, a *outcome.Act) (guesses []report.Guess) {
	questions := a.Predictions()
	if r.gone || len(questions) == 0 {
		return nil
	}
	r.text.Introduce(a.Act, diagram.Of(a.Act).Text())
	for _, q := range questions {
		chosen, err := r.choose(ctx, q)
		if err != nil {
			r.gone = true
			fmt.Fprintf(r.t.out, "\n  nothing more is asked: %s\n", escape.Text(err.Error()))
			break
		}
		guesses = append(guesses, report.Guess{Prediction: q, Chosen: chosen})
	}
	return guesses
}

// choose asks a question until it is answered with some of its choices.
func (r *readers) choose(ctx context.Context, q outcome.Prediction) ([]int, error) {
	r.text.Ask(q)
	for {
		fmt.Fprint(r.t.out, "  > ")
		line, err := r.line(ctx)
		if err != nil {
			return nil, err
		}
		if !isTyped(r.t.in) {
			fmt.Fprintln(r.t.out, escape.Text(line))
		}
		chosen, err := choicesIn(line, q)
		if err == nil {
			return chosen, nil
		}
		fmt.Fprintf(r.t.out, "  %v\n", err)
	}
}

// choicesIn are the indices of the choices whose numbers somebody has written.
func choicesIn(line string, q outcome.Prediction) (chosen []int, err error) {
	want := fmt.Errorf("want a number from 1 to %d", len(q.Choices))
	if q.Several {
		want = fmt.Errorf("want numbers from 1 to %d, with commas or blanks between them", len(q.Choices))
	}
	for _, word := range strings.FieldsFunc(line, func(c rune) bool { return c == ',' || unicode.IsSpace(c) }) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 || n > len(q.Choices) {
			return nil, want
		}
		if !slices.Contains(chosen, n-1) {
			chosen = append(chosen, n-1)
		}
	}
	if len(chosen) == 0 || !q.Several && len(chosen) > 1 {
		return nil, want
	}
	return chosen, nil
}

// line reads a line, unless the context ends. Of a reading that is broken off the goroutine stays behind until there is
// something to read: nothing else stops it.
func (r *readers) line(ctx context.Context) (string, error) {
	type result struct {
		text string
		err  error
	}
	read := make(chan result, 1)
	go func() {
		text, err := readLine(r.answers)
		read <- result{text, err}
	}()
	select {
	case <-ctx.Done():
		return "", errors.New("interrupted")
	case got := <-read:
		if errors.Is(got.err, io.EOF) {
			return "", errors.New("there are no more answers")
		}
		return got.text, got.err
	}
}

// readLine reads a line, of one that is longer than any answer only the beginning.
func readLine(in *bufio.Reader) (string, error) {
	text, more, err := in.ReadLine()
	line := string(text)
	for more && err == nil {
		_, more, err = in.ReadLine()
	}
	return line, err
}

// isTyped reports whether an input is a terminal, where what is typed can be seen already.
func isTyped(in io.Reader) bool {
	file, ok := in.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
