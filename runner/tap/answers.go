package tap

import (
	"fmt"
	"sync"

	"tutor/runner/wire"
)

// AnswerKind is what the broker says of what was published.
type AnswerKind uint8

const (
	// Returned is that a message comes back, since it reaches no queue.
	Returned AnswerKind = iota + 1
	// Confirmed is that the broker has taken one, or all up to it.
	Confirmed
	// Refused is that it has not (nack).
	Refused
)

// Answer is what the broker says of messages that its client has published on a channel.
type Answer struct {
	Kind AnswerKind
	// Mark of the message that comes back, and why it does.
	Mark, Why string
	// Tag is the number of the message on its channel, Multiple is set where it stands for all up to it.
	Tag      uint64
	Multiple bool
}

// Answers are those that have come on a channel and were not taken yet, in the order of the broker's frames. A client
// library tells them on several ways, so that their order is lost.
type Answers struct {
	mu   sync.Mutex
	come []Answer
	more chan struct{}
}

// Answers keeps the answers that come on a channel from now on, until it is opened anew.
func (c *Conn) Answers(channel uint16) *Answers {
	c.channels.mu.Lock()
	defer c.channels.mu.Unlock()
	if c.channels.answers == nil {
		c.channels.answers = map[uint16]*Answers{}
	}
	a := &Answers{more: make(chan struct{}, 1)}
	c.channels.answers[channel] = a
	return a
}

// More receives when answers may have come since it last did.
func (a *Answers) More() <-chan struct{} { return a.more }

// Take is what has come since it was called last.
func (a *Answers) Take() []Answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	come := a.come
	a.come = nil
	return come
}

func (a *Answers) add(answer Answer) {
	a.mu.Lock()
	a.come = append(a.come, answer)
	a.mu.Unlock()
	select {
	case a.more <- struct{}{}:
	default:
	}
}

// answered keeps what the broker says, if somebody listens.
func (c *channels) answered(number uint16, m wire.Method, content *Content) {
	var answer Answer
	switch m := m.(type) {
	case *wire.BasicReturn:
		answer = Answer{Kind: Returned, Mark: content.Mark, Why: fmt.Sprintf("%d %s", m.ReplyCode, m.ReplyText)}
	case *wire.BasicAck:
		answer = Answer{Kind: Confirmed, Tag: m.DeliveryTag, Multiple: m.Multiple}
	case *wire.BasicNack:
		answer = Answer{Kind: Refused, Tag: m.DeliveryTag, Multiple: m.Multiple}
	default:
		return
	}
	c.mu.Lock()
	answers := c.answers[number]
	c.mu.Unlock()
	if answers != nil {
		answers.add(answer)
	}
}
