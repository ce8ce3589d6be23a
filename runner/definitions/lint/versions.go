package lint

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tutor/runner/definitions"
)

// Version of RabbitMQ, as far as it decides what is refused.
type Version struct{ Major, Minor int }

// Newest is the version that is meant where nobody says which.
func Newest() Version { return Version{4, 3} }

func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// ParseVersion reads a version such as 4.3, or 4.3.1.
func ParseVersion(text string) (Version, error) {
	parts := strings.Split(text, ".")
	if len(parts) < 2 || len(parts) > 3 {
		return Version{}, fmt.Errorf("%q: want a version of RabbitMQ such as %v", text, Newest())
	}
	numbers := make([]int, len(parts))
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 16)
		if err != nil {
			return Version{}, fmt.Errorf("%q: want a version of RabbitMQ such as %v", text, Newest())
		}
		numbers[i] = int(n)
	}
	return Version{numbers[0], numbers[1]}, nil
}

func (v Version) isBefore(w Version) bool {
	return v.Major < w.Major || v.Major == w.Major && v.Minor < w.Minor
}

// What is refused, and what becomes of it when definitions are imported. RabbitMQ 3.10, 4.0 and 4.3 were asked; a
// version between 4.0 and 4.3 may refuse what 4.3 does.
var (
	queuesRefused = []struct {
		since Version
		in    func(*definitions.Queue) bool
		text  string
	}{
		{
			Version{4, 3}, func(q *definitions.Queue) bool { return !q.Durable },
			"is transient (durable: false), which RabbitMQ 4.3 denies by default (transient_nonexcl_queues): an import leaves it out without a word",
		},
		{
			Version{4, 3}, hasArgument("x-queue-master-locator"),
			"has the argument x-queue-master-locator, which RabbitMQ 4.3 denies by default (queue_master_locator): an import leaves it out without a word; use x-queue-leader-locator",
		},
		{
			Version{4, 3}, func(q *definitions.Queue) bool { return q.Arguments["x-queue-version"] == int64(1) },
			"has the argument x-queue-version: 1, and RabbitMQ 4.3 has no such queues any more: the whole import fails",
		},
	}
	policiesRefused = []struct {
		since Version
		in    func(key string) bool
		text  string
	}{
		{
			Version{4, 0}, func(key string) bool { return strings.HasPrefix(key, "ha-") },
			"which RabbitMQ 4.0 has no more (classic queues are not mirrored): the whole import fails; quorum queues are replicated",
		},
		{
			Version{4, 3}, func(key string) bool { return key == "queue-master-locator" },
			"which RabbitMQ 4.3 denies by default (queue_master_locator): the whole import fails; use queue-leader-locator",
		},
	}
)

func hasArgument(name string) func(*definitions.Queue) bool {
	return func(q *definitions.Queue) bool { _, there := q.Arguments[name]; return there }
}

// lazy says what has become of the queue mode (https://www.rabbitmq.com/docs/lazy-queues).
const lazy = "which RabbitMQ ignores from 3.12 on, by its documentation: all classic queues keep messages on disk"

// builtIn are the types of exchanges that need no plugin.
func builtIn(on Version) []string {
	types := []string{"direct", "fanout", "topic", "headers"}
	if !on.isBefore(Version{4, 0}) {
		types = append(types, "x-local-random")
	}
	return types
}

// refused looks at what a version does not take, and what it takes and ignores.
func refused(d *definitions.Definitions, on Version, asked bool) (all []Finding) {
	add := func(pos definitions.Position, mistake bool, format string, args ...any) {
		all = append(all, Finding{pos, mistake, fmt.Sprintf(format, args...)})
	}
	ignores := !on.isBefore(Version{3, 12})
	for _, q := range d.Queues {
		for _, r := range queuesRefused {
			if !on.isBefore(r.since) && r.in(q) {
				add(q.Pos, asked, "queue %s %s", q.Name, r.text)
			}
		}
		if ignores && hasArgument("x-queue-mode")(q) {
			add(q.Pos, false, "queue %s has the argument x-queue-mode, %s", q.Name, lazy)
		}
	}
	for _, p := range d.Policies {
		for _, key := range slices.Sorted(maps.Keys(p.Definition)) {
			for _, r := range policiesRefused {
				if !on.isBefore(r.since) && r.in(key) {
					add(p.Pos, asked, "policy %s defines %s, %s", p.Name, key, r.text)
				}
			}
			if ignores && key == "queue-mode" {
				add(p.Pos, false, "policy %s defines queue-mode, %s", p.Name, lazy)
			}
		}
	}
	for _, e := range d.Exchanges {
		if !slices.Contains(builtIn(on), e.Type) {
			add(e.Pos, false, "exchange %s is of type %s, which RabbitMQ %v has only with a plugin: an import fails without it", e.Name, e.Type, on)
		}
	}
	return all
}
