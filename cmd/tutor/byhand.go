package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tutor/runner/byhand"
	"tutor/runner/escape"
	"tutor/runner/scenario"
)

func newByHand(t terminal) *cobra.Command {
	act, ports := "", byhand.Ports{}
	cmd := &cobra.Command{
		Use:   "by-hand FILE|NAME",
		Short: "Print the commands that play an act by hand, in several terminals",
		Long: `by-hand prints, for each terminal, the command that plays one actor of an act: the broker first, then
the cast in its order. Start each when the one before has printed what it declares.`,
		Example: `  tutor by-hand hello
  tutor by-hand workqueue --act "automatic acknowledgement"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			sources, err := load(cmd.Context(), t, args)
			if err != nil {
				return err
			}
			s := sources[0].scenario
			chosen := s.Acts
			if act != "" {
				a, err := findAct(s, act)
				if err != nil {
					return err
				}
				chosen = []*scenario.Act{a}
			}
			for i, a := range chosen {
				if i > 0 {
					fmt.Fprintln(t.out)
				}
				showScript(t, s.Title+": "+a.Name, byhand.Of(args[0], s, a, ports))
			}
			return nil
		},
		ValidArgsFunction: completeScenarios,
	}
	cmd.Flags().StringVar(&act, "act", "", "only the act of this number, or whose name contains this text")
	cmd.Flags().IntVar(&ports.Plain, "port-number", byhand.Port, "port for the broker")
	cmd.Flags().IntVar(&ports.TLS, "tls-port-number", byhand.TLSPort, "port for the broker's secure connections")
	return cmd
}

// showScript prints an act's terminals, and what each must show.
func showScript(t terminal, title string, s byhand.Script) {
	fmt.Fprintf(t.out, "# %s\n", escape.Text(title))
	if len(s.Steps) > 0 {
		fmt.Fprintln(t.out, "# This act has steps, which are up to you:")
	}
	for _, step := range s.Steps {
		fmt.Fprintf(t.out, "#   %s\n", escape.Text(step))
	}
	fmt.Fprintf(t.out, "\n# terminal 1: the broker\n%s\n", s.Broker)
	if len(s.Before) > 0 {
		fmt.Fprintf(t.out, "\n# what has to be there first, on a broker with the management API\n")
	}
	for _, line := range s.Before {
		fmt.Fprintln(t.out, line)
	}
	for i, actor := range s.Terminals {
		fmt.Fprintf(t.out, "\n# terminal %d: %s\n", i+2, escape.Text(actor.Actor))
		if len(actor.Lacks) > 0 {
			fmt.Fprintf(t.out, "# by hand it lacks: %s\n", escape.Text(strings.Join(actor.Lacks, ", ")))
		}
		fmt.Fprintln(t.out, actor.Line)
		for _, line := range actor.Prints {
			fmt.Fprintf(t.out, "#   %s\n", escape.Text(line))
		}
	}
	fmt.Fprintf(t.out, "\n# to compare: %s\n", s.Compare)
}
