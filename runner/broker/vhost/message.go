package vhost

// message is what was published. All queues that it was routed to share it, so it is never changed, but for
// the number of its holders; what a queue knows about its copy is in [entry].
type message struct {
	exchange   string
	routingKey string
	header     []byte // property flags and list, as a delivery carries them
	body       []byte
	ttl        int64 // the expiration property in milliseconds, or none
	priority   int16 // or none
	persistent bool
	holders    int32 // see memory
	more       *annotations
	number     uint64 // counts the vhost's publishes; a dead letter has that of the message that died
}

// annotations are what few messages have.
type annotations struct {
	keys       []string // routing keys beyond the first, from CC and BCC
	bcc        []string // those of keys that came from BCC
	deaths     []death  // where the message was dead-lettered, latest first
	deliveries uint32   // failed deliveries in the queue that it died in
}

// none stands for an absent number.
const none = -1

func (m *message) content() Content { return Content{Header: m.header, Body: m.body} }

func (m *message) extraKeys() []string {
	if m.more == nil {
		return nil
	}
	return m.more.keys
}

// routingHeaders is the headers property as a headers exchange sees it.
func (m *message) routingHeaders() map[string]any {
	headers := make(map[string]any)
	for _, h := range m.properties().Headers {
		headers[h.Name] = headerTerm(h.Value)
	}
	return headers
}

// entry is a message in a queue, or on its way out of one.
type entry struct {
	msg        *message
	seq        uint64 // position in the queue, kept when the message is requeued
	expires    int64  // when its time to live ends, in microseconds; 0 means never
	returns    uint32 // how often it came back to the queue unacknowledged
	deliveries uint32 // how often its delivery failed, by reject or by loss of the channel
}

// redelivered is the flag of basic.deliver. A message that was rejected and dead-lettered counts as delivered
// before in the next queue, too.
func (e *entry) redelivered() bool { return e.returns > 0 || e.deliveries > 0 }
