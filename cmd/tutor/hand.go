package main

import (
	"context"

	"github.com/spf13/cobra"

	"tutor/runner/byhand"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
)

// registerPart gives a hand tool its flags.
func registerPart(cmd *cobra.Command, part *byhand.Part) {
	cmd.Flags().SortFlags = false
	cmd.Flags().AddFlagSet(part.Flags())
	cmd.MarkFlagsMutuallyExclusive("userpass", "userpass-file")
	cmd.MarkFlagsMutuallyExclusive("exclusive", "durable-queue")
	complete(cmd, "type", scenario.ExchangeTypes()...)
}

// prepare makes of what the flags say a part that can be played.
func prepare(t terminal, part *byhand.Part) error {
	if err := part.Check(); err != nil {
		return err
	}
	return part.LogIn(t.environ)
}

func playPart(ctx context.Context, t terminal, part *byhand.Part) error {
	trouble, err := part.Play(ctx, t.out)
	if err == nil && trouble {
		return verdict(outcome.Fail)
	}
	return err
}
