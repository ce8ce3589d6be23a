package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"tutor/runner/broker"
)

func newVersion(t terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the program's version",
		Args:  cobra.NoArgs,
		Run:   func(*cobra.Command, []string) { fmt.Fprintln(t.out, "tutor "+version()) },
	}
}

// version is the module's, or the commit that the program was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "of unknown origin"
	}
	version := info.Main.Version
	if version == "" {
		version = "(devel)"
	}
	return fmt.Sprintf("%s, embedded broker as RabbitMQ %s, %s", version, broker.Version, info.GoVersion)
}
