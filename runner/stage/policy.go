package stage

// Policy is a policy of a vhost, as RabbitMQ has them: it adds to what the queues and exchanges whose
// names match were declared with.
type Policy struct {
	Name string
	// Pattern is a regular expression (PCRE) for names.
	Pattern string
	// ApplyTo is all, queues, classic_queues, quorum_queues, streams or exchanges.
	ApplyTo string
	// Priority decides between policies that match the same queue or exchange: the highest applies.
	Priority int
	// Definition has keys such as dead-letter-exchange.
	Definition map[string]any
}

// Audit is the name of the exchange that queues give to what dies, of its queue, and of the policy that has
// them do so.
const Audit = "tutor.audit"
