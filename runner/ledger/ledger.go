// Package ledger follows every message of an act to its end.
//
// The ledger observes the journal: each publish is followed to the queues that its routing reaches,
// each copy through deliveries and requeues to one fate. When the act is over, an audit compares
// what must still be in the queues with what is there. The books balance if each copy has met
// exactly one fate; what cannot be accounted for is named, never passed over.
package ledger

import (
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"tutor/runner/fate"
	"tutor/runner/outcome"
	"tutor/runner/pile"
	"tutor/runner/scenario"
	"tutor/runner/tap"
	"tutor/runner/topology"
	"tutor/runner/transcript"
	"tutor/runner/wire"
)

// Member is an actor, as the ledger needs to know it.
type Member struct {
	Name  string
	Vhost string
}

// Remark is something that happened to an actor's messages and that its own lines do not show.
type Remark struct {
	Who int
	// Hops are those of [Place].
	Hops uint8
	// Message is the number, from 1, of the message that it is about; 0 if it is about none.
	Message uint32
	Text    string
}

// Ledger is the open ledger of an act. Its memory is what matters in acts with many messages, so
// messages and copies are kept in piles, by number.
type Ledger struct {
	mu sync.Mutex
	// catchUp has all be entered that has happened by now; nil where it is entered at once.
	catchUp func()
	cast    []Member
	told    func(Remark)
	// words puts the scenario's names into the broker's texts.
	words func(string) string

	vhosts map[string]*topology.Vhost
	// queues by index: 0 is no queue.
	queues   []QueueRef
	queueIDs map[QueueRef]uint16
	// latest is the number that was asked for last.
	latest uint16
	// consumers counts the consumers of each queue.
	consumers map[QueueRef]int
	// timedOut counts the consumers that a queue has stopped and may still count.
	timedOut map[QueueRef]int
	// takers are the actors that consume from a queue, and how often.
	takers map[QueueRef]map[int]int
	unrest unrest
	// served are the consumers that queues with a single active consumer have delivered to last.
	served map[QueueRef]serving
	// progress is how far each actor has come.
	progress []scenario.Progress
	// consumed counts the consumers that there ever were.
	consumed int

	messages pile.Of[message]
	bodies   transcript.Texts
	copies   pile.Of[copied]
	// came are the copies that have ever come to each queue, in order.
	came []pile.Of[uint32]
	// sent are the messages of each actor, in the order of their numbers.
	sent []pile.Of[uint32]
	// further are the copies of a message that did not come from its publish but from a dead-letter
	// exchange, and deaths is what these came from.
	further map[uint32][]uint32
	deaths  map[uint32]origin
	// nowhere is why dead letters reached no queue.
	nowhere map[uint32]string
	// losses are how copies went back to their queues.
	losses map[uint32][]loss
	// keys are lists of routing keys, by index.
	keys   [][]string
	keyIDs map[string]uint16
	// lastWay and lastRouted are of the last message that had no headers.
	lastWay    way
	lastRouted routed
	// headers of messages that have any.
	headers map[uint32]wire.Table
	// sizes of messages that are shown with another number of bytes than they have.
	sizes map[uint32]int
	// steadySince is how many copies there were when the exchanges, queues and bindings of a vhost last
	// changed: where later ones go is known.
	steadySince map[string]uint32
	// lengths of the queues with a length limit.
	lengths map[uint16]*length
	// waits are the copies that have a time to live, of the first looked of all.
	waits  []wait
	looked uint32
	began  time.Time
	// oneTime is set where the broker lives on the act's timeline.
	oneTime bool
	// exempt are, by vhost, the queues whose losses the broker does not testify to; it does so only in
	// these vhosts.
	exempt map[string]map[string]bool
	// testimonies are those that do not count yet.
	testimonies []testimony
	// evidenceLost is set where a restart of the broker may have taken testimonies with it.
	evidenceLost bool
	members      map[string]int
	conns        []conn
	// whys are the broker's reasons for refusing or returning messages.
	whys map[uint32]string
	// affected are the queues whose consumers or existence departures have changed.
	affected map[QueueRef]bool
	// owned are the exclusive queues that each actor has declared, and lettered counts the queues of a vhost
	// that have a dead-letter exchange.
	owned    [][]QueueRef
	lettered map[string]int
	// pending are the channels with messages that they might take with them when they close, but for those
	// that have them confirmed.
	pending []*channel
	// silent are messages that reach no queue and were not refused so far, since the last quiet.
	silent []uint32
	// closed are channels that the broker has closed over a publish, since the last quiet, and doomed those that it
	// must close.
	closed []closing
	doomed []*channel
	// hops of the actors, and onward those of copies that somebody has passed on, since the last quiet.
	hops   []uint8
	onward map[uint32]uint8
	events events
	// leaving is how the connections are about to end of which it is known; 0 is by the broker's word.
	leaving map[int]outcome.EventKind
	// envelopes are what came to the actors whose deliveries are kept.
	envelopes map[int][]scenario.Delivered
	// confirms are what publishers are told whose confirms are kept.
	confirms map[int]*told
	// givenBack are queues that were given back what somebody had without consuming from them any more, until the
	// broker has noticed.
	givenBack map[QueueRef]bool
	// bereft are queues that are gone, and whose consumers were not told so far.
	bereft map[QueueRef]bool
	// origins are what messages descend from that were published over others.
	origins map[uint32]uint32
	// askers are who is answered by the names of direct reply-to, and answers what goes to them and has not come.
	askers  map[string]int
	answers []answer
	// former are queues that are gone, as they were declared.
	former map[uint16]*topology.Queue
	// unseenIn is how many messages queues were found to hold, by the queue, that nobody has looked at.
	unseenIn map[uint16]int
	// doubts are observations that no rule of the ledger explains.
	doubts []string
}

