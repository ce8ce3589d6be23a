package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"tutor/runner/escape"
)

func newCheck(t terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE|DIR|NAME...",
		Short: "Check scenarios without playing them",
		Long: `check reads scenarios and reports every mistake in them at once, each with its place. Nothing is
played. The exit code is 0 if there is no mistake, else 2. What the newest RabbitMQ denies by default is
a warning, and so is a type of exchange that RabbitMQ does not have without a plugin.`,
		Example: `  tutor check mine.yaml
  tutor check scenarios`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			sources, err := load(cmd.Context(), t, args)
			if err != nil {
				return err
			}
			acts := 0
			for _, s := range sources {
				acts += len(s.scenario.Acts)
				for _, a := range s.scenario.Acts {
					for _, d := range a.Deprecated() {
						fmt.Fprintf(t.err, "warning: %s\n", escape.Text(fmt.Sprint(d)))
					}
					for _, strange := range a.StrangeExchanges() {
						fmt.Fprintf(t.err, "warning: %s\n", escape.Text(strange.Error()))
					}
					if text := a.Before().IgnoredText(); text != "" {
						fmt.Fprintf(t.out, "%v: %s\n", a.Pos, escape.Text(text))
					}
				}
			}
			fmt.Fprintf(t.out, "%s, %s: no mistakes\n", counted(len(sources), "scenario"), counted(acts, "act"))
			return nil
		},
		ValidArgsFunction: completeScenarios,
	}
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
