package main

import (
	"github.com/spf13/cobra"

	"tutor/runner/byhand"
)

func newCon(t terminal) *cobra.Command {
	part := byhand.NewConsumer()
	cmd := &cobra.Command{
		Use:   "con",
		Short: "Consume messages by hand, in a terminal",
		Long: `con plays a consumer by hand: it declares and binds what it is told to, and prints what it receives
until Ctrl-C; with --drain it then works off what it has been sent before it leaves. A lazy consumer takes
one message, does not acknowledge it, and dies.`,
		Example: `  tutor con -q hello -Q
  tutor con -q task_queue -Q --durable-queue --nad-queue --prefetch 1 --lazy 3
  tutor con -q task_queue --work 2 --reject bad --requeue late
  tutor con -e logs -E -t fanout -Q --exclusive --bind-queue --ack-auto
  tutor con -e topic_logs -E -t topic -Q --exclusive --bind-queue --ack-auto -k 'jp.lg.#'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := prepare(t, part); err != nil {
				return err
			}
			return playPart(cmd.Context(), t, part)
		},
	}
	registerPart(cmd, part)
	cmd.MarkFlagsMutuallyExclusive("ack-auto", "ack-first")
	return cmd
}