// closing is a channel that the broker has closed, with its reason.
type closing struct {
	who int
	why string
}

// QueueRef names a queue, and the vhost it is in by the scenario's name.
type QueueRef struct{ Vhost, Name string }

// message is one publish.
type message struct {
	body                  transcript.Kept
	first                 uint32
	copies                uint16
	publisher             uint16
	mandatory, persistent bool
	// confirmed is set where the broker has taken it.
	confirmed bool
	// expires is set on messages with a time to live of their own, in milliseconds.
	expires bool
	ttl     uint32
}

// state is where a copy is.
type state uint8

const (
	ready state = iota
	// unacked copies were delivered and wait for the consumer's acknowledgement.
	unacked
	// unseen copies were delivered under automatic acknowledgement; the consumer has not looked.
	unseen
	// taken copies are in the hands of a consumer under automatic acknowledgement.
	taken
	// held copies were rejected, and their queue keeps them until another has taken their dead letter.
	held
	accounted
)

// copied is one copy of a message.
type copied struct {
	message uint32
	queue   uint16
	// keys are the routing keys that it came with.
	keys uint16
	// consumer had the copy last, loser had it when it was requeued last; 0 is nobody.
	consumer, loser uint16
	// at is when it came to its queue, in milliseconds since the act began.
	at       uint32
	state    state
	fate     uint8
	requeues uint8
	// reason is why its queue has let it go, if it has.
	reason death
	// unseen is set on a dropped copy that nobody had looked at.
	unseen bool
	// doubtful copies may have been refused by the broker, which does not say so for each.
	doubtful bool
	// redelivered is set where the last delivery was marked so.
	redelivered bool
	// stranded is set where its queue has gone while somebody had it.
	stranded bool
	// overLimit is set where its queue was full when it came.
	overLimit bool
	// lapsed is set where its dead letter would have reached no queue for a time, lettered where the
	// copies that come of its dead letter are known.
	lapsed, lettered bool
	// kept is set where its consumer had it until the end.
	kept bool
	// attested is set where the broker has testified to what was seen already.
	attested bool
	// inferred is set where the fate is a conclusion: nothing has shown it.
	inferred bool
}

// loss is one way in which a copy went back to its queue, some times in a row: whoever had it wished so,
// or was gone.
type loss struct {
	who    uint16
	wanted bool
	times  int
}

// mostLosses is how many different losses of a copy are remembered.
const mostLosses = 32

// conn is an actor's connection.
type conn struct {
	channels map[uint16]*channel
	// left are the consumers, by tag, of an actor that has said that it leaves; actors consume on one
	// channel only.
	left map[string]consumer
}

