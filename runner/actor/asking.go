package actor

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/escape"
	"tutor/runner/scenario"
	"tutor/runner/transcript"
)

// asking is what a publisher has that waits for answers. It takes them between its messages, while its timer runs, and
// when all is published until it is told to leave.
type asking struct {
	// queue is the name that answers come to.
	queue     string
	answers   <-chan amqp.Delivery
	cancelled <-chan string
	// listens is set as long as answers may come, and published once there is nothing more to ask.
	listens, published atomic.Bool
	// handled is how many arrivals on the publisher's channel were dealt with.
	handled atomic.Uint64
}

// askFor has answers come, on the channel that questions go out on (RabbitMQ's direct reply-to demands that).
func (p *publishing) askFor(r *scenario.Replies) (err error) {
	p.asks.queue = r.Name()
	if !r.Direct && r.Queue.Declare {
		if p.asks.queue, err = p.declareQueueOf(&r.Queue); err != nil {
			return err
		}
	}
	p.asks.cancelled = p.channel.NotifyCancel(make(chan string, 1))
	p.asks.answers, err = p.channel.Consume(p.asks.queue, p.part.Name, true, false, false, false, nil)
	if err != nil {
		return p.explain("consuming from queue "+p.asks.queue, err)
	}
	p.asks.listens.Store(true)
	return nil
}

// deliveries are the answers as they come, if the publisher waits for any.
func (a *asking) deliveries() <-chan amqp.Delivery {
	if a == nil {
		return nil
	}
	return a.answers
}

// inboxOfAsking is what comes to others of the publisher's channels while it waits for answers.
func (p *publishing) inboxOfAsking() <-chan arrival {
	if p.asks == nil {
		return nil
	}
	return p.inbox
}

// takeOrEnd takes what was returned, if anything was; or else nothing will be any more.
func (p *publishing) takeOrEnd(r amqp.Return, ok bool) {
	if !ok {
		p.returns = nil
		return
	}
	p.takeReturn(r)
}

// takeAnswer prints an answer, if there is one; or else none comes any more.
func (p *publishing) takeAnswer(raw amqp.Delivery, ok bool) {
	if !ok {
		p.asks.answers = nil
		p.asks.listens.Store(false)
		p.Poke()
		return
	}
	d := received(raw)
	if p.host.Took != nil {
		p.host.Took(p.number, &d.Delivery)
	}
	body := escape.Body(d.Body)
	p.host.Print(transcript.Answered, correlated(body, d.CorrelationId), d.mark)
	if p.host.Finished != nil {
		p.host.Finished(p.number, &d.Delivery)
	}
	p.dealtWith()
}

// dealtWith enters that an arrival on the publisher's channel was.
func (p *publishing) dealtWith() {
	if p.asks != nil {
		p.asks.handled.Add(1)
		p.Poke()
	}
}

// correlated is a text with the correlation id that it has, if it has any.
func correlated(body, id string) string {
	if id == "" {
		return body
	}
	return fmt.Sprintf("%s (%s)", body, id)
}

// listen takes answers until the publisher is told to leave.
func (p *publishing) listen(ctx context.Context) error {
	p.asks.published.Store(true)
	p.Poke()
	for p.asks.answers != nil {
		select {
		case e := <-p.mailbox:
			if p.runErrand(ctx, e) {
				return nil
			}
		case x := <-p.inbox:
			p.arrived(x)
		case r, ok := <-p.returns:
			p.takeOrEnd(r, ok)
		case d, ok := <-p.asks.answers:
			p.takeAnswer(d, ok)
		case <-ctx.Done():
			return p.left(ctx)
		}
	}
	return p.answersEnd(ctx)
}

// answersEnd says why no more answers come, though nobody told the publisher to leave.
func (p *publishing) answersEnd(ctx context.Context) error {
	if ctx.Err() != nil {
		return p.left(ctx)
	}
	select {
	case _, ok := <-p.asks.cancelled:
		if ok {
			p.host.Print(transcript.Cancelled, fmt.Sprintf("the queue %s is gone", p.asks.queue), "")
			return nil
		}
	default:
	}
	return p.explain("waiting for answers", errors.New("the connection to the broker was lost"))
}

// mayGet reports whether answers may come.
func (a *asking) mayGet() bool { return a != nil && a.listens.Load() }
