package difftest

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"tutor/runner/wire"
)

// player plays a program on a broker.
type player struct {
	login Login
	conns map[int]*session
	// inspector looks at queues that anybody may look at.
	inspector *session
	// queues are the names of the queues that may exist, with the connection that owns them, or 0.
	queues map[string]int
	// consumers are the queues of the consumers, by who consumes.
	consumers map[consumer]string
	// gone counts, by queue, the consumers that the broker has to notice the end of.
	gone map[string]int
	log  Log
	// fence is there once a quorum queue was declared.
	fence *logFence
	// left is set while an operation goes on that has closed a channel that held messages.
	left bool
	// counts are the numbers that the last round has found.
	counts map[string]string
	// pending are the lines of the operation that is going on.
	pending []line
	// seen are the last known numbers of each queue, as they were logged.
	seen map[string]string
	// names are the names that the server made up, in their order.
	names map[string]string
}

// line is what was observed on a channel.
type line struct {
	conn    int
	channel uint16
	text    string
}

type consumer struct {
	conn    int
	channel uint16
	tag     string
}

// session is a connection with its open channels.
type session struct {
	client *client
	open   map[uint16]bool
	// confirmed counts publishes that were confirmed, by channel, as acks may be sent together.
	confirmed map[uint16]uint64
	// held are the channels that were given messages, which go back when the channel is closed.
	held map[uint16]bool
}

func newSession(c *client) *session {
	return &session{client: c, open: map[uint16]bool{}, confirmed: map[uint16]uint64{}, held: map[uint16]bool{}}
}

// inspection is a channel number that programs do not use.
const inspection uint16 = 100

// Play plays a program in an empty vhost.
func Play(p Program, l Login) (Log, error) {
	pl := &player{
		login: l, conns: map[int]*session{}, queues: map[string]int{}, consumers: map[consumer]string{},
		gone: map[string]int{}, seen: map[string]string{}, names: map[string]string{},
	}
	defer pl.close()
	for _, op := range p {
		pl.log = append(pl.log, "> "+op.String())
		if err := pl.do(op); err != nil {
			return pl.log, fmt.Errorf("%v: %w", op, err)
		}
		if err := pl.awaitQuiet(); err != nil {
			return pl.log, fmt.Errorf("after %v: %w", op, err)
		}
	}
	return pl.log, nil
}

func (p *player) close() {
	for _, s := range p.conns {
		s.client.conn.Close()
	}
	if p.inspector != nil {
		p.inspector.client.conn.Close()
	}
	if p.fence != nil {
		p.fence.client.conn.Close()
	}
}

func (p *player) note(conn int, channel uint16, format string, args ...any) {
	p.pending = append(p.pending, line{conn, channel, fmt.Sprintf(format, args...)})
}

// flush logs what was observed since the last operation, channel by channel: in which order things
// happen on different channels is not determined.
func (p *player) flush() {
	slices.SortStableFunc(p.pending, func(a, b line) int {
		return cmp.Or(a.conn-b.conn, int(a.channel)-int(b.channel))
	})
	for _, l := range p.pending {
		p.log = append(p.log, p.rename(fmt.Sprintf("  %d.%d %s", l.conn, l.channel, l.text)))
	}
	p.pending = nil
}

var madeUp = regexp.MustCompile(`amq\.(gen|ctag)-[A-Za-z0-9_=+/-]+|amq\.rabbitmq\.reply-to\.[A-Za-z0-9_.=+/-]+`)

// rename puts numbers in the place of random names, and the usual ones in that of the vhost's and the
// user's.
func (p *player) rename(line string) string {
	line = strings.ReplaceAll(line, "vhost '"+p.login.Vhost+"'", "vhost '/'")
	line = strings.ReplaceAll(line, "user '"+p.login.User+"'", "user 'guest'")
	return madeUp.ReplaceAllStringFunc(line, func(name string) string {
		if p.names[name] == "" {
			p.names[name] = fmt.Sprintf("<name %d>", len(p.names)+1)
		}
		return p.names[name]
	})
}