// channel is what the ledger keeps of an AMQP channel.
type channel struct {
	// who is the place in the cast of the actor whose it is.
	who int
	// asked is the method that waits for its answer.
	asked wire.Method
	// consumers are the queues and modes by consumer tag.
	consumers map[string]consumer
	// delivered are the copies not finished with, by delivery tag.
	delivered outstanding
	// passed are copies, by delivery tag, that another actor was seen to get before this channel was seen
	// to have lost them.
	passed    outstanding
	confirm   bool
	published uint64
	// unconfirmed are messages by their number on the channel; without confirms, all of them.
	unconfirmed outstanding
	// prefetch is the limit of consumers to come, and shared is set where they share it.
	prefetch int
	shared   bool
	// first is the number of the first consumer, and others are those that a delivery, by its tag, came to in
	// its place.
	first  int
	others map[uint64]int
	// late are the consumers of a channel that the actor has said to close.
	late map[string]consumer
	// lingering are consumers of quorum queues that the actor has cancelled: such a queue counts them as long as they
	// have anything unacknowledged.
	lingering []consumer
	// tx is the transaction, if the channel has any.
	tx *transaction
	// closed is why the broker has closed the channel; the actor may not have noticed yet.
	closed string
	// doomed is set once something was published that the broker must close the channel over, and unheard are the
	// answers to deliveries that came after it.
	doomed  bool
	unheard []settlement
}

type consumer struct {
	queue    QueueRef
	noAck    bool
	prefetch int
	// shared is set where the prefetch is that of all consumers of the channel, if the broker knows such a thing.
	shared bool
	// number counts all consumers; of those of a queue the one with the lowest came first.
	number int
	// timedOut is set where the broker has stopped it. It may yet deliver to it.
	timedOut bool
	// priority is what the consumer has asked for (x-priority).
	priority int64
}

// New returns an empty ledger for a cast. Words puts the scenario's names for vhosts and users into
// the broker's texts, and now is the time on the act's timeline.
func New(cast []Member, remark func(Remark), words func(string) string, now func() time.Duration) *Ledger {
	l := &Ledger{
		cast: cast, told: remark, words: words, hops: make([]uint8, len(cast)), onward: map[uint32]uint8{},
		vhosts: map[string]*topology.Vhost{}, queueIDs: map[QueueRef]uint16{}, queues: make([]QueueRef, 1), came: make([]pile.Of[uint32], 1),
		consumers: map[QueueRef]int{}, timedOut: map[QueueRef]int{}, takers: map[QueueRef]map[int]int{}, served: map[QueueRef]serving{}, unrest: newUnrest(len(cast)), owned: make([][]QueueRef, len(cast)), lettered: map[string]int{}, sent: make([]pile.Of[uint32], len(cast)), further: map[uint32][]uint32{},
		members: map[string]int{}, conns: make([]conn, len(cast)), whys: map[uint32]string{},
		affected: map[QueueRef]bool{}, deaths: map[uint32]origin{}, nowhere: map[uint32]string{}, losses: map[uint32][]loss{}, keyIDs: map[string]uint16{},
		headers: map[uint32]wire.Table{}, sizes: map[uint32]int{}, steadySince: map[string]uint32{}, lengths: map[uint16]*length{}, exempt: map[string]map[string]bool{}, began: time.Now(),
		origins: map[uint32]uint32{}, askers: map[string]int{},
		bereft: map[QueueRef]bool{}, unseenIn: map[uint16]int{}, former: map[uint16]*topology.Queue{}, givenBack: map[QueueRef]bool{}, progress: make([]scenario.Progress, len(cast)), events: newEvents(now), leaving: map[int]outcome.EventKind{},
	}
	for i, m := range cast {
		l.members[m.Name] = i
		l.conns[i].channels = map[uint16]*channel{}
		if l.vhosts[m.Vhost] == nil {
			l.vhosts[m.Vhost] = topology.New()
		}
	}
	return l
}

// Follow has the ledger enter what a journal records, so much at one time.
func (l *Ledger) Follow(journal *tap.Journal, atOnce int) {
	journal.Follow(atOnce, l.Observe)
	l.catchUp = journal.CatchUp
}

// lock takes the ledger in hand when all is entered that has happened by now, for those who look at it.
func (l *Ledger) lock() {
	if l.catchUp != nil {
		l.catchUp()
	}
	l.mu.Lock()
}

