package actor

import (
	"fmt"
	"sync"
	"sync/atomic"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/escape"
	"tutor/runner/tap"
	"tutor/runner/transcript"
)

// operator does operations one by one, and keeps what they bring: the channels, and the deliveries that wait for
// an answer.
type operator struct {
	*Actor
	// inbox takes what the broker sends of its own on these channels.
	inbox chan arrival
	// own is the name of the channel that the actor itself works on.
	own string
	// elsewhere is how many arrivals were dealt with on channels that the actor does not work on itself.
	elsewhere atomic.Uint64

	mu sync.Mutex
	// channels by their names; the one that the actor has from the beginning has none.
	channels map[string]*opened

	// named and latest are deliveries by the names that steps gave them, and by their texts.
	named, latest map[string]held
	// returned are the broker's reasons by the marks of what came back.
	returned map[string]string
	// answered, if not nil, takes what the broker has said of messages published on the actor's own channel.
	answered func()
}

// held is a delivery: the name of its channel, and its tag there.
type held struct {
	channel string
	tag     uint64
}

// opened is a channel.
type opened struct {
	*amqp.Channel
	name   string
	number uint16
	// confirms is set where what is published is confirmed.
	confirms bool
	// shared is set on the channel that the actor itself works on: what comes there is not the operator's.
	shared    bool
	consumers map[string]subscription
	// next is the delivery tag that is to be dealt with next, and early are deliveries whose turn has not come:
	// consumers hand them over side by side. One that is got is nil.
	next  uint64
	early map[uint64]*delivery
	// handled is how many arrivals were dealt with, under the operator's mutex.
	handled uint64
}

// subscription is a consumer of a channel.
type subscription struct {
	queue     string
	automatic bool
}

// arrival is what the broker has sent of its own on a channel: one of these.
type arrival struct {
	on        *opened
	delivery  *amqp.Delivery
	returned  *amqp.Return
	cancelled string
	closed    *amqp.Error
}

func newOperator(a *Actor) *operator {
	return &operator{
		Actor: a, inbox: make(chan arrival), channels: map[string]*opened{},
		named: map[string]held{}, latest: map[string]held{}, returned: map[string]string{},
	}
}

// on is the channel of a name, which is opened if it is not there, or not any more.
func (o *operator) on(name string) (*opened, error) {
	if ch := o.channels[name]; ch != nil && !ch.IsClosed() {
		return ch, nil
	}
	raw, err := o.conn.Channel()
	if err != nil {
		return nil, err
	}
	if name == o.own {
		o.channel, o.number = raw, o.wire.LastOpened()
	}
	ch := newOpened(name, raw, o.wire.LastOpened())
	o.enter(ch)
	o.listen(ch)
	return ch, nil
}

// adopt takes over the channel that the actor has opened itself.
func (o *operator) adopt(raw *amqp.Channel) {
	ch := newOpened("", raw, o.number)
	o.enter(ch)
	o.listen(ch)
}

// share uses the channel that the actor works on, too; what comes on it is the actor's.
func (o *operator) share(raw *amqp.Channel, confirms bool) {
	ch := newOpened(o.own, raw, o.number)
	ch.confirms, ch.shared = confirms, true
	o.enter(ch)
}

func newOpened(name string, raw *amqp.Channel, number uint16) *opened {
	return &opened{Channel: raw, name: name, number: number, consumers: map[string]subscription{}, next: 1, early: map[uint64]*delivery{}}
}

func (o *operator) enter(ch *opened) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.channels[ch.name] = ch
}

// all are the channels that are open.
func (o *operator) all() (open []*opened) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, ch := range o.channels {
		if !ch.IsClosed() {
			open = append(open, ch)
		}
	}
	return open
}

// caughtUp is true of those who let what comes wait for their timer.
func (o *operator) caughtUp() bool { return true }

// upToDate reports whether all that has arrived was dealt with.
func (o *operator) upToDate() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, ch := range o.channels {
		if !ch.shared && ch.handled != o.wire.ArrivalsOn(ch.number) {
			return false
		}
	}
	return true
}

// listen hands on what the broker sends on a channel beside deliveries.
func (o *operator) listen(ch *opened) {
	returns := ch.NotifyReturn(make(chan amqp.Return))
	cancels := ch.NotifyCancel(make(chan string))
	closes := ch.NotifyClose(make(chan *amqp.Error, 1))
	go func() {
		for returns != nil || cancels != nil || closes != nil {
			x := arrival{on: ch}
			var ok bool
			select {
			case r, more := <-returns:
				if ok = more; !more {
					returns = nil
				}
				x.returned = &r
			case tag, more := <-cancels:
				if ok = more; !more {
					cancels = nil
				}
				x.cancelled = tag
			case err, more := <-closes:
				if ok = more; !more {
					closes = nil
				}
				x.closed = err
			}
			if ok {
				o.send(x)
			}
		}
	}()
}

