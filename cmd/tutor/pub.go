package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tutor/runner/scenario"
)

// pubFlags are the flags of the publisher by hand alone.
type pubFlags struct {
	handFlags
	message     string
	messageSize int
	count       int
	interval    float64
	pubName     string
	priority    uint8
	confirm     bool
}

func newPub(t terminal) *cobra.Command {
	flags := &pubFlags{}
	cmd := &cobra.Command{
		Use:   "pub",
		Short: "Publish messages by hand, in a terminal",
		Long: `pub plays a publisher by hand. A single message goes as it is; of several, message N goes as
"N:message", or with --pub-name as "name:N:message".`,
		Example: `  tutor pub -q hello -Q -k hello -m 'Hello World!'
  tutor pub -k task_queue --persistent --nb-messages 4 -m 'Hello!'
  tutor pub -e logs -t fanout -m 'Hello World!' --mandatory --confirm
  date | tutor pub -k hello -m -`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := flags.publisher(cmd.Context(), t)
			if err != nil {
				return err
			}
			return flags.play(cmd.Context(), t, &scenario.Actor{Publisher: p})
		},
	}
	flags.register(cmd)
	f := cmd.Flags()
	f.StringVarP(&flags.message, "message", "m", "Hello World!", "message; - reads standard input")
	f.IntVar(&flags.messageSize, "message-size", 0, "pad the message with digits, or cut it, to so many bytes")
	f.IntVar(&flags.count, "nb-messages", 1, "how many messages; 0 goes on until Ctrl-C")
	f.Float64Var(&flags.interval, "interval", 1, "seconds between two messages")
	f.StringVar(&flags.pubName, "pub-name", "", "name that goes in front of the messages' numbers")
	f.Uint8Var(&flags.priority, "priority", 0, "priority of the messages")
	f.BoolVar(&flags.confirm, "confirm", false, "wait for the broker's confirmation of each message")
	// Python's argument parser, and so the first users' fingers, know flags by their beginnings.
	f.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "nb-message" {
			name = "nb-messages"
		}
		return pflag.NormalizedName(name)
	})
	return cmd
}

func (f *pubFlags) publisher(ctx context.Context, t terminal) (*scenario.Publisher, error) {
	common, err := f.common(t.environ)
	if err != nil {
		return nil, err
	}
	switch {
	case f.count < 0:
		return nil, fmt.Errorf("--nb-messages %d: want 0 or more", f.count)
	case f.interval < 0:
		return nil, errors.New("--interval: a time cannot be negative")
	case f.messageSize < 0:
		return nil, errors.New("--message-size: a size cannot be negative")
	case f.messageSize > scenario.MaxMessageSize:
		return nil, fmt.Errorf("--message-size %d: at most %d (32 MiB)", f.messageSize, scenario.MaxMessageSize)
	case f.ackAuto:
		return nil, errors.New("--ack-auto is for consumers")
	}
	message := f.message
	if message == "-" {
		text, err := t.readAll(ctx, t.in, "standard input")
		if err != nil {
			return nil, fmt.Errorf("--message: %w", err)
		}
		message = strings.TrimSuffix(string(text), "\n")
	}
	count := f.count
	if count == 0 {
		count = math.MaxInt
	}
	return &scenario.Publisher{
		Name: "pub", Common: common, Message: message, MessageSize: f.messageSize, PubName: f.pubName,
		Count: &count, Interval: seconds(f.interval), Persistent: f.persistent, Mandatory: f.mandatory,
		Confirm: f.confirm, Priority: f.priority,
	}, nil
}
