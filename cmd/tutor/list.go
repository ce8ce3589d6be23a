package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"tutor/runner/escape"
	"tutor/runner/report"
	"tutor/runner/scenario"
	"tutor/scenarios"
)

func newList(t terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "list [FILE|DIR|NAME...]",
		Short: "List scenarios and their acts: the course that the program carries, or the given ones",
		Example: `  tutor list
  tutor list scenarios`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listCarried(t)
			}
			sources, err := load(cmd.Context(), t, args)
			if err != nil {
				return err
			}
			for _, s := range sources {
				list(t, s.path, widthOfPaths, s.scenario)
			}
			return nil
		},
		ValidArgsFunction: completeScenarios,
	}
}

// widthOfPaths is what a path has at least, so that lists of files with short ones are in line.
const widthOfPaths = 12

// listCarried lists the course, in the order in which it is best learned.
func listCarried(t terminal) error {
	chapters, err := carried()
	if err != nil {
		return err
	}
	width, acts := widest(scenarios.Names()), 0
	for _, c := range chapters {
		list(t, c.Name, width, c.Scenario)
		acts += len(c.Lessons)
	}
	_, err = fmt.Fprintf(t.out, "%d chapters, %s\n", len(chapters), report.Counted(acts, "lesson"))
	return err
}

func widest(names []string) int {
	width := 0
	for _, name := range names {
		width = max(width, len(name))
	}
	return width
}

func list(t terminal, name string, width int, s *scenario.Scenario) {
	fmt.Fprintf(t.out, "%-*s %s · %s\n", width, escape.Text(name), escape.Text(s.Title), report.Counted(len(s.Acts), "lesson"))
	for i, a := range s.Acts {
		fmt.Fprintf(t.out, "%*d %s\n", width+2, i+1, escape.Text(a.Name))
	}
}