// named puts a random name in the place of its number, which a program knows it by.
func (p *player) named(op Op) Op {
	var pairs []string
	for name, number := range p.names {
		pairs = append(pairs, number, name)
	}
	numbers := strings.NewReplacer(pairs...)
	switch m := op.Method.(type) {
	case *wire.BasicPublish:
		named := *m
		named.RoutingKey = numbers.Replace(m.RoutingKey)
		op.Method = &named
	case *wire.QueueDeclare:
		named := *m
		named.Queue = numbers.Replace(m.Queue)
		op.Method = &named
	}
	return op
}

func (p *player) session(number int) (*session, error) {
	if s := p.conns[number]; s != nil {
		return s, nil
	}
	c, err := connect(p.login)
	if err != nil {
		return nil, err
	}
	s := newSession(c)
	p.conns[number] = s
	return s, nil
}

func (s *session) channel(id uint16) error {
	if s.open[id] {
		return nil
	}
	r, err := s.client.ask(id, &wire.ChannelOpen{})
	if err != nil {
		return err
	}
	if _, ok := r.method.(*wire.ChannelOpenOK); !ok {
		return fmt.Errorf("opening channel %d: %s", id, wire.Format(r.method))
	}
	s.open[id] = true
	s.confirmed[id] = 0
	return nil
}

// do sends an operation and waits for its answer.
func (p *player) do(op Op) error {
	s, err := p.session(op.Conn)
	if err != nil {
		return err
	}
	if op.Method == nil {
		return p.leave(op.Conn, s)
	}
	if err := s.channel(op.Channel); err != nil {
		return err
	}
	op = p.named(op)
	if wire.CarriesContent(op.Method) {
		err = s.client.publish(op.Channel, op.Method, &op.Properties, op.Body)
	} else {
		err = s.client.send(op.Channel, op.Method)
	}
	if err != nil {
		return err
	}
	if !answered(op.Method) {
		return nil
	}
	r, err := s.client.reply(op.Channel)
	if err != nil {
		return err
	}
	if err := p.agreed(op, r.method); err != nil {
		return err
	}
	return p.answer(op.Conn, op.Channel, r)
}

// leave closes a connection.
func (p *player) leave(number int, s *session) error {
	if _, err := s.client.ask(0, &wire.ConnectionClose{ReplyCode: wire.ReplySuccess}); err != nil {
		return err
	}
	p.forget(number, nil)
	return nil
}

// forget drops a connection that is closed, or a channel of it.
func (p *player) forget(number int, channel *uint16) {
	for c, queue := range p.consumers {
		if c.conn == number && (channel == nil || c.channel == *channel) {
			delete(p.consumers, c)
			p.gone[queue]++
		}
	}
	s := p.conns[number]
	if channel != nil {
		p.left = p.left || s.held[*channel]
		delete(s.open, *channel)
		delete(s.held, *channel)
		return
	}
	p.left = p.left || len(s.held) > 0
	s.client.conn.Close()
	delete(p.conns, number)
}

// agreed remembers what the broker has agreed to, as far as it is needed to know where to look.
func (p *player) agreed(op Op, answer wire.Method) error {
	switch m := op.Method.(type) {
	case *wire.QueueDeclare:
		if ok, is := answer.(*wire.QueueDeclareOK); is && !m.Passive {
			owner := 0
			if m.Exclusive {
				owner = op.Conn
			}
			p.queues[ok.Queue] = owner
			if kind, _ := m.Arguments.Get("x-queue-type"); kind == "quorum" && p.fence == nil {
				var err error
				if p.fence, err = newLogFence(p.login); err != nil {
					return err
				}
			}
		}
	case *wire.BasicConsume:
		if ok, is := answer.(*wire.BasicConsumeOK); is {
			p.consumers[consumer{op.Conn, op.Channel, ok.ConsumerTag}] = m.Queue
		}
	case *wire.BasicCancel:
		delete(p.consumers, consumer{op.Conn, op.Channel, m.ConsumerTag})
	}
	return nil
}

