package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/spf13/cobra"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/report"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// playFlags are the flags of the command that plays scenarios.
type playFlags struct {
	broker  brokerFlags
	clock   string
	acts    []string
	timeout timeLimit
	update  bool
	dryRun  bool
	times   int
	outputs outputs
	noColor bool
	quiet   bool
	verbose bool
	watches bool
	knobs   bool
	predict bool
}

// timeLimit is a flag's value: a time that is more than none. It is 0 if the flag is not given.
type timeLimit time.Duration

func (l *timeLimit) Type() string { return "duration" }

func (l *timeLimit) String() string {
	if *l == 0 {
		return ""
	}
	return time.Duration(*l).String()
}

func (l *timeLimit) Set(text string) error {
	d, err := time.ParseDuration(text)
	if err != nil {
		return err
	}
	if d <= 0 {
		return errors.New("want a time that has yet to pass, such as 10s")
	}
	*l = timeLimit(d)
	return nil
}

func newRun(t terminal) *cobra.Command {
	flags := &playFlags{}
	cmd := &cobra.Command{
		Use:   "run FILE|DIR|NAME...",
		Short: "Play scenarios (the same as tutor FILE...)",
		Example: `  tutor run scenarios/hello.yaml scenarios/fanout.yaml
  tutor run topic --clock real -v`,
		Args:              cobra.MinimumNArgs(1),
		RunE:              func(cmd *cobra.Command, args []string) error { return flags.run(cmd.Context(), t, args) },
		ValidArgsFunction: completeScenarios,
	}
	flags.register(cmd, t)
	return cmd
}

func (f *playFlags) register(cmd *cobra.Command, t terminal) {
	flags := cmd.Flags()
	f.broker.register(cmd, t)
	flags.StringVar(&f.clock, "clock", "virtual", "virtual: as fast as the broker answers, where the act allows it; real: as the scenario is written")
	flags.StringArrayVar(&f.acts, "act", nil, "play only the act of this number, or the acts whose name contains this text, or matches it as a regular expression (may be repeated)")
	flags.Var(&f.timeout, "timeout", "give an act up as an error after this time, in place of what the scenario says")
	flags.BoolVar(&f.update, "update", false, "rewrite the expect blocks of acts that fail from what was observed")
	flags.BoolVar(&f.dryRun, "dry-run", false, "with --update: show what would be rewritten, and write nothing")
	flags.IntVar(&f.times, "times", 0, "play each act this often, and report how it came out; --update plays five times (twice at the real clock)")
	f.outputs.register(cmd, report.Formats(), "write the report to this file; the text still goes to the terminal")
	flags.BoolVar(&f.noColor, "no-color", false, "no colours (nor with NO_COLOR set, nor in a pipe)")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print only what has not passed, and the summary")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "show the frames on each actor's connection")
	flags.BoolVar(&f.watches, "watch", false, "play again whenever a file is saved, until Ctrl-C")
	flags.BoolVar(&f.knobs, "knobs", false, "in place of the acts, play every position of their knobs")
	flags.BoolVar(&f.predict, "predict", false, "ask what will become of messages before the outcome of each act is shown")
	complete(cmd, "clock", "virtual", "real")
	completeBy(cmd, "act", completeActs(t))
}

func (f *playFlags) run(ctx context.Context, t terminal, args []string) error {
	if err := errors.Join(f.check(), f.checkPredict(args)); err != nil {
		return err
	}
	if f.watches {
		return f.watch(ctx, t, args)
	}
	return f.playOnce(ctx, t, args)
}

// playOnce plays the scenarios that arguments name, and writes the reports.
func (f *playFlags) playOnce(ctx context.Context, t terminal, args []string) (err error) {
	sources, err := load(ctx, t, args)
	if err != nil {
		return err
	}
	if err := f.choose(sources); err != nil {
		return err
	}
	if f.knobs {
		if err := turnKnobs(sources); err != nil {
			return err
		}
	}
	outputs, err := f.outputs.open(sources)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAll(outputs)) }()
	reports, err := f.play(ctx, t, sources)
	if len(reports) > 0 {
		err = errors.Join(err, writeAll(f.afterwards(outputs), t, f.options(t), reports))
	}
	if err != nil {
		return err
	}
	if f.update {
		if err := f.updateFiles(t, sources, reports); err != nil {
			return err
		}
	}
	return judged(reports)
}

func (f *playFlags) check() error {
	if f.clock != string(scenario.Virtual) && f.clock != string(scenario.Real) {
		return fmt.Errorf("--clock %q: want virtual or real", f.clock)
	}
	if f.times < 0 {
		return fmt.Errorf("--times %d: want how often to play each act", f.times)
	}
	if f.dryRun && !f.update {
		return errors.New("--dry-run is for --update")
	}
	if f.knobs && f.update {
		return errors.New("--knobs plays what is not written as an act, so --update has nothing to rewrite")
	}
	if err := f.broker.check(); err != nil {
		return err
	}
	return f.outputs.check()
}

