package ledger

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tutor/runner/escape"
	"tutor/runner/fate"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/tap"
	"tutor/runner/topology"
	"tutor/runner/wire"
)

// persistent is the delivery mode of messages that survive a restart (AMQP 0-9-1, 2.1.3.4).
const persistent = 2

// routed is where a message goes.
type routed struct {
	queues []string
	// keys are the routing keys that it has.
	keys uint16
	// known is set where its exchange exists.
	known bool
}

// publish enters a publish, which counts at once or when it is committed.
func (l *Ledger) publish(who int, ch *channel, p *wire.BasicPublish, content *tap.Content) {
	l.progress[who].Sent++
	to := l.routes(who, p, content.Properties.Headers)
	l.mustKnow(l.cast[who].Vhost, p.Exchange)
	if ch.tx != nil && to.known && ch.closed == "" {
		l.postpone(who, ch, p, content, to)
		return
	}
	number := l.enterPublish(who, p, content, to)
	l.sent[who].Add(number)
	if !to.known && !ch.doomed {
		ch.doomed = true
		l.doomed = append(l.doomed, ch)
	}
	if ch.closed != "" {
		if ch.confirm {
			l.asked(who, number)
		}
		l.suspect(number, ch.closed, anywhere)
		return
	}
	if ch.unconfirmed.len() == 0 && !ch.confirm {
		l.pending = append(l.pending, ch)
	}
	if ch.confirm {
		l.asked(who, number)
	}
	ch.published++
	ch.unconfirmed.add(ch.published, number)
	if !ch.confirm && len(to.queues) > 0 {
		l.forgetDelivered(ch)
	}
}

// way is what decides where a message without headers goes.
type way struct {
	vhost         *topology.Vhost
	changes       int
	exchange, key string
}

// routes is where a publish goes. Most of what is published one after the other goes the same way.
func (l *Ledger) routes(who int, p *wire.BasicPublish, headers wire.Table) (to routed) {
	v := l.vhosts[l.cast[who].Vhost]
	w := way{v, v.Changes(), p.Exchange, p.RoutingKey}
	if len(headers) == 0 && w == l.lastWay {
		return l.lastRouted
	}
	keys := topology.Keys(p.RoutingKey, headers)
	to.keys = l.keyID(keys)
	if isDirect(p) {
		to.queues, to.known = []string{scenario.DirectReplyTo}, true
	} else {
		to.queues, to.known = l.route(l.cast[who].Vhost, p.Exchange, keys, headers)
	}
	if len(headers) == 0 {
		l.lastWay, l.lastRouted = w, to
	}
	return to
}

// mustKnow doubts the books if a message comes to an exchange of a type that is not known here.
func (l *Ledger) mustKnow(vhost, exchange string) {
	v := l.vhosts[vhost]
	if name := v.Strange(exchange); name != "" {
		text := fmt.Sprintf("exchange %s is of type %s, and it is not known here where that routes to: what becomes of its messages cannot be followed", name, v.Exchanges[name].Type)
		if !slices.Contains(l.doubts, text) {
			l.doubt("%s", text)
		}
	}
}

// enterPublish opens a message, with a copy for each queue that its routing reaches, or one for none.
func (l *Ledger) enterPublish(who int, p *wire.BasicPublish, content *tap.Content, to routed) (number uint32) {
	number = l.enterMessage(who, p, content, to)
	l.descends(number, content.Mark)
	r := l.happens(outcome.Publish, who)
	r.message, r.text, r.exchange = number+1, l.events.name(p.RoutingKey), l.events.name(p.Exchange)
	at := l.elapsed()
	for _, name := range to.queues {
		q := QueueRef{l.cast[who].Vhost, name}
		l.unrest.stir(q)
		i := l.add(copied{message: number, keys: to.keys, queue: l.queueID(q), at: at})
		l.happens(outcome.Route, ofBroker).about(l, i)
		l.publishedAt(i, l.hops[who])
		if isPseudo(q) {
			l.answers = append(l.answers, answer{i, p.RoutingKey})
		}
	}
	if len(to.queues) > 0 {
		return number
	}
	i := l.add(copied{message: number, doubtful: !to.known})
	if to.known {
		l.happens(outcome.Route, ofBroker).about(l, i)
		if !p.Mandatory {
			l.silent = append(l.silent, number)
		}
	}
	return number
}

// enterMessage keeps what must be known of a message.
func (l *Ledger) enterMessage(who int, p *wire.BasicPublish, content *tap.Content, to routed) (number uint32) {
	number = l.messages.Len()
	if headers := content.Properties.Headers; len(headers) > 0 {
		l.headers[number] = slices.Clone(headers)
	}
	body := content.Body
	if !escape.IsText(body) {
		l.sizes[number] = len(body)
		body = []byte(escape.Body(body))
	}
	expiration := content.Properties.Expiration
	var ttl uint64
	if expiration != "" {
		ttl, _ = strconv.ParseUint(expiration, 10, 32)
	}
	l.messages.Add(message{
		body: l.bodies.Keep(body), first: l.copies.Len(), copies: uint16(max(1, len(to.queues))),
		publisher: uint16(who), mandatory: p.Mandatory,
		persistent: content.Properties.DeliveryMode == persistent,
		expires:    expiration != "",
		ttl:        uint32(ttl),
	})
	return number
}

