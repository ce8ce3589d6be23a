package actor

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/escape"
	"tutor/runner/scenario"
	"tutor/runner/tap"
	"tutor/runner/transcript"
)

// publishing is a publisher's work.
type publishing struct {
	*operator
	part *scenario.Publisher
	// confirms is nil where the publisher does not ask for any; what is returned comes by returns then.
	confirms *confirming
	returns  <-chan amqp.Return
	// begun is set once confirms is.
	begun atomic.Bool
	// asks is set where the publisher waits for answers.
	asks *asking
}

// returnsAtOnce is how many messages may come back before the publisher looks at them.
const returnsAtOnce = 512

func (p *publishing) play(ctx context.Context) (err error) {
	if err := p.open(); err != nil {
		return err
	}
	next := p.host.Clock.Now()
	for n := 1; n <= p.part.Messages(); n++ {
		if pause := p.part.Pause(n); pause > 0 {
			// What publishing takes does not add up.
			next += pause.Std()
			if err := p.pause(ctx, next-p.host.Clock.Now()); err != nil {
				return p.ends(ctx, err)
			}
		}
		if p.runErrands(ctx) {
			return nil
		}
		if err := p.send(ctx, n); err != nil {
			return p.ends(ctx, err)
		}
	}
	if p.confirms != nil {
		if err := p.confirms.awaitAnswers(ctx); err != nil {
			return p.ends(ctx, err)
		}
	}
	if p.asks != nil {
		return p.listen(ctx)
	}
	return p.finish()
}

// open gets the channel ready.
func (p *publishing) open() (err error) {
	if !p.part.Confirm.Asked {
		p.returns = p.channel.NotifyReturn(make(chan amqp.Return, returnsAtOnce))
	} else if p.confirms, err = p.confirming(p.part.Confirm); err != nil {
		return err
	}
	p.confirms.prints(p.printSent, p.dealtWith)
	if p.asks != nil {
		if err := p.askFor(p.part.Replies); err != nil {
			return err
		}
	}
	p.share(p.channel, p.confirms != nil)
	p.begun.Store(p.confirms != nil)
	return nil
}

// ends is how the work ends before it is done.
func (p *publishing) ends(ctx context.Context, err error) error {
	if errors.Is(err, errLeft) {
		return p.left(ctx)
	}
	return err
}

// pause waits for a timer, and meanwhile takes what the broker answers and what others do.
func (p *publishing) pause(ctx context.Context, d time.Duration) error {
	if p.confirms == nil && p.asks == nil {
		return p.sleep(ctx, d)
	}
	alive, wake := context.WithCancel(ctx)
	defer wake()
	slept := make(chan error, 1)
	go func() { slept <- p.sleep(alive, d) }()
	for {
		select {
		case err := <-slept:
			return err
		case <-p.confirms.more():
			p.confirms.take()
		case <-p.confirms.cutOff():
			err := p.confirms.lost(ctx)
			wake()
			<-slept
			return err
		case d, ok := <-p.asks.deliveries():
			p.takeAnswer(d, ok)
		case r, ok := <-p.returns:
			p.takeOrEnd(r, ok)
		case x := <-p.inboxOfAsking():
			p.arrived(x)
		}
	}
}

func (p *publishing) sleep(ctx context.Context, d time.Duration) error {
	if err := p.host.Clock.Sleep(ctx, p.host.Who, d); err != nil {
		return errLeft
	}
	return nil
}

// idle is never true of a publisher that waits neither for its timer nor for answers.
func (p *publishing) idle() bool { return p.asks != nil && p.asks.published.Load() }

// caughtUp reports whether the publisher has dealt with all that it takes even while it waits for its timer: what the
// broker owes it, and what has come if it waits for answers.
func (p *publishing) caughtUp() bool {
	owed := p.begun.Load() && p.confirms.open.Load() > 0
	return !owed && (!p.asks.mayGet() || p.asks.handled.Load()+p.elsewhere.Load() == p.wire.Arrivals())
}

func (p *publishing) publishes() bool { return true }
func (p *publishing) consumes() bool  { return p.asks != nil }

