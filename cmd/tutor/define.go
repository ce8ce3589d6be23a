package main

import (
	"context"
	"fmt"
	"slices"

	"tutor/runner/broker"
	"tutor/runner/broker/importing"
	"tutor/runner/definitions"
	"tutor/runner/escape"
	"tutor/runner/report"
	"tutor/runner/scenario"
)

// defined reads the definitions that the broker is to begin with, and adds their vhosts to what is needed; nil if there
// are none. What a flag says of a vhost counts.
func (f *serveFlags) defined(ctx context.Context, t terminal, needs *scenario.Broker) (*definitions.Definitions, error) {
	if f.definitions == "" {
		return nil, nil
	}
	d, err := t.readDefinitions(ctx, f.definitions)
	if err != nil {
		return nil, fmt.Errorf("--definitions: %w", err)
	}
	for name, limits := range importing.Vhosts(d) {
		if needs.Vhosts[name] == nil || !needs.Vhosts[name].Limited() {
			needs.Vhosts[name] = &scenario.Vhost{MaxConnections: limits.MaxConnections, MaxQueues: limits.MaxQueues}
		}
	}
	return d, nil
}

// define gives a broker what definitions have, if there are any, and returns what of it is left out. Those of a whole
// broker with its users say all there is: nobody else may log in then, but for those of the flags.
func define(b *broker.Broker, d *definitions.Definitions, needs *scenario.Broker) (left []importing.Left, err error) {
	if d == nil {
		return nil, nil
	}
	left = importing.Define(b, d)
	if len(d.Users) > 0 {
		isGuest := func(u *definitions.User) bool { return u.Name == "guest" }
		if needs.Users["guest"] == nil && !slices.ContainsFunc(d.Users, isGuest) {
			b.RemoveUser("guest")
		}
		if needs.Vhosts["/"] == nil {
			if err := b.RemoveVhost("/"); err != nil {
				return nil, fmt.Errorf("leaving out the vhost / that the definitions have not: %w", err)
			}
		}
	}
	return left, nil
}

// begun says what the broker has begun with, and what of it is left out.
func begun(t terminal, d *definitions.Definitions, left []importing.Left) {
	if d == nil {
		return
	}
	fmt.Fprintf(t.out, "Definitions of %s: %s, %s, %s, %s\n", escape.Text(d.File), report.Counted(len(d.Users), "user"), report.Counted(len(d.Exchanges), "exchange"),
		report.Counted(len(d.Queues), "queue"), report.Counted(len(d.Bindings), "binding"))
	for _, l := range left {
		fmt.Fprintf(t.err, "left out: %v: %s\n", l.Pos, escape.Text(l.Text))
	}
}
