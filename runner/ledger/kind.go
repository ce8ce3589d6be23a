package ledger

import "tutor/runner/topology"

// kind is what the ledger must know of the queues of one x-queue-type.
type kind struct {
	// logs is set where what is sent to the queue takes effect when it was written to its log, which no answer
	// of a channel waits for.
	logs bool
	// keepsTransient is set where also messages that are not persistent survive a restart.
	keepsTransient bool
	// countsActive is set where only the active consumer counts, if there is a single active one.
	countsActive bool
	// resumes is set where the queue keeps a consumer in mind whose time is out, and goes on with it once it has
	// settled what it had.
	resumes bool
	// keepsLetters is set where the queue can keep a message until its dead letter was taken.
	keepsLetters bool
	// limits is set where a message may come back only so often, delays where it may be kept back then for a time.
	limits, delays bool
	// lingers is set where a consumer that was cancelled counts for as long as it has not settled what it had.
	lingers bool
}

// defaultDeliveryLimit is how often a message may come back to a queue that limits it, where x-delivery-limit
// does not say (RabbitMQ 4.0 and later; before, there was no limit).
const defaultDeliveryLimit = 20

// kinds are those that differ from classic queues, by their x-queue-type.
var kinds = map[string]kind{
	"quorum": {logs: true, keepsTransient: true, countsActive: true, resumes: true, keepsLetters: true, limits: true, delays: true, lingers: true},
}

// kindOf is the kind of a queue; one that does not exist has nothing special to it.
func kindOf(q *topology.Queue) kind {
	name, _ := text(q, "x-queue-type")
	return kinds[name]
}
