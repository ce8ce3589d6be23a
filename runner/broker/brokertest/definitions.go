package brokertest

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"tutor/runner/broker/importing"
	"tutor/runner/definitions"
	"tutor/runner/escape"
	"tutor/runner/suggest"
)

// WithDefinitions declares what RabbitMQ's definitions in a file have of one of their vhosts: its exchanges, queues and
// bindings, its policies, limits and default queue type. The file is what rabbitmqctl export_definitions or the
// management API has written, of a whole broker or of one vhost; the name of the vhost may be empty if there is
// something in one only.
//
// Who may do what is not taken over: clients connect by [Broker.URL] and may do everything. What else the broker does not
// have is in [Broker.LeftOut]. An exchange that an export lacks, as it does internal ones, can be had by [WithExchange]
// before it.
func WithDefinitions(file, vhost string) Option {
	return func(s *settings) {
		d, vhost, err := readDefinitions(file, vhost)
		if err != nil {
			s.wrong = append(s.wrong, err)
			return
		}
		s.limits = importing.Vhosts(d)[vhost]
		s.declarations = append(s.declarations, func(b *Broker) error {
			for _, l := range importing.DefineIn(b.server.broker, b.name, d, vhost) {
				b.leftOut = append(b.leftOut, fmt.Sprintf("%v: %s", l.Pos, escape.Text(l.Text)))
			}
			return nil
		})
	}
}

// readDefinitions reads a file of definitions, and finds out which of its vhosts is meant.
func readDefinitions(file, vhost string) (*definitions.Definitions, string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, "", fmt.Errorf("reading definitions: %w", err)
	}
	d, err := definitions.Decode(file, text)
	if err != nil {
		return nil, "", fmt.Errorf("reading definitions: %w", err)
	}
	name, problem := d.Meant(vhost)
	if problem != "" {
		return nil, "", fmt.Errorf("reading definitions: %s: %s%s", file, problem, suggest.DidYouMean(vhost, d.Names()))
	}
	return d, name, nil
}

// LeftOut is what of the definitions the broker does not model, or refuses, each with its place and why. [Start] and
// [Broker.Vhost] log it.
func (b *Broker) LeftOut() []string { return slices.Clone(b.leftOut) }

// logLeftOut has a test that fails tell what it went without.
func (b *Broker) logLeftOut(t testing.TB) {
	t.Helper()
	for _, l := range b.leftOut {
		t.Log("left out: " + l)
	}
}
