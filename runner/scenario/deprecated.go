package scenario

import (
	"cmp"
	"fmt"
)

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

// The features that concern AMQP 0-9-1. The released RabbitMQ 4.3 denies them by default (rabbitmqctl
// list_deprecated_features).
const (
	// GlobalQoS is a prefetch limit that the consumers of a channel share.
	GlobalQoS Feature = "global_qos"
	// QueueMasterLocator is the argument that said which node of a cluster leads a mirrored queue.
	QueueMasterLocator Feature = "queue_master_locator"
	// TransientQueues are queues that are neither durable nor exclusive.
	TransientQueues Feature = "transient_nonexcl_queues"
)

// Features are the names of the features, in their order.
func Features() []string {
	return []string{string(GlobalQoS), string(QueueMasterLocator), string(TransientQueues)}
}

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
	for _, q := range a.Before().Queues {
		all = append(all, a.denied(&Queue{Pos: q.Pos, Durable: q.IsDurable(), Arguments: q.Arguments}, q.Name)...)
	}
	for _, actor := range a.Cast {
		for _, q := range actor.Queues() {
			if q.Declare {
				all = append(all, a.denied(q, cmp.Or(q.Name, "of "+actor.Name()))...)
			}
		}
	}
	return all
}

// denied lists what is denied of a queue, as long as the act does not say itself whether it is permitted.
func (a *Act) denied(q *Queue, name string) (all []Deprecation) {
	for _, d := range denied {
		if _, said := a.Broker.Permit[d.feature]; !said && d.in(q) {
			all = append(all, Deprecation{q.Pos, d.feature, fmt.Sprintf(d.text, name, d.feature)})
		}
	}
	return all
}
