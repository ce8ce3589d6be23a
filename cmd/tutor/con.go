package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tutor/runner/scenario"
)

func newCon(t terminal) *cobra.Command {
	flags := &handFlags{}
	prefetch, lazy := 0, 0.0
	cmd := &cobra.Command{
		Use:   "con",
		Short: "Consume messages by hand, in a terminal",
		Long: `con plays a consumer by hand: it declares and binds what it is told to, and prints what it receives
until Ctrl-C. A lazy consumer takes one message, does not acknowledge it, and dies.`,
		Example: `  tutor con -q hello -Q
  tutor con -q task_queue -Q --durable-queue --nad-queue --prefetch 1 --lazy 3
  tutor con -e logs -E -t fanout -Q --exclusive --bind-queue --ack-auto
  tutor con -e topic_logs -E -t topic -Q --exclusive --bind-queue --ack-auto -k 'jp.lg.#'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			common, err := flags.common(t.environ)
			if err != nil {
				return err
			}
			if flags.mandatory || flags.persistent {
				return errors.New("--mandatory and --persistent are for publishers")
			}
			if prefetch < 0 || prefetch > 65535 {
				return fmt.Errorf("--prefetch %d: want 0 to 65535", prefetch)
			}
			if lazy < 0 {
				return errors.New("--lazy: a time cannot be negative")
			}
			if common.Queue.Name == "" && !common.Queue.Declare {
				return errors.New("a consumer needs a queue: --queue NAME, --create-queue, or both")
			}
			c := &scenario.Consumer{Name: "con", Common: common, Prefetch: prefetch, Lazy: seconds(lazy), Ack: scenario.AckManual}
			if flags.ackAuto {
				c.Ack = scenario.AckAuto
			}
			return flags.play(cmd.Context(), t, &scenario.Actor{Consumer: c})
		},
	}
	flags.register(cmd)
	cmd.Flags().IntVar(&prefetch, "prefetch", 0, "how many unacknowledged messages the broker may have sent; 0 is no limit")
	cmd.Flags().Float64Var(&lazy, "lazy", 0, "take one message, hold it for so many seconds without acknowledging it, then die")
	return cmd
}

func seconds(n float64) scenario.Duration { return scenario.Duration(n * float64(time.Second)) }
