package actor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/scenario"
	"tutor/runner/tap"
	"tutor/runner/transcript"
)

// window is how many messages may wait for their confirmation at one time.
const window = 256

// publishing is a publisher's work.
type publishing struct {
	*operator
	part    *scenario.Publisher
	returns <-chan amqp.Return
	// waiting are the messages that were published and not confirmed, in order.
	waiting []unconfirmed
	// returned are the waiting messages that came back, with the broker's reason, by their mark.
	returned map[string]string
}

type unconfirmed struct {
	mark, body   string
	confirmation *amqp.DeferredConfirmation
}

func (p *publishing) play(ctx context.Context) error {
	if p.part.Confirm {
		if err := p.channel.Confirm(false); err != nil {
			return p.explain("asking for confirms", err)
		}
	}
	p.returns = p.channel.NotifyReturn(make(chan amqp.Return, 2*window))
	p.share(p.channel, p.part.Confirm)
	next := p.host.Clock.Now()
	for n := 1; n <= p.part.Messages(); n++ {
		if pause := p.part.Pause(n); pause > 0 {
			if err := p.settleConfirms(ctx, 0); err != nil {
				return err
			}
			// What publishing takes does not add up.
			next += pause.Std()
			if err := p.host.Clock.Sleep(ctx, p.host.Who, next-p.host.Clock.Now()); err != nil {
				return p.left(ctx)
			}
		}
		if p.runErrands(ctx) {
			return nil
		}
		if err := p.send(ctx, n); err != nil {
			return err
		}
	}
	if err := p.settleConfirms(ctx, 0); err != nil {
		return err
	}
	return p.finish()
}

// idle is never true of a publisher that does not wait for its timer.
func (p *publishing) idle() bool { return false }

func (p *publishing) publishes() bool { return true }
func (p *publishing) consumes() bool  { return false }

// runErrands does what steps want by now, and reports whether that has ended the connection.
func (p *publishing) runErrands(ctx context.Context) (leaves bool) {
	for {
		select {
		case e := <-p.mailbox:
			if p.runErrand(ctx, e) {
				return true
			}
		case x := <-p.inbox:
			p.arrived(x)
		default:
			return false
		}
	}
}

// send publishes the nth message.
func (p *publishing) send(ctx context.Context, n int) error {
	if err := p.settleConfirms(ctx, window-1); err != nil {
		return err
	}
	p.takeReturns()
	out := p.part.Nth(n)
	body, mark := out.Body, p.nextMark()
	confirmation, err := p.channel.PublishWithDeferredConfirm(
		p.part.Exchange.Name, out.RoutingKey, out.Mandatory, false, p.message(mark, &out))
	if err != nil {
		return p.explain("publishing "+body, err)
	}
	if !p.part.Confirm {
		p.host.Print(transcript.Sent, body, mark)
		return nil
	}
	p.waiting = append(p.waiting, unconfirmed{mark, body, confirmation})
	return nil
}

// message is an outgoing message as the client library has it.
func (a *Actor) message(mark string, out *scenario.Outgoing) amqp.Publishing {
	m := amqp.Publishing{
		Body:            []byte(out.Body),
		Priority:        out.Priority,
		Headers:         tap.Marked(table(out.Headers), mark),
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

// settleConfirms waits until no more than some messages lack their confirmation, and prints what
// became of the others. The broker returns a message before it confirms it.
func (p *publishing) settleConfirms(ctx context.Context, most int) error {
	for len(p.waiting) > most {
		first := p.waiting[0]
		acked, err := first.confirmation.WaitContext(ctx)
		if err != nil {
			return p.left(ctx)
		}
		if _, _, refused := p.wire.Refusal(); !acked && (refused || p.channel.IsClosed()) {
			return p.explain("publishing "+first.body, errors.New("the connection to the broker was lost"))
		}
		p.waiting = p.waiting[1:]
		p.takeReturns()
		why, returned := p.returned[first.mark]
		delete(p.returned, first.mark)
		switch {
		case returned:
			p.host.Print(transcript.Returned, first.body+" ("+why+")", first.mark)
		case acked:
			p.host.Print(transcript.Sent, first.body, first.mark)
		default:
			p.host.Print(transcript.Nacked, first.body, first.mark)
		}
	}
	return nil
}

// takeReturns takes the returned messages that have arrived. A publisher that does not ask for
// confirms has them printed at once, the others when the confirmation comes.
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
	why := fmt.Sprintf("%d %s", r.ReplyCode, r.ReplyText)
	mark, _ := tap.Unmarked(r.Headers)
	if p.part.Confirm {
		p.returned[mark] = why
		return
	}
	p.host.Print(transcript.Returned, string(r.Body)+" ("+why+")", mark)
}

// finish closes the channel, which tells the broker to be done with all that was published, and
// takes what is returned until then.
func (p *publishing) finish() error {
	closed := make(chan error, 1)
	go func() { closed <- p.channel.Close() }()
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
	return Mark(a.Name(), a.published)
}

// Mark is by what a publisher's nth message is known on its way.
func Mark(publisher string, n int) string {
	return publisher + "/" + strconv.Itoa(n)
}
