package main

import (
	"strings"

	"github.com/spf13/cobra"

	"tutor/runner/stage"
	"tutor/runner/target"
	"tutor/runner/target/docker"
	"tutor/runner/target/remote"
)

// brokerFlags choose the target.
type brokerFlags struct {
	broker string
	remote remote.Options
}

// brokerVariable names the environment variable with the broker to take where --broker does not say.
const brokerVariable = "TUTOR_BROKER"

func (f *brokerFlags) register(cmd *cobra.Command, t terminal) {
	flags := cmd.Flags()
	usual := "embedded"
	for _, entry := range t.environ {
		if value, ok := strings.CutPrefix(entry, brokerVariable+"="); ok && value != "" {
			usual = value
		}
	}
	flags.StringVarP(&f.broker, "broker", "b", usual,
		"embedded, local (an installed rabbitmq-server), docker, docker:IMAGE, or amqp(s)://user:password@host[,host]/vhost ("+brokerVariable+" says so, too)")
	f.registerRemote(cmd)
	complete(cmd, "broker", "embedded", "local", "docker", "amqp://guest:guest@localhost")
}

func (f *brokerFlags) registerRemote(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.remote.Management, "management", "",
		"for a broker by URL: http://user:password@host:15672 of its management API, for vhosts and users of the acts' own")
	flags.StringVar(&f.remote.CAFile, "broker-ca", "",
		"for an amqps:// URL: file with the certificates to trust, in place of the system's")
}

// check finds out whether there is such a target, before anything is done for it.
func (f *brokerFlags) check() error {
	_, err := f.target(nil)
	return err
}

// target returns the target that the flags choose; nothing is started yet.
func (f *brokerFlags) target(progress func(string)) (stage.Target, error) {
	return parseTarget(f.broker, f.remote, progress)
}

func parseTarget(name string, o remote.Options, progress func(string)) (stage.Target, error) {
	return target.Parse(name, target.Options{
		Remote:   o,
		Progress: progress,
		Docker:   func(image string, progress func(string)) stage.Target { return docker.New(image, progress) },
	})
}
