package actor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/escape"
	"tutor/runner/scenario"
	"tutor/runner/transcript"
)

// perform does an operation. What the broker says no to it says on the channel, or on the connection, whose end is
// an arrival of its own.
func (o *operator) perform(ctx context.Context, op *scenario.Operation) error {
	name, answered, err := o.addressed(op)
	if err != nil {
		return err
	}
	ch, err := o.on(name)
	if err == nil {
		err = o.operate(ctx, ch, op, answered)
	}
	var said *amqp.Error
	if errors.As(err, &said) {
		return nil
	}
	return err
}

// addressed is the channel that an operation is done on, and the delivery tag that it answers, if it does.
func (o *operator) addressed(op *scenario.Operation) (channel string, tag uint64, err error) {
	what := op.Answered()
	if what == "" {
		return op.Channel, 0, nil
	}
	h, ok := o.named[what]
	if !ok {
		h, ok = o.latest[what]
	}
	if !ok {
		return "", 0, fmt.Errorf("%s has got nothing that is %s, so it cannot answer it", o.Name(), what)
	}
	return cmp.Or(op.Channel, h.channel), h.tag, nil
}

func (o *operator) operate(ctx context.Context, ch *opened, op *scenario.Operation, tag uint64) error {
	switch {
	case op.Publish != nil:
		return o.publish(ctx, ch, op)
	case op.Get != "":
		return o.get(ch, op)
	case op.Consume != "":
		return o.consume(ch, op)
	case op.Cancel != "":
		return o.cancel(ch, op.CancelledTag())
	case op.Ack != "":
		return ch.Ack(tag, op.Multiple)
	case op.Nack != "":
		return ch.Nack(tag, op.Multiple, op.Requeue != nil && *op.Requeue)
	case op.Reject != "":
		return ch.Reject(tag, op.Requeue != nil && *op.Requeue)
	case op.Recover:
		//lint:ignore SA1019 what the broker does with basic.recover is what a lesson may be about
		return ch.Recover(op.Requeue == nil || *op.Requeue)
	case op.Prefetch != nil:
		return ch.Qos(*op.Prefetch, 0, op.Global)
	case op.Confirm:
		err := ch.Confirm(false)
		ch.confirms = ch.confirms || err == nil
		return err
	case op.Tx != "":
		return o.transact(ch, op.Tx)
	case op.Close == scenario.CloseConnection:
		return errLeaves
	case op.Close == scenario.CloseChannel:
		return o.close(ch)
	default:
		return o.arrange(ch, op)
	}
}

// arrange changes what there is: queues, exchanges, bindings.
func (o *operator) arrange(ch *opened, op *scenario.Operation) error {
	switch {
	case op.Declare != nil && op.Declare.Queue != nil:
		return o.declareOne(ch, op)
	case op.Declare != nil:
		if err := DeclareExchange(ch.Channel, op.Declare, op.Passive); err != nil {
			return err
		}
		if !op.Passive {
			o.host.Print(transcript.CreatedExchange, op.Declare.Exchange, "")
		}
	case op.Bind != nil:
		return Bind(ch.Channel, op.Bind)
	case op.Unbind != nil:
		return Unbind(ch.Channel, op.Unbind)
	case op.Purge != nil:
		n, err := ch.QueuePurge(op.Purge.Queue, false)
		if err != nil {
			return err
		}
		o.host.Print(transcript.Purged, fmt.Sprintf("%d from %s", n, op.Purge.Queue), "")
	case op.Delete != nil:
		if err := Delete(ch.Channel, op.Delete); err != nil {
			return err
		}
		o.host.Print(transcript.Deleted, cmp.Or(op.Delete.Queue, op.Delete.Exchange), "")
	}
	return nil
}

func (o *operator) publish(ctx context.Context, ch *opened, op *scenario.Operation) error {
	common := o.spec.Common()
	exchange := common.Exchange.Name
	if op.Exchange != nil {
		exchange = *op.Exchange
	}
	mark := o.nextMark()
	out := op.Outgoing(common.RoutingKey, o.published)
	body := escape.Shown(out.Body)
	confirmation, err := ch.PublishWithDeferredConfirm(exchange, out.RoutingKey, out.Mandatory, false, o.marked(o.message(&out), mark))
	if err != nil {
		o.published--
		return err
	}
	if !ch.confirms {
		o.host.Print(transcript.Sent, body, mark)
		return nil
	}
	acked, err := confirmation.WaitContext(ctx)
	if err != nil || !acked && ch.IsClosed() {
		return nil // whoever has ended it says why
	}
	o.catchUp(ch)
	why, returned := o.returned[mark]
	delete(o.returned, mark)
	switch {
	case returned:
		o.host.Print(transcript.Returned, body+" ("+why+")", mark)
	case acked:
		o.host.Print(transcript.Sent, body, mark)
	default:
		o.host.Print(transcript.Nacked, body, mark)
	}
	return nil
}