// Observe enters an event of the journal.
func (l *Ledger) Observe(e tap.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unrest.disturb(e.Who, 1)
	l.seen(e.Who, l.hops[e.Who])
	defer l.seen(nobody, math.MaxUint8)
	if e.Method == nil {
		l.ended(e.Who)
		return
	}
	ch := l.conns[e.Who].channels[e.Channel]
	if ch == nil {
		ch = &channel{who: e.Who, consumers: map[string]consumer{}}
		l.conns[e.Who].channels[e.Channel] = ch
	}
	if e.ToBroker {
		l.fromActor(e, ch)
	} else {
		l.fromBroker(e, ch)
	}
}

// fromActor enters what an actor sent. Most of it counts only when the broker has agreed.
func (l *Ledger) fromActor(e tap.Event, ch *channel) {
	switch m := e.Method.(type) {
	case *wire.BasicPublish:
		l.publish(e.Who, ch, m, e.Content)
	case *wire.ChannelCloseOK:
		delete(l.conns[e.Who].channels, e.Channel)
	case *wire.ChannelClose:
		l.closes(e.Who, ch)
	case *wire.BasicRecover:
		if m.Requeue {
			l.recovers(e.Who, ch)
		}
	case *wire.TxCommit:
		l.commit(e.Who, ch)
	case *wire.BasicAck:
		l.settle(ch, settlement{e.Who, m.DeliveryTag, outcome.Ack, false}, m.Multiple)
	case *wire.BasicNack:
		l.settle(ch, settlement{e.Who, m.DeliveryTag, outcome.Nack, m.Requeue}, m.Multiple)
	case *wire.BasicReject:
		l.settle(ch, settlement{e.Who, m.DeliveryTag, outcome.Reject, m.Requeue}, false)
	case *wire.ConnectionClose:
		// The broker gives back what is unacknowledged before it answers.
		l.happens(outcome.Stop, e.Who)
		l.leave(e.Who)
	case *wire.BasicQos:
		ch.prefetch, ch.shared = int(m.PrefetchCount), m.Global
	case *wire.QueueDeclare, *wire.QueueBind, *wire.QueueUnbind, *wire.QueueDelete, *wire.QueuePurge,
		*wire.ExchangeDeclare, *wire.ExchangeBind, *wire.ExchangeUnbind, *wire.ExchangeDelete,
		*wire.BasicConsume, *wire.BasicGet, *wire.BasicCancel, *wire.ConfirmSelect:
		ch.asked = m
	}
}

// fromBroker enters what the broker sent.
func (l *Ledger) fromBroker(e tap.Event, ch *channel) {
	switch m := e.Method.(type) {
	case *wire.BasicDeliver:
		l.deliver(e.Who, ch, m, e.Content)
	case *wire.BasicReturn:
		l.returned(m, e.Content)
	case *wire.BasicAck:
		l.confirmed(e.Who, ch, m.DeliveryTag, m.Multiple)
	case *wire.BasicNack:
		l.nacked(e.Who, ch, m.DeliveryTag, m.Multiple)
	case *wire.BasicCancel:
		l.cancelledByBroker(e.Who, ch, m.ConsumerTag)
	case *wire.ChannelClose:
		l.channelClosed(e.Who, ch, m)
	case *wire.ConnectionClose:
		l.happens(outcome.Closed, e.Who).text = l.events.name(fmt.Sprintf("%d %s", m.ReplyCode, l.words(m.ReplyText)))
		l.leaving[e.Who] = 0
	case *wire.ConnectionBlocked:
		l.happens(outcome.Block, e.Who).text = l.events.name(m.Reason)
	case *wire.ConnectionUnblocked:
		l.happens(outcome.Unblock, e.Who)
	case *wire.TxSelectOK:
		if ch.tx == nil {
			ch.tx = &transaction{}
		}
	case *wire.TxRollbackOK:
		l.rolledBack(e.Who, ch)
	case *wire.BasicGetOK:
		l.got(e.Who, ch, m, e.Content)
	case *wire.ChannelCloseOK:
		delete(l.conns[e.Who].channels, e.Channel)
	case *wire.ConfirmSelectOK:
		if !ch.confirm { // what was published before the broker has dealt with, and numbers count from here
			ch.confirm, ch.published = true, 0
			ch.unconfirmed.clear()
		}
	default:
		l.agreed(e.Who, ch, m)
	}
}

