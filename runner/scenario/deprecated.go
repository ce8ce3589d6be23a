package scenario

import "fmt"

// Deprecation is a use of something that the newest RabbitMQ denies by default.
type Deprecation struct {
	// Pos is where it is written.
	Pos Position
	// Feature is RabbitMQ's name for what is denied.
	Feature Feature
	// Text says what it is, and what to do in its place.
	Text string
}

func (d Deprecation) String() string { return fmt.Sprintf("%v: %s", d.Pos, d.Text) }

// QueueMasterLocator is the argument that said which node of a cluster leads a mirrored queue. RabbitMQ 4.3
// denies it by default.
const QueueMasterLocator Feature = "queue_master_locator"

// denied lists what RabbitMQ 4.3 denies by default.
var denied = []struct {
	feature Feature
	in      func(*Queue) bool
	text    string
}{
	{
		TransientQueues, func(q *Queue) bool { return !q.Durable && !q.Exclusive },
		"queue %s is neither durable nor exclusive, which RabbitMQ 4.3 denies by default (%s): declare it durable, or exclusive",
	},
	{
		QueueMasterLocator, func(q *Queue) bool { _, there := q.Arguments["x-queue-master-locator"]; return there },
		"queue %s has x-queue-master-locator, which RabbitMQ 4.3 denies by default (%s): use x-queue-leader-locator",
	},
}

// Deprecated lists what an act uses that the newest RabbitMQ denies by default, unless the act says itself
// whether it is permitted.
func (a *Act) Deprecated() []Deprecation {
	var all []Deprecation
	for _, actor := range a.Cast {
		q := &actor.Common().Queue
		if !q.Declare {
			continue
		}
		for _, d := range denied {
			if _, said := a.Broker.Permit[d.feature]; said || !d.in(q) {
				continue
			}
			name := q.Name
			if name == "" {
				name = "of " + actor.Name()
			}
			all = append(all, Deprecation{q.Pos, d.feature, fmt.Sprintf(d.text, name, d.feature)})
		}
	}
	return all
}
