package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/report"
	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/target/remote"
)

// matrixFlags are the flags of the command that plays scenarios on several targets.
type matrixFlags struct {
	brokers  []string
	remote   remote.Options
	parallel int
	play     playFlags
}

func newMatrix(t terminal) *cobra.Command {
	flags := &matrixFlags{}
	cmd := &cobra.Command{
		Use:   "matrix FILE|DIR|NAME... --broker A --broker B...",
		Short: "Play scenarios on several brokers and show where they differ",
		Long: `matrix plays every act on every broker and prints a table of the verdicts, then how the brokers that
differ from the first one do so. Brokers are booted once each, and played on side by side.

Exit codes: 0 every act passed on every broker, 1 an observation is not what was expected, 2 something
could not be run.`,
		Example: `  tutor matrix scenarios --broker embedded --broker local
  tutor matrix scenarios -b docker:rabbitmq:3.10-management -b docker:rabbitmq:4.3-management --format markdown`,
		Args:              cobra.MinimumNArgs(1),
		RunE:              func(cmd *cobra.Command, args []string) error { return flags.run(cmd.Context(), t, args) },
		ValidArgsFunction: completeScenarios,
	}
	f := cmd.Flags()
	f.StringArrayVarP(&flags.brokers, "broker", "b", []string{"embedded"}, "a broker, as for tutor run (may be repeated)")
	f.StringVar(&flags.remote.Management, "management", "", "URL of the management API, for a broker by URL")
	f.StringVar(&flags.remote.CAFile, "broker-ca", "", "file with the certificates to trust, for an amqps:// URL")
	f.IntVar(&flags.parallel, "parallel", 2, "how many brokers are played on at one time")
	f.StringVar(&flags.play.clock, "clock", "virtual", "virtual or real")
	f.StringArrayVar(&flags.play.acts, "act", nil, "play only the act of this number, or the acts whose name contains this text")
	f.Var(&flags.play.timeout, "timeout", "give an act up as an error after this time")
	flags.play.outputs.register(cmd, report.MatrixFormats(), "write the report to this file")
	f.BoolVar(&flags.play.noColor, "no-color", false, "no colours")
	complete(cmd, "clock", "virtual", "real")
	return cmd
}

func (f *matrixFlags) run(ctx context.Context, t terminal, args []string) (err error) {
	if err := f.check(); err != nil {
		return err
	}
	sources, err := load(ctx, t, args)
	if err != nil {
		return err
	}
	if err := f.play.choose(sources); err != nil {
		return err
	}
	outputs, err := f.play.outputs.open(sources)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAll(outputs)) }()
	began := time.Now()
	reports, err := f.playAll(ctx, t, sources)
	if len(reports) > 0 {
		err = errors.Join(err, writeAll(outputs, t, f.play.options(t), reports))
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(t.err, "%s, %s, %s\n", report.Counted(len(f.brokers), "broker"), report.Counted(countActs(sources), "act"), time.Since(began).Round(100*time.Millisecond))
	return judged(reports)
}

func (f *matrixFlags) check() error {
	if f.play.clock != string(scenario.Virtual) && f.play.clock != string(scenario.Real) {
		return fmt.Errorf("--clock %q: want virtual or real", f.play.clock)
	}
	for _, name := range f.brokers {
		if _, err := parseTarget(name, f.remote, nil); err != nil {
			return err
		}
	}
	if f.parallel < 1 {
		return fmt.Errorf("--parallel %d: want 1 or more", f.parallel)
	}
	return f.play.outputs.check()
}

// playAll plays all scenarios on all targets. The reports come target by target, in the order in
// which they were given.
func (f *matrixFlags) playAll(ctx context.Context, t terminal, sources []*source) ([]*outcome.Report, error) {
	progress := report.NewProgress(t.err, report.TerminalWidth(t.err, t.environ), countActs(sources)*len(f.brokers))
	defer progress.Close()
	targets := make([]stage.Target, len(f.brokers))
	for i, name := range f.brokers {
		target, err := parseTarget(name, f.remote, progress.Show)
		if err != nil {
			return nil, err
		}
		targets[i] = target
	}
	byTarget := make([][]*outcome.Report, len(targets))
	var all errgroup.Group
	all.SetLimit(f.parallel)
	for i, target := range targets {
		all.Go(func() error {
			byTarget[i] = f.playOn(ctx, target, sources, progress)
			if err := target.Close(); err != nil {
				return fmt.Errorf("closing target %s: %w", target.Name(), err)
			}
			return nil
		})
	}
	err := all.Wait()
	var reports []*outcome.Report
	for _, rs := range byTarget {
		reports = append(reports, rs...)
	}
	return reports, err
}

// playOn plays all scenarios on one target.
func (f *matrixFlags) playOn(ctx context.Context, target stage.Target, sources []*source, progress *report.Progress) (reports []*outcome.Report) {
	for _, s := range sources {
		r := runner.Runner{
			Clock:     scenario.Clock(f.play.clock),
			Acts:      func(a *scenario.Act) bool { return s.chosen[a] },
			Timeout:   scenario.Duration(f.play.timeout),
			ActBegins: func(a *scenario.Act) { progress.Show(target.Name() + ": " + s.scenario.Title + ": " + a.Name) },
			ActDone:   func(*outcome.Act) { progress.ActDone() },
		}
		reports = append(reports, r.Run(ctx, s.scenario, target))
		if ctx.Err() != nil {
			break
		}
	}
	return reports
}