// answer logs a method, and follows it if it closes something.
func (p *player) answer(conn int, channel uint16, r received) error {
	s := p.conns[conn]
	switch m := r.method.(type) {
	case *wire.ChannelClose:
		p.note(conn, channel, "%s", wire.Format(m))
		if err := s.client.send(channel, &wire.ChannelCloseOK{}); err != nil {
			return err
		}
		p.forget(conn, &channel)
	case *wire.ConnectionClose:
		p.note(conn, 0, "%s", wire.Format(m))
		if err := s.client.send(0, &wire.ConnectionCloseOK{}); err != nil {
			return err
		}
		p.forget(conn, nil)
	case *wire.ChannelCloseOK:
		p.note(conn, channel, "%s", wire.Format(m))
		p.forget(conn, &channel)
	case *wire.BasicGetOK:
		s.held[channel] = true
		p.note(conn, channel, "%s %q %s", wire.Format(m), r.body, describe(&r.properties))
	default:
		p.note(conn, channel, "%s", wire.Format(m))
	}
	return nil
}

// awaitQuiet goes on until the broker is quiet, and logs what it has sent in the meantime.
func (p *player) awaitQuiet() error {
	defer func() { p.left = false }()
	calm := 0
	for range maxRounds {
		if err := p.roundTrips(); err != nil {
			return err
		}
		if p.fence != nil {
			if err := p.fence.pass(); err != nil {
				return err
			}
		}
		counts, quiet, err := p.inspect()
		if err != nil {
			return err
		}
		if err := p.roundTrips(); err != nil {
			return err
		}
		news, err := p.collect()
		if err != nil {
			return err
		}
		if !quiet || news || !maps.Equal(counts, p.counts) {
			p.counts, calm = counts, 0
			continue
		}
		needed := 1
		switch {
		case p.left:
			needed = leavingRounds
		case p.fence != nil:
			needed = quorumRounds
		}
		if calm++; calm >= needed {
			p.flush()
			p.logCounts(counts)
			return nil
		}
	}
	return fmt.Errorf("not quiet after %d rounds", maxRounds)
}

const maxRounds = 5000

// quorumRounds is how many rounds in a row must bring nothing new while there is a quorum queue. A round
// finds a queue with all that it was sent before in the log, or about to be put there; the next one waits
// until that is written, and the one after that for the queue to have been told.
const quorumRounds = 5

// leavingRounds is the same where a channel that held messages was closed: the broker says that it is
// before the messages are back, and only the end of a consumer lets itself be seen.
const leavingRounds = 50

// roundTrips makes sure that each channel has done all that it was sent, and has sent all that it had
// to send.
func (p *player) roundTrips() error {
	for _, number := range slices.Sorted(maps.Keys(p.conns)) {
		s := p.conns[number]
		for _, id := range slices.Sorted(maps.Keys(s.open)) {
			fence := &wire.ExchangeDeclare{Exchange: "amq.direct", Type: "direct", Passive: true}
			r, err := s.client.ask(id, fence)
			if err != nil {
				return err
			}
			if _, ok := r.method.(*wire.ExchangeDeclareOK); ok {
				continue
			}
			if err := p.answer(number, id, r); err != nil {
				return err
			}
			if p.conns[number] == nil {
				break
			}
		}
	}
	return nil
}