// Consumers is how many consumers the broker must say that the queue has by now, at least and at most, and
// whether it must exist.
func (l *Ledger) Consumers(q QueueRef) (least, most int, exists bool) {
	l.lock()
	defer l.mu.Unlock()
	declared := l.vhosts[q.Vhost].Queues[q.Name]
	least = l.consumers[q]
	if kindOf(declared).countsActive && hasSingleActive(declared) {
		least = min(1, least)
	}
	return least, least + l.timedOut[q] + l.lingering(q), declared != nil
}

// lingering is how many cancelled consumers a queue may count yet.
func (l *Ledger) lingering(q QueueRef) (n int) {
	for who := range l.conns {
		for _, ch := range l.conns[who].channels {
			for _, c := range ch.lingering {
				if c.queue == q && l.unacked(ch, c) > 0 {
					n++
				}
			}
		}
	}
	return n
}

// Affected lists, once, the queues that have lost a consumer or were to go since an actor departed.
func (l *Ledger) Affected() []QueueRef {
	l.lock()
	defer l.mu.Unlock()
	refs := slices.Collect(maps.Keys(l.affected))
	clear(l.affected)
	return refs
}

// body is that of a message.
func (l *Ledger) body(m uint32) transcript.Text { return l.bodies.At(l.messages.At(m).body) }

// size is how many bytes a message has, which may be shown with more or fewer.
func (l *Ledger) size(m uint32) int64 {
	if size, binary := l.sizes[m]; binary {
		return int64(size)
	}
	return int64(l.body(m).Len())
}

// remark tells something of an actor, and of a message if its number, from 1, is given.
func (l *Ledger) remark(who int, message uint32, text string) {
	l.told(Remark{Who: who, Hops: l.hops[who], Message: message, Text: text})
}

func (l *Ledger) doubt(format string, args ...any) {
	l.doubts = append(l.doubts, fmt.Sprintf(format, args...))
}

// queueID is the number of a queue. Most of what happens one after the other is about the same.
func (l *Ledger) queueID(q QueueRef) uint16 {
	if l.latest != 0 && l.queues[l.latest] == q {
		return l.latest
	}
	id, ok := l.queueIDs[q]
	if !ok {
		id = uint16(len(l.queues))
		l.queues = append(l.queues, q)
		l.came = append(l.came, pile.Of[uint32]{})
		l.queueIDs[q] = id
	}
	l.latest = id
	return id
}

// add opens a copy.
func (l *Ledger) add(c copied) uint32 {
	i := l.copies.Len()
	l.copies.Add(c)
	if c.queue != 0 {
		l.came[c.queue].Add(i)
		l.unrest.give(l.queues[c.queue])
	}
	l.enter(i)
	return i
}

// keyID keeps a list of routing keys.
func (l *Ledger) keyID(keys []string) uint16 {
	joined := strings.Join(keys, "\x00")
	id, ok := l.keyIDs[joined]
	if !ok {
		id = uint16(len(l.keys))
		l.keys = append(l.keys, keys)
		l.keyIDs[joined] = id
	}
	return id
}

// existing are the queues that exist, in all vhosts.
func (l *Ledger) existing() iter.Seq2[QueueRef, *topology.Queue] {
	return func(yield func(QueueRef, *topology.Queue) bool) {
		for vhost, v := range l.vhosts {
			for name, q := range v.Queues {
				if !yield(QueueRef{vhost, name}, q) {
					return
				}
			}
		}
	}
}

// queue is what a queue was declared with, or nil if it does not exist.
func (l *Ledger) queue(id uint16) *topology.Queue {
	q := l.queues[id]
	if id == 0 {
		return nil
	}
	return l.vhosts[q.Vhost].Queues[q.Name]
}

var fates = fate.All()

// end gives a copy its fate.
func (c *copied) end(f fate.Fate) {
	c.state = accounted
	for i, known := range fates {
		if known == f {
			c.fate = uint8(i + 1)
		}
	}
}

func (c *copied) ended() fate.Fate {
	if c.fate == 0 {
		return ""
	}
	return fates[c.fate-1]
}