// subscribe hands on what comes to a consumer.
func (o *operator) subscribe(ch *opened, deliveries <-chan amqp.Delivery) {
	go func() {
		for d := range deliveries {
			o.send(arrival{on: ch, delivery: &d})
		}
	}()
}

func (o *operator) send(x arrival) {
	select {
	case o.inbox <- x:
	case <-o.alive.Done():
	}
}

// arrived deals with what the broker has sent.
func (o *operator) arrived(x arrival) {
	ch := x.on
	switch {
	case x.delivery != nil:
		d := received(*x.delivery)
		ch.early[d.DeliveryTag] = &d
		o.takeTurns(ch)
		return
	case x.returned != nil:
		o.takeReturn(ch, x.returned)
	case x.closed != nil:
		o.closed(ch, x.closed)
	default:
		o.cancelled(ch, x.cancelled)
	}
	o.count(ch)
}

// count enters that an arrival was dealt with.
func (o *operator) count(ch *opened) {
	o.elsewhere.Add(1)
	o.mu.Lock()
	ch.handled++
	o.mu.Unlock()
	o.Poke()
}

// takeTurns takes the deliveries whose turn has come.
func (o *operator) takeTurns(ch *opened) {
	for {
		d, ok := ch.early[ch.next]
		if !ok {
			return
		}
		delete(ch.early, ch.next)
		ch.next++
		if d != nil {
			o.receive(ch, *d)
			o.count(ch)
		}
	}
}

func (o *operator) receive(ch *opened, d delivery) {
	if o.host.Took != nil {
		o.host.Took(ch.number, &d.Delivery)
	}
	o.host.Print(transcript.Received, escape.Body(d.Body), d.mark)
	o.keep(ch, &d, "")
	if ch.consumers[d.ConsumerTag].automatic {
		o.finished(ch, &d)
	}
}

func (o *operator) finished(ch *opened, d *delivery) {
	if o.host.Finished != nil {
		o.host.Finished(ch.number, &d.Delivery)
	}
}

// keep remembers a delivery for those who answer it later.
func (o *operator) keep(ch *opened, d *delivery, name string) {
	h := held{ch.name, d.DeliveryTag}
	o.latest[escape.Body(d.Body)] = h
	if name != "" {
		o.named[name] = h
	}
}

// takeReturn prints what has come back, unless it is told with the confirm.
func (o *operator) takeReturn(ch *opened, r *amqp.Return) {
	if ch.confirms {
		mark := tap.Unmark(&r.Headers, &r.MessageId)
		o.returned[mark] = whyReturned(r)
		return
	}
	o.printReturn(*r)
}

// whyReturned is the broker's reason.
func whyReturned(r *amqp.Return) string { return fmt.Sprintf("%d %s", r.ReplyCode, r.ReplyText) }

// printReturn prints what has come back.
func (a *Actor) printReturn(r amqp.Return) {
	mark := tap.Unmark(&r.Headers, &r.MessageId)
	a.host.Print(transcript.Returned, escape.Body(r.Body)+" ("+whyReturned(&r)+")", mark)
}

// closed prints why the broker has closed a channel. That it has closed the connection the connection tells. Only
// then the channel is forgotten: until it is, the operator is not up to date.
func (o *operator) closed(ch *opened, why *amqp.Error) {
	if !o.conn.IsClosed() {
		o.host.Print(transcript.Error, fmt.Sprintf("%d %s", why.Code, why.Reason), "")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.channels[ch.name] == ch {
		delete(o.channels, ch.name)
	}
}

// cancelled prints that the broker has ended a consumer.
func (o *operator) cancelled(ch *opened, tag string) {
	queue := ch.consumers[tag].queue
	o.mu.Lock()
	delete(ch.consumers, tag)
	o.mu.Unlock()
	text := fmt.Sprintf("the queue %s is gone", queue)
	if o.host.exists(queue) {
		text = fmt.Sprintf("the queue %s is there, and the broker has ended the consumer", queue)
	}
	o.host.Print(transcript.Cancelled, text, "")
}

// queues are those that a channel consumes from.
func (o *operator) queues(ch *opened) (names []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range ch.consumers {
		names = append(names, s.queue)
	}
	return names
}