// inspect asks for the numbers of all queues. It is quiet when the broker has noticed the end of all
// consumers.
func (p *player) inspect() (counts map[string]string, quiet bool, err error) {
	counts, quiet = map[string]string{}, true
	expected := map[string]int{}
	for _, queue := range p.consumers {
		expected[queue]++
	}
	for _, name := range slices.Sorted(maps.Keys(p.queues)) {
		owner := p.queues[name]
		ok, code, err := p.look(name, owner)
		switch {
		case err != nil:
			return nil, false, err
		case code == wire.NotFound:
			delete(p.queues, name)
			delete(p.gone, name)
			counts[name] = "gone"
		case code == wire.ResourceLocked:
			// Its owner has gone, and the queue is about to.
			quiet = false
		case p.gone[name] > 0 && int(ok.ConsumerCount) != expected[name]:
			quiet = false
		default:
			delete(p.gone, name)
			counts[name] = fmt.Sprintf("%d ready, %d consumers", ok.MessageCount, ok.ConsumerCount)
		}
	}
	return counts, quiet, nil
}

// look asks for one queue, on its owner's connection if there is one.
func (p *player) look(name string, owner int) (ok wire.QueueDeclareOK, code wire.ReplyCode, err error) {
	s := p.conns[owner]
	if s == nil {
		if p.inspector == nil {
			c, err := connect(p.login)
			if err != nil {
				return ok, 0, err
			}
			p.inspector = newSession(c)
		}
		s = p.inspector
	}
	defer func() { delete(s.open, inspection) }()
	if err := s.channel(inspection); err != nil {
		return ok, 0, err
	}
	r, err := s.client.ask(inspection, &wire.QueueDeclare{Queue: name, Passive: true})
	if err != nil {
		return ok, 0, err
	}
	switch m := r.method.(type) {
	case *wire.QueueDeclareOK:
		_, err := s.client.ask(inspection, &wire.ChannelClose{})
		return *m, 0, err
	case *wire.ChannelClose:
		return ok, m.ReplyCode, s.client.send(inspection, &wire.ChannelCloseOK{})
	}
	return ok, 0, fmt.Errorf("looking at queue %s: %s", name, wire.Format(r.method))
}

// collect logs what has arrived without being asked for, and reports whether there was anything.
func (p *player) collect() (news bool, err error) {
	for _, number := range slices.Sorted(maps.Keys(p.conns)) {
		s := p.conns[number]
		for _, id := range slices.Sorted(maps.Keys(s.open)) {
			for _, r := range s.client.take(id) {
				news = true
				if err := p.arrived(number, id, s, r); err != nil {
					return news, err
				}
			}
		}
	}
	return news, nil
}

func (p *player) arrived(number int, id uint16, s *session, r received) error {
	switch m := r.method.(type) {
	case *wire.BasicDeliver, *wire.BasicReturn:
		s.held[id] = true
		p.note(number, id, "%s %q %s", wire.Format(m), r.body, describe(&r.properties))
	case *wire.BasicAck:
		// Whether several publishes are confirmed together is a matter of timing.
		first := m.DeliveryTag
		if m.Multiple {
			first = s.confirmed[id] + 1
		}
		for tag := first; tag <= m.DeliveryTag; tag++ {
			p.note(number, id, "confirmed %d", tag)
		}
		s.confirmed[id] = max(s.confirmed[id], m.DeliveryTag)
	case *wire.BasicNack:
		p.note(number, id, "refused %d", m.DeliveryTag)
		s.confirmed[id] = max(s.confirmed[id], m.DeliveryTag)
	case *wire.BasicCancel:
		p.note(number, id, "%s", wire.Format(m))
		delete(p.consumers, consumer{number, id, m.ConsumerTag})
	default:
		return p.answer(number, id, r)
	}
	return nil
}

// logCounts logs the numbers of the queues that have changed.
func (p *player) logCounts(counts map[string]string) {
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if p.seen[name] != counts[name] {
			p.seen[name] = counts[name]
			changed = append(changed, name+": "+counts[name])
		}
	}
	if len(changed) > 0 {
		p.log = append(p.log, p.rename("  queues: "+strings.Join(changed, "; ")))
	}
}
