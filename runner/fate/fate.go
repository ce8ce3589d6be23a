// Package fate names what can finally become of one copy of one message.
//
// A publish makes one copy for each queue its routing reaches (or one copy that reaches none), and
// each copy ends in exactly one of these fates. Requeueing and redelivery are events on the way, not
// fates. Scenarios expect fates, the ledger finds them.
package fate

// Fate is the end of one copy of a message, as scenarios spell it.
type Fate string

// The fates, in the order in which reports list them.
const (
	// Acked copies were processed by a consumer, which then acknowledged them.
	Acked Fate = "acked"
	// Handled copies were processed by a consumer under automatic acknowledgement.
	Handled Fate = "handled"
	// Dropped copies had been forgotten by the broker at delivery (automatic acknowledgement) when
	// their consumer went away without having processed them.
	Dropped Fate = "dropped"
	// Queued copies are still in their queue at the end, ready or unacknowledged.
	Queued Fate = "queued"
	// Returned messages reached no queue and came back, since they were published as mandatory.
	Returned Fate = "returned"
	// Unroutable messages, dead letters among them, reached no queue and were discarded by the broker
	// without a word.
	Unroutable Fate = "unroutable"
	// Rejected copies were refused by a consumer without requeueing and have no dead-letter exchange.
	Rejected Fate = "rejected"
	// GivenUp copies had come back more often than their queue's delivery limit allows, and have no
	// dead-letter exchange.
	GivenUp Fate = "given-up"
	// DeadLettered copies were taken from their queue and published again to its dead-letter exchange.
	DeadLettered Fate = "dead-lettered"
	// Expired copies outlived their time to live and have no dead-letter exchange.
	Expired Fate = "expired"
	// Overflowed copies were pushed out of a queue that had reached its length limit.
	Overflowed Fate = "overflowed"
	// Refused messages were not taken by the broker: nacked, or their channel died on them.
	Refused Fate = "refused"
	// Deleted copies went with their queue: it was deleted or purged while it held them.
	Deleted Fate = "deleted"
)

// All lists the fates in the order in which reports show them.
func All() []Fate {
	return []Fate{
		Acked, Handled, Dropped, Queued, Returned, Unroutable,
		Rejected, GivenUp, DeadLettered, Expired, Overflowed, Refused, Deleted,
	}
}
