package actor

import (
	"context"
	"errors"
	"sync/atomic"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/scenario"
	"tutor/runner/tap"
	"tutor/runner/transcript"
)

// confirming is what a publisher keeps of messages that the broker has not answered for yet. It looks at the answers
// only where it has nothing to publish, so that its lines do not depend on how fast the broker is.
type confirming struct {
	*operator
	how     scenario.Confirm
	answers *tap.Answers
	// gone receives when the channel is closed.
	gone <-chan *amqp.Error
	// waiting are the messages that the broker may still have to answer for.
	waiting waiting
	// numbers are those of waiting messages that may come back, by their marks.
	numbers map[string]uint64
	// open is how many wait.
	open atomic.Int64
	// batch is how many were published since all were waited for.
	batch int
	// sent prints that a message was sent; back is told when one has come back.
	sent func(body, correlation, mark string)
	back func()
}

type unconfirmed struct {
	mark, body, correlation string
	// returned is why it has come back, if it has, as long as that is not printed.
	returned string
}

// confirming asks for confirms on the operator's channel.
func (o *operator) confirming(how scenario.Confirm) (*confirming, error) {
	c := &confirming{
		operator: o, how: how, answers: o.wire.Answers(o.number),
		gone:    o.channel.NotifyClose(make(chan *amqp.Error, 1)),
		waiting: waiting{first: 1}, numbers: map[string]uint64{},
	}
	o.answered = c.take
	if err := o.channel.Confirm(false); err != nil {
		return nil, o.explain("asking for confirms", err)
	}
	return c, nil
}

// most is how many messages may wait before a publisher that never waits for them looks what has come.
const most = 1 << 16

// published enters a message, and waits if it is time to.
func (c *confirming) published(ctx context.Context, tag uint64, u unconfirmed, mandatory bool) error {
	c.waiting.add(tag, u)
	c.open.Add(1)
	c.batch++
	if mandatory {
		c.numbers[u.mark] = tag
	}
	if !c.how.InPlace() {
		c.sent(u.body, u.correlation, u.mark)
	}
	switch {
	case c.how.Every > 0 && c.batch >= c.how.Every:
		return c.awaitAnswers(ctx)
	case c.waiting.len() >= most:
		c.take()
	}
	return nil
}

// awaitAnswers waits until no message lacks its answer.
func (c *confirming) awaitAnswers(ctx context.Context) error {
	c.batch = 0
	for {
		c.take()
		if c.waiting.len() == 0 {
			return nil
		}
		select {
		case <-c.answers.More():
		case <-c.gone:
			return c.lost(ctx)
		case <-ctx.Done():
			return errLeft
		}
	}
}

// prints has it say how that a message was sent is printed, and tell when one has come back.
func (c *confirming) prints(sent func(body, correlation, mark string), back func()) {
	if c != nil {
		c.sent, c.back = sent, back
	}
}

// more receives when answers have come.
func (c *confirming) more() <-chan struct{} {
	if c == nil {
		return nil
	}
	return c.answers.More()
}

// cutOff receives when those that are missing never will come; if none is, that is noticed when the publisher goes on.
func (c *confirming) cutOff() <-chan *amqp.Error {
	if c == nil || c.waiting.len() == 0 {
		return nil
	}
	return c.gone
}

// lost says why some answers will never come, unless none is missing.
func (c *confirming) lost(ctx context.Context) error {
	c.take()
	if ctx.Err() != nil {
		return errLeft
	}
	if u := c.waiting.oldest(); u != nil {
		return c.explain("publishing "+u.body, errors.New("the connection to the broker was lost"))
	}
	return nil
}

// take deals with the answers that have come.
func (c *confirming) take() {
	for _, a := range c.answers.Take() {
		switch {
		case a.Kind == tap.Returned:
			c.comesBack(a)
		case !a.Multiple:
			c.told(a.Tag, a.Kind)
		default:
			for tag := range c.waiting.upTo(a.Tag) {
				c.told(tag, a.Kind)
			}
		}
	}
	c.open.Store(int64(c.waiting.len()))
	c.Poke()
}

// comesBack deals with a message that is returned, which it is before it is confirmed.
func (c *confirming) comesBack(a tap.Answer) {
	c.back()
	tag, waits := c.numbers[a.Mark]
	if !waits {
		c.returned[a.Mark] = a.Why
		return
	}
	u := c.waiting.at(tag)
	if c.how.InPlace() {
		u.returned = a.Why
		return
	}
	c.host.Print(transcript.Returned, u.body+" ("+a.Why+")", u.mark)
}

// told prints what the broker says of a message.
func (c *confirming) told(tag uint64, kind tap.AnswerKind) {
	u, waits := c.waiting.take(tag)
	if !waits {
		return
	}
	if len(c.numbers) > 0 {
		delete(c.numbers, u.mark)
	}
	switch {
	case u.returned != "":
		c.host.Print(transcript.Returned, u.body+" ("+u.returned+")", u.mark)
	case kind == tap.Refused:
		c.host.Print(transcript.Nacked, u.body, u.mark)
	case c.how.InPlace():
		c.sent(u.body, u.correlation, u.mark)
	case c.how.Show:
		c.host.Print(transcript.Confirmed, u.body, u.mark)
	}
}
