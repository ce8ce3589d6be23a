package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tutor/runner/escape"
	"tutor/runner/outcome"
	"tutor/scenarios"
)

// verdict is the error of a run whose outcome has been reported already.
type verdict outcome.Verdict

func (v verdict) Error() string { return "verdict: " + string(v) }

// execute runs a command line and returns the exit code.
func execute(ctx context.Context, args []string, t terminal) int {
	root := newRoot(t)
	// Without any, nil would have cobra take those of the process.
	root.SetArgs(append([]string{}, args...))
	err := root.ExecuteContext(ctx)
	var reported verdict
	switch {
	case err == nil:
		return exitPass
	case errors.As(err, &reported) && outcome.Verdict(reported) == outcome.Fail:
		return exitFail
	case errors.As(err, &reported):
		return exitError
	}
	fmt.Fprintf(t.err, "tutor: %s\n", strings.ReplaceAll(escape.Lines(err.Error()), "\n", "\n       "))
	return exitError
}

func newRoot(t terminal) *cobra.Command {
	play := &playFlags{}
	root := &cobra.Command{
		Use:   "tutor FILE|DIR|NAME...",
		Short: "Play AMQP tutorials from YAML scenarios and prove what happened",
		Long: `tutor plays AMQP 0-9-1 tutorials from YAML scenarios: it starts publishers and consumers in the
written order, observes everything on the wire, and proves what each of them printed and what
became of every message.

A scenario is a FILE, each *.yaml of a DIR (DIR/... has those of the directories below it, too), or the
NAME of one that the program carries (tutor list).
Without --broker it is played on the embedded broker: nothing needs to be installed.

Exit codes: 0 every act passed, 1 an observation is not what was expected, 2 could not be run.`,
		Example: `  tutor workqueue                                  play a scenario that the program carries
  tutor scenarios/workqueue.yaml --act "a lazy worker"
  tutor scenarios --broker local                   on an installed rabbitmq-server
  tutor scenarios --broker docker:rabbitmq:4.3-management --format junit --output tutor.xml
  tutor mine.yaml --broker amqp://user:password@rabbit.example.org --management http://admin:password@rabbit.example.org:15672`,
		Version:       version(),
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				fmt.Fprintf(t.out, "Begin with:  tutor %s\nThere is more: tutor list\n\n", scenarios.Names()[0])
				return cmd.Help()
			}
			return play.run(cmd.Context(), t, args)
		},
		ValidArgsFunction: completeScenarios,
	}
	root.SetIn(t.in)
	root.SetOut(t.out)
	root.SetErr(t.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w (%s --help shows what there is)", err, cmd.CommandPath())
	})
	root.SetVersionTemplate("tutor {{.Version}}\n")
	t.maxFileSize = registerMaxFileSize(root)
	play.register(root, t)
	root.AddCommand(newRun(t), newList(t), newCheck(t), newSchema(t), newMatrix(t), newCon(t), newPub(t), newBroker(t), newServe(t), newSite(t), newByHand(t), newShow(t), newVersion(t))
	return root
}
