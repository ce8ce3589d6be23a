package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tutor/runner/diagram"
	"tutor/runner/escape"
	"tutor/runner/report"
	"tutor/runner/scenario"
)

func newShow(t terminal) *cobra.Command {
	format, acts, full := "text", []string{}, false
	cmd := &cobra.Command{
		Use:   "show FILE|NAME",
		Short: "Show a scenario: its text, and who is connected with what",
		Long: `show prints the teaching text of a scenario and the topology of each act: publishers, exchanges,
bindings, queues and consumers, as the cast declares them.

With --full it prints the scenario as a file in which nothing stands for anything else: acts that are like
others are written out.`,
		Example: `  tutor show topic
  tutor show scenarios/workqueue.yaml --act 2
  tutor show fanout --act 1 --format dot | dot -Tsvg > fanout.svg
  tutor show fanout --format mermaid
  tutor show workqueue --full --act 3 > mine.yaml
  tutor show deadletters --format svg > deadletters.svg`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if full && cmd.Flags().Changed("format") {
				return errors.New("--full is a scenario's own format: there is no --format of it")
			}
			if err := checkFormat(format, "text", "dot", "mermaid", "svg"); err != nil {
				return err
			}
			sources, err := chosenOf(cmd.Context(), t, args, acts)
			if err != nil {
				return err
			}
			if full {
				return showFull(t, sources)
			}
			return showAs(t, sources, format)
		},
		ValidArgsFunction: completeScenarios,
	}
	cmd.Flags().StringVar(&format, "format", "text", "text, dot (Graphviz), mermaid or svg (the acts below each other)")
	cmd.Flags().StringArrayVar(&acts, "act", nil, "show only the act of this number, or the acts whose name contains this text")
	cmd.Flags().BoolVar(&full, "full", false, "print the scenario with all its acts written out")
	complete(cmd, "format", "text", "dot", "mermaid", "svg")
	return cmd
}

// chosenOf loads scenarios, and chooses the acts that are asked for.
func chosenOf(ctx context.Context, t terminal, args, acts []string) ([]*source, error) {
	sources, err := load(ctx, t, args)
	if err != nil {
		return nil, err
	}
	return sources, (&playFlags{acts: acts}).choose(sources)
}

// showAs shows scenarios in a format.
func showAs(t terminal, sources []*source, format string) error {
	if format == "svg" {
		showPicture(t, sources)
		return nil
	}
	for _, s := range sources {
		show(t, s, format)
	}
	return nil
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

// showFull prints a scenario with its acts written out.
func showFull(t terminal, sources []*source) error {
	for _, s := range sources {
		text, err := s.scenario.WrittenOut(func(a *scenario.Act) bool { return s.chosen[a] })
		if err != nil {
			return err
		}
		if _, err := t.out.Write(text); err != nil {
			return err
		}
	}
	return nil
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
