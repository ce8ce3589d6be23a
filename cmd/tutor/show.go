package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tutor/runner/diagram"
	"tutor/runner/escape"
	"tutor/runner/report"
)

func newShow(t terminal) *cobra.Command {
	format, acts := "text", []string{}
	cmd := &cobra.Command{
		Use:   "show FILE|NAME",
		Short: "Show a scenario: its text, and who is connected with what",
		Long: `show prints the teaching text of a scenario and the topology of each act: publishers, exchanges,
bindings, queues and consumers, as the cast declares them.`,
		Example: `  tutor show topic
  tutor show scenarios/workqueue.yaml --act 2
  tutor show fanout --act 1 --format dot | dot -Tsvg > fanout.svg
  tutor show fanout --format mermaid
  tutor show deadletters --format svg > deadletters.svg`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkFormat(format, "text", "dot", "mermaid", "svg"); err != nil {
				return err
			}
			sources, err := load(cmd.Context(), t, args)
			if err != nil {
				return err
			}
			if err := (&playFlags{acts: acts}).choose(sources); err != nil {
				return err
			}
			if format == "svg" {
				showPicture(t, sources)
				return nil
			}
			for _, s := range sources {
				show(t, s, format)
			}
			return nil
		},
		ValidArgsFunction: completeScenarios,
	}
	cmd.Flags().StringVar(&format, "format", "text", "text, dot (Graphviz), mermaid or svg (the acts below each other)")
	cmd.Flags().StringArrayVar(&acts, "act", nil, "show only the act of this number, or the acts whose name contains this text")
	complete(cmd, "format", "text", "dot", "mermaid", "svg")
	return cmd
}

func checkFormat(format string, known ...string) error {
	for _, k := range known {
		if format == k {
			return nil
		}
	}
	return fmt.Errorf("--format %q: want one of %s", format, strings.Join(known, ", "))
}

func show(t terminal, s *source, format string) {
	width := 80
	if o := report.For(t.out, t.environ); o.Width > 0 {
		width = min(100, o.Width)
	}
	if format == "text" {
		fmt.Fprintf(t.out, "%s\n%s\n", escape.Text(s.scenario.Title), report.Wrap(s.scenario.About, width, 0))
	}
	for _, a := range s.scenario.Acts {
		if !s.chosen[a] {
			continue
		}
		g := diagram.Of(a)
		switch format {
		case "dot":
			fmt.Fprint(t.out, g.DOT(a.Name))
		case "mermaid":
			fmt.Fprint(t.out, g.Mermaid(a.Name))
		default:
			fmt.Fprintf(t.out, "\n%s\n", escape.Text(a.Name))
			if a.About != "" {
				fmt.Fprintln(t.out, report.Wrap(a.About, width, 2))
			}
			fmt.Fprintf(t.out, "\n%s", g.Text())
		}
	}
}

// showPicture draws the topologies of all acts, one below the other.
func showPicture(t terminal, sources []*source) {
	var graphs []*diagram.Graph
	var titles []string
	for _, s := range sources {
		for _, a := range s.scenario.Acts {
			if s.chosen[a] {
				graphs, titles = append(graphs, diagram.Of(a)), append(titles, s.scenario.Title+": "+a.Name)
			}
		}
	}
	fmt.Fprint(t.out, diagram.SVG(graphs, titles))
}
