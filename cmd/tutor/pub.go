package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tutor/runner/byhand"
	"tutor/runner/scenario"
)

func newPub(t terminal) *cobra.Command {
	part := byhand.NewPublisher()
	cmd := &cobra.Command{
		Use:   "pub",
		Short: "Publish messages by hand, in a terminal",
		Long: `pub plays a publisher by hand. A single message goes as it is; of several, message N goes as
"N:message", or with --pub-name as "name:N:message".`,
		Example: `  tutor pub -q hello -Q -k hello -m 'Hello World!'
  tutor pub -k task_queue --persistent --nb-messages 4 -m 'Hello!'
  tutor pub -e logs -t fanout -m 'Hello World!' --mandatory --confirm
  tutor pub -k rpc -m 'fib 30' --reply-to answers --correlation-id 7 --headers '{retries: 3}'
  date | tutor pub -k hello -m -`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := prepare(t, part); err != nil {
				return err
			}
			if err := readMessage(cmd.Context(), t, part.Actor.Publisher); err != nil {
				return err
			}
			return playPart(cmd.Context(), t, part)
		},
	}
	registerPart(cmd, part)
	// Python's argument parser, and so the first users' fingers, know flags by their beginnings.
	cmd.Flags().SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "nb-message" {
			name = "nb-messages"
		}
		return pflag.NormalizedName(name)
	})
	return cmd
}

// readMessage reads a message that is to come from standard input.
func readMessage(ctx context.Context, t terminal, p *scenario.Publisher) error {
	if p.Message != standardInput {
		return nil
	}
	text, err := t.readAll(ctx, t.in, "standard input")
	if err != nil {
		return fmt.Errorf("--message: %w", err)
	}
	p.Message = strings.TrimSuffix(string(text), "\n")
	return nil
}
