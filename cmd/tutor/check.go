package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tutor/runner/definitions"
	"tutor/runner/definitions/lint"
	"tutor/runner/escape"
	"tutor/runner/report"
)

func newCheck(t terminal) *cobra.Command {
	on := ""
	cmd := &cobra.Command{
		Use:   "check FILE|DIR|NAME...",
		Short: "Check scenarios, or RabbitMQ's definitions, without playing anything",
		Long: `check reads scenarios and reports every mistake in them at once, each with its place. Nothing is
played. The exit code is 0 if there is no mistake, else 2. What the newest RabbitMQ denies by default is
a warning, and so is a type of exchange that RabbitMQ does not have without a plugin.

A FILE.json is an export of RabbitMQ's definitions (rabbitmqctl export_definitions). What loses messages
in it is a mistake, and with --for what that version refuses; a warning is what leads nowhere, has no
effect or goes in a circle.`,
		Example: `  tutor check mine.yaml
  tutor check scenarios
  tutor check definitions.json --for 4.3`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var files, scenarios []string
			for _, arg := range args {
				if isDefinitions(arg) {
					files = append(files, arg)
				} else {
					scenarios = append(scenarios, arg)
				}
			}
			if on != "" && len(files) == 0 {
				return errors.New("--for is for definitions (FILE.json), and there are none")
			}
			err := checkDefinitions(cmd.Context(), t, files, on)
			if len(scenarios) > 0 {
				err = errors.Join(err, checkScenarios(cmd.Context(), t, scenarios))
			}
			return err
		},
		ValidArgsFunction: completeScenarios,
	}
	cmd.Flags().StringVar(&on, "for", "", "version of RabbitMQ that definitions are meant for: what it refuses is a mistake (default "+lint.Newest().String()+", as a warning)")
	return cmd
}

// isDefinitions reports whether an argument names a file of definitions, by what it is called.
func isDefinitions(arg string) bool { return strings.EqualFold(filepath.Ext(arg), ".json") }

func checkScenarios(ctx context.Context, t terminal, args []string) error {
	sources, err := load(ctx, t, args)
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
	fmt.Fprintf(t.out, "%s, %s: no mistakes\n", report.Counted(len(sources), "scenario"), report.Counted(acts, "act"))
	return nil
}

// checkDefinitions tells what is wrong with definitions. Mistakes are the error.
func checkDefinitions(ctx context.Context, t terminal, files []string, on string) error {
	version := lint.Newest()
	if on != "" {
		asked, err := lint.ParseVersion(on)
		if err != nil {
			return fmt.Errorf("--for %w", err)
		}
		version = asked
	}
	var errs []error
	for _, file := range files {
		d, err := t.readDefinitions(ctx, file)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		mistakes, warnings := 0, 0
		for _, f := range lint.Check(d, version, on != "") {
			if f.Mistake {
				mistakes++
				errs = append(errs, definitions.Error{Pos: f.Pos, Msg: f.Text})
				continue
			}
			warnings++
			fmt.Fprintf(t.err, "warning: %v: %s\n", f.Pos, escape.Text(f.Text))
		}
		if mistakes == 0 {
			fmt.Fprintf(t.out, "%s: %s, %s, %s: no mistakes, %s\n", escape.Text(file), report.Counted(len(d.Exchanges), "exchange"),
				report.Counted(len(d.Queues), "queue"), report.Counted(len(d.Bindings), "binding"), report.Counted(warnings, "warning"))
		}
	}
	return errors.Join(errs...)
}

// readDefinitions reads a file of definitions.
func (t terminal) readDefinitions(ctx context.Context, file string) (*definitions.Definitions, error) {
	text, err := t.readFile(ctx, file)
	if err != nil {
		return nil, err
	}
	return definitions.Decode(file, text)
}