// play plays all scenarios on one target, printing as it goes along.
func (f *playFlags) play(ctx context.Context, t terminal, sources []*source) (reports []*outcome.Report, err error) {
	width := report.TerminalWidth(t.err, t.environ)
	progress := report.NewProgress(t.err, width, countActs(sources))
	defer progress.Close()
	target, err := f.broker.target(progress.Show)
	if err != nil {
		return nil, err
	}
	defer func() {
		progress.Close()
		if closed := target.Close(); closed != nil {
			err = errors.Join(err, fmt.Errorf("closing target %s: %w", target.Name(), closed))
		}
	}()
	text := report.NewText(progress.Around(f.textWriter(t)), f.options(t))
	readers := newReaders(t, text, progress)
	for _, s := range sources {
		if len(s.chosen) > 0 {
			text.Scenario(s.scenario)
		}
		if f.predict {
			reports = append(reports, readers.predict(ctx, f.runner(s, text, progress), s, target))
		} else {
			reports = append(reports, f.playScenario(ctx, s, target, text, progress))
		}
		if text.Err() != nil || brokenOff(ctx, reports) {
			break
		}
	}
	text.End(reports)
	if f.predict {
		text.Score(readers.right, readers.answered)
	}
	return reports, text.Err()
}

// brokenOff reports whether a run was interrupted before all was played. It goes on until that shows in a report: it must not
// pass by what was played before.
func brokenOff(ctx context.Context, reports []*outcome.Report) bool {
	return ctx.Err() != nil && outcome.WorstOf(reports) == outcome.Error
}

// playScenario plays the acts of a scenario, once or as often as the flags say. What came of several plays is
// printed when all of them are over.
func (f *playFlags) playScenario(ctx context.Context, s *source, target stage.Target, text *report.Text, progress *report.Progress) *outcome.Report {
	r := f.runner(s, text, progress)
	if f.times == 0 && !f.update {
		return r.Run(ctx, s.scenario, target)
	}
	print := r.ActDone
	r.ActDone = nil
	var plays []*outcome.Report
	for n := 0; n < f.plays(s) && ctx.Err() == nil; n++ {
		plays = append(plays, r.Run(ctx, s.scenario, target))
	}
	all := outcome.Distribution(plays)
	for _, a := range all.Acts {
		print(a)
	}
	return all
}

// How often acts are played before their expectations are rewritten.
const (
	updatePlays     = 5
	updatePlaysReal = 2
)

// plays is how often the acts of a scenario are played.
func (f *playFlags) plays(s *source) int {
	if f.times > 0 {
		return f.times
	}
	for _, a := range s.scenario.Acts {
		if s.chosen[a] && (a.Clock == scenario.Real || f.clock == string(scenario.Real)) {
			return updatePlaysReal
		}
	}
	return updatePlays
}

func (f *playFlags) runner(s *source, text *report.Text, progress *report.Progress) runner.Runner {
	return runner.Runner{
		Clock:     scenario.Clock(f.clock),
		Acts:      func(a *scenario.Act) bool { return s.chosen[a] },
		Timeout:   scenario.Duration(f.timeout),
		Frames:    f.verbose,
		ActBegins: func(a *scenario.Act) { progress.Show(s.scenario.Title + ": " + a.Name) },
		ActDone: func(a *outcome.Act) {
			text.Act(a)
			progress.ActDone()
		},
	}
}

// textWriter is where the text goes: nowhere, if standard output is taken by another format.
func (f *playFlags) textWriter(t terminal) io.Writer {
	if !f.outputs.isText() {
		return io.Discard
	}
	return t.out
}

// afterwards are the outputs that are written when all is over: all but the text on the terminal, which has been
// written while the acts were played.
func (f *playFlags) afterwards(outputs []output) []output {
	if outputs[0].file == nil && f.outputs.isText() {
		return outputs[1:]
	}
	return outputs
}

func (f *playFlags) options(t terminal) report.Options {
	o := report.For(t.out, t.environ)
	o.Verbose, o.Quiet = f.verbose, f.quiet
	if f.noColor {
		o.Color = colorprofile.NoTTY
	}
	return o
}

// judged is the verdict of all reports as an error, or nil if everything passed.
func judged(reports []*outcome.Report) error {
	if v := outcome.WorstOf(reports); v != outcome.Pass {
		return verdict(v)
	}
	return nil
}

func countActs(sources []*source) (n int) {
	for _, s := range sources {
		n += len(s.chosen)
	}
	return n
}
