package ledger

// Note explains in one sentence what became of one or more messages that were not simply processed.
type Note struct {
	// Event is a fate, or "requeued".
	Event string
	// Messages are the bodies it is about, as transcripts show them.
	Messages []string
	// Text is the sentence.
	Text string
}