// catchUp deals with all that has arrived on a channel: what is returned comes before its confirm.
func (o *operator) catchUp(ch *opened) {
	if ch.shared && o.answered != nil {
		o.answered()
	}
	if o.channels[ch.name] != ch || ch.shared {
		return
	}
	for !ch.IsClosed() && ch.handled != o.wire.ArrivalsOn(ch.number) {
		select {
		case x := <-o.inbox:
			o.arrived(x)
		case <-o.alive.Done():
			return
		}
	}
}

func (o *operator) get(ch *opened, op *scenario.Operation) error {
	got, ok, err := ch.Get(op.Get, op.IsAutomatic())
	if err != nil {
		return err
	}
	if !ok {
		o.host.Print(transcript.GotNothing, op.Get, "")
		return nil
	}
	d := received(got)
	o.host.Print(transcript.Got, escape.Body(d.Body), d.mark)
	o.keep(ch, &d, op.As)
	if op.IsAutomatic() {
		o.finished(ch, &d)
	}
	if !ch.shared {
		ch.early[d.DeliveryTag] = nil
		o.takeTurns(ch)
	}
	return nil
}

func (o *operator) consume(ch *opened, op *scenario.Operation) error {
	tag := op.ConsumerTag()
	o.mu.Lock()
	ch.consumers[tag] = subscription{op.Consume, op.IsAutomatic()}
	o.mu.Unlock()
	deliveries, err := ch.Consume(op.Consume, tag, op.IsAutomatic(), op.Exclusive, false, false, table(op.Arguments))
	if err != nil {
		o.mu.Lock()
		delete(ch.consumers, tag)
		o.mu.Unlock()
		return err
	}
	o.subscribe(ch, deliveries)
	return nil
}

func (o *operator) cancel(ch *opened, tag string) error {
	if err := ch.Cancel(tag, false); err != nil {
		return err
	}
	o.host.Print(transcript.Unsubscribed, tag, "")
	o.mu.Lock()
	delete(ch.consumers, tag)
	o.mu.Unlock()
	return nil
}

func (o *operator) transact(ch *opened, what scenario.Transaction) error {
	switch what {
	case scenario.TxCommit:
		if err := ch.TxCommit(); err != nil {
			return err
		}
		o.host.Print(transcript.Committed, "", "")
	case scenario.TxRollback:
		if err := ch.TxRollback(); err != nil {
			return err
		}
		o.host.Print(transcript.RolledBack, "", "")
	case scenario.TxSelect:
		return ch.Tx()
	}
	return nil
}

// close closes a channel in order. What had arrived there is of no matter any more.
func (o *operator) close(ch *opened) error {
	o.mu.Lock()
	delete(o.channels, ch.name)
	o.mu.Unlock()
	return ch.Close()
}

func (o *operator) declareOne(ch *opened, op *scenario.Operation) error {
	q, err := DeclareQueue(ch.Channel, op.Declare, op.Passive)
	switch {
	case err != nil:
		return err
	case op.Passive:
		o.host.Print(transcript.Queue, fmt.Sprintf("%s: %d ready, %s", q.Name, q.Messages, consumers(q.Consumers)), "")
	default:
		o.host.Print(transcript.CreatedQueue, q.Name, "")
	}
	return nil
}

func consumers(n int) string {
	if n == 1 {
		return "1 consumer"
	}
	return strconv.Itoa(n) + " consumers"
}

// DeclareQueue declares a queue, or asks for it.
func DeclareQueue(ch *amqp.Channel, d *scenario.Declaration, passive bool) (amqp.Queue, error) {
	if passive {
		return ch.QueueDeclarePassive(*d.Queue, false, false, false, false, nil)
	}
	return ch.QueueDeclare(*d.Queue, d.Durable, d.AutoDelete, d.Exclusive, false, table(d.Arguments))
}

// DeclareExchange declares an exchange, or asks for it.
func DeclareExchange(ch *amqp.Channel, d *scenario.Declaration, passive bool) error {
	kind := string(cmp.Or(d.Type, scenario.Direct))
	if passive {
		return ch.ExchangeDeclarePassive(d.Exchange, kind, false, false, false, false, nil)
	}
	return ch.ExchangeDeclare(d.Exchange, kind, d.Durable, d.AutoDelete, d.Internal, false, table(d.Arguments))
}

// Bind binds a queue or an exchange.
func Bind(ch *amqp.Channel, b *scenario.Binding) error {
	if b.Exchange != "" {
		return ch.ExchangeBind(b.Exchange, b.Key, b.From, false, table(b.Arguments))
	}
	return ch.QueueBind(b.Queue, b.Key, b.From, false, table(b.Arguments))
}

// Unbind takes a binding away.
func Unbind(ch *amqp.Channel, b *scenario.Binding) error {
	if b.Exchange != "" {
		return ch.ExchangeUnbind(b.Exchange, b.Key, b.From, false, table(b.Arguments))
	}
	return ch.QueueUnbind(b.Queue, b.Key, b.From, table(b.Arguments))
}

// Delete deletes a queue or an exchange.
func Delete(ch *amqp.Channel, d *scenario.Deletion) error {
	if d.Exchange != "" {
		return ch.ExchangeDelete(d.Exchange, d.IfUnused, false)
	}
	_, err := ch.QueueDelete(d.Queue, d.IfUnused, d.IfEmpty, false)
	return err
}