// runErrands does what steps want by now, and reports whether that has ended the connection. It looks before each
// message, and a look at one channel costs a fraction of one at two.
func (p *publishing) runErrands(ctx context.Context) (leaves bool) {
	for {
		select {
		case e := <-p.mailbox:
			if p.runErrand(ctx, e) {
				return true
			}
			continue
		default:
		}
		select {
		case x := <-p.inbox:
			p.arrived(x)
		default:
			return false
		}
	}
}

// send publishes the nth message.
func (p *publishing) send(ctx context.Context, n int) error {
	p.takeReturns()
	out := p.part.Nth(n)
	body := escape.Shown(out.Body)
	if p.isClosed(p.channel, p.number) {
		return p.explain("publishing "+body, amqp.ErrClosed)
	}
	mark := p.nextMark()
	if p.asks != nil {
		out.Properties.ReplyTo = p.asks.queue
	}
	confirmation, err := p.channel.PublishWithDeferredConfirm(
		p.part.Exchange.Name, out.RoutingKey, out.Mandatory, false, p.marked(p.message(&out), mark))
	if err != nil {
		if p.confirms != nil {
			p.confirms.take()
		}
		return p.explain("publishing "+body, err)
	}
	if p.confirms == nil {
		p.printSent(body, out.Properties.CorrelationID, mark)
		return nil
	}
	sent := unconfirmed{mark: mark, body: body, correlation: out.Properties.CorrelationID}
	return p.confirms.published(ctx, confirmation.DeliveryTag, sent, out.Mandatory)
}

// printSent prints that a message was sent, which asks for an answer or does not.
func (p *publishing) printSent(body, correlation, mark string) {
	if p.asks == nil {
		p.host.Print(transcript.Sent, body, mark)
		return
	}
	p.host.Print(transcript.Asked, correlated(body, correlation), mark)
}

// marked is a message with its mark, good until the next: the client library has written it by then.
func (a *Actor) marked(m amqp.Publishing, mark string) amqp.Publishing {
	tap.Mark(&m, mark, a.headers)
	return m
}

// message is an outgoing message as the client library has it. Its body is good until the next.
func (a *Actor) message(out *scenario.Outgoing) amqp.Publishing {
	a.body = append(a.body[:0], out.Body...)
	m := amqp.Publishing{
		Body:            a.body,
		Priority:        out.Priority,
		Headers:         table(out.Headers),
		ContentType:     out.Properties.ContentType,
		ContentEncoding: out.Properties.ContentEncoding,
		Type:            out.Properties.Type,
		MessageId:       out.Properties.MessageID,
		CorrelationId:   out.Properties.CorrelationID,
		ReplyTo:         out.Properties.ReplyTo,
		AppId:           out.Properties.AppID,
		UserId:          cmp.Or(a.host.Users[out.Properties.UserID], out.Properties.UserID),
		Timestamp:       out.Properties.Timestamp.Std(),
	}
	if out.Persistent {
		m.DeliveryMode = amqp.Persistent
	}
	if out.Expiration != nil {
		m.Expiration = strconv.FormatInt(out.Expiration.Std().Milliseconds(), 10)
	}
	return m
}

// takeReturns prints the returned messages that have arrived.
func (p *publishing) takeReturns() {
	for {
		select {
		case r, ok := <-p.returns:
			if !ok {
				p.returns = nil
				return
			}
			p.takeReturn(r)
		default:
			return
		}
	}
}

func (p *publishing) takeReturn(r amqp.Return) {
	p.dealtWith()
	p.printReturn(r)
}

// finish closes the channel, which tells the broker to be done with all that was published, and
// takes what is returned until then.
func (p *publishing) finish() error {
	closed := make(chan error, 1)
	go func() {
		// A channel that the broker closes over what was published must not be closed once more, when it is none
		// any longer.
		err := flush(p.channel)
		if err == nil {
			err = p.channel.Close()
		}
		closed <- err
	}()
	if p.returns != nil {
		for r := range p.returns {
			p.takeReturn(r)
		}
	}
	// A publisher that has nothing more to send does not learn that its last message was refused.
	<-closed
	return nil
}

// nextMark is that of the next message.
func (a *Actor) nextMark() string {
	a.published++
	return Mark(a.Name()+a.host.Run, a.published)
}

// Mark is by what a publisher's nth message is known on its way.
func Mark(publisher string, n int) string {
	var memory [64]byte // most fit into it
	mark := append(append(memory[:0], publisher...), '/')
	return string(strconv.AppendInt(mark, int64(n), 10))
}