// route lists the queues that routing reaches, in the order in which they were declared: some have names that
// the broker has made up.
func (l *Ledger) route(vhost, exchange string, keys []string, headers wire.Table) (queues []string, known bool) {
	queues, known = l.vhosts[vhost].Route(exchange, keys, headers)
	if len(queues) > 1 {
		slices.SortFunc(queues, func(a, b string) int {
			return cmp.Compare(l.queueID(QueueRef{vhost, a}), l.queueID(QueueRef{vhost, b}))
		})
	}
	return queues, known
}

// Quiet says that nothing moves at the moment: what was published, reached no queue and was not
// refused by now has silently been discarded. What the broker has closed meanwhile is remarked only
// now, since the actor went on printing at the same time. Cause is the actor that set off what has happened
// since it was quiet last.
func (l *Ledger) Quiet(cause int) {
	l.lock()
	defer l.mu.Unlock()
	for _, c := range l.closed {
		l.remark(c.who, 0, "the broker closes the channel: "+c.why)
	}
	l.closed = nil
	for _, number := range l.silent {
		m := l.messages.At(number)
		if c := l.copies.At(m.first); c.state == ready && !c.doubtful {
			l.remark(int(m.publisher), number+1, "reaches no queue: "+l.bodies.At(m.body).String())
		}
	}
	l.silent = nil
	l.spare()
	l.forsake()
	l.weigh()
	l.calm()
	l.events.arrange(cause)
	l.unrest.calm()
	l.dealtWith()
}

// dealtWith forgets which messages a closing channel might take with it: where all is quiet, the broker has
// dealt with what was published so far. Only confirms are still told one by one.
func (l *Ledger) dealtWith() {
	for _, ch := range l.pending {
		if !ch.confirm {
			ch.unconfirmed.clear()
		}
	}
	l.pending = nil
}

// forgetDelivered keeps the list of messages that a closing channel might take with it short: what
// has been delivered was not refused.
func (l *Ledger) forgetDelivered(ch *channel) {
	const enough = 1024
	if ch.unconfirmed.len() < 2*enough {
		return
	}
	for n, m := range ch.unconfirmed.all {
		if l.copies.At(l.messages.At(m).first).state != ready || ch.published-n > enough {
			ch.unconfirmed.take(n)
		}
	}
}

// find returns the message of a mark, which actors make of publisher and number.
func (l *Ledger) find(mark string) (uint32, bool) {
	mark, _ = tap.Origin(mark)
	slash := strings.LastIndexByte(mark, '/')
	if slash < 0 {
		return 0, false
	}
	who, ok := l.members[mark[:slash]]
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(mark[slash+1:])
	if err != nil || n < 1 || n > int(l.sent[who].Len()) {
		return 0, false
	}
	number := *l.sent[who].At(uint32(n - 1))
	return number, number != uncommitted
}

// all lists the indexes of a message's copies.
func (l *Ledger) all(m uint32) []uint32 {
	indexes := make([]uint32, 0, 4)
	for i := range uint32(l.messages.At(m).copies) {
		indexes = append(indexes, l.messages.At(m).first+i)
	}
	return append(indexes, l.further[m]...)
}

// returned enters that a message came back.
func (l *Ledger) returned(r *wire.BasicReturn, content *tap.Content) {
	m, ok := l.find(content.Mark)
	if !ok {
		l.doubt("a message came back that nobody has published")
		return
	}
	l.whys[m] = fmt.Sprintf("%d %s", r.ReplyCode, l.words(r.ReplyText))
	c := l.copies.At(l.messages.At(m).first)
	if has(l.queue(c.queue), "x-expires") {
		l.deleteQueue(ofBroker, l.queues[c.queue])
		c.queue = 0
	}
	if c.queue != 0 && !isPseudo(l.queues[c.queue]) || !l.messages.At(m).mandatory {
		l.doubt("%s came back, though it should have reached %s", l.body(m), l.queues[c.queue].Name)
	}
	l.happens(outcome.Return, int(l.messages.At(m).publisher)).about(l, l.messages.At(m).first).text = l.events.name(l.whys[m])
	c.end(fate.Returned)
}

func (l *Ledger) confirmed(who int, ch *channel, tag uint64, multiple bool) {
	ch.unconfirmed.resolve(tag, multiple, func(_ uint64, m uint32) {
		l.happens(outcome.Confirm, who).message = m + 1
		l.messages.At(m).confirmed = true
		l.progress[who].Confirmed++
		l.answered(who, m, false)
	})
}

// nacked enters that the broker did not take messages. One that was to reach several queues may
// still have reached some, so the audit has the last word; but where some of them reject what is
// published, it was one of these.
func (l *Ledger) nacked(who int, ch *channel, tag uint64, multiple bool) {
	const why = "nacked by the broker"
	ch.unconfirmed.resolve(tag, multiple, func(_ uint64, m uint32) {
		l.happens(outcome.Refuse, who).message = m + 1
		l.progress[who].Nacked++
		l.answered(who, m, true)
		if !l.suspect(m, why, rejectsPublish) {
			l.suspect(m, why, anywhere)
		}
	})
}

// suspect marks the copies of a message that the broker may have refused, those in some queues only; it
// returns whether there are any.
func (l *Ledger) suspect(m uint32, why string, in func(*topology.Queue) bool) (any bool) {
	l.whys[m] = why
	for _, i := range l.all(m) {
		if c := l.copies.At(i); c.state == ready && in(l.queue(c.queue)) {
			c.doubtful, any = true, true
		}
	}
	return any
}

func anywhere(*topology.Queue) bool { return true }
