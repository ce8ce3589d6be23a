package main

import (
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"tutor/runner/escape"
	"tutor/runner/scenario"
	"tutor/scenarios"
)

func newList(t terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "list [FILE|DIR|NAME...]",
		Short: "List scenarios and their acts: those that the program carries, or the given ones",
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
				list(t, s.path, s.scenario)
			}
			return nil
		},
		ValidArgsFunction: completeScenarios,
	}
}

func listCarried(t terminal) error {
	for _, name := range scenarios.Names() {
		text, err := fs.ReadFile(scenarios.FS(), name+".yaml")
		if err != nil {
			return err
		}
		s, err := scenario.Decode(name, text)
		if err != nil {
			return err
		}
		list(t, name, s)
	}
	return nil
}

func list(t terminal, name string, s *scenario.Scenario) {
	fmt.Fprintf(t.out, "%-12s %s\n", escape.Text(name), escape.Text(s.Title))
	for i, a := range s.Acts {
		fmt.Fprintf(t.out, "%14d %s\n", i+1, escape.Text(a.Name))
	}
}
