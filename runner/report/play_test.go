package report_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"tutor/runner/ledger"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/tap"
	"tutor/runner/transcript"
	"tutor/runner/wire"
)

// play makes up what happens in an act, for its lines and its books.
type play struct {
	act    *scenario.Act
	ledger *ledger.Ledger
	lines  []transcript.Line
	now    time.Duration
	// sent counts the messages of each actor, tags the deliveries to each.
	sent, tags map[int]int
}

func newPlay(act *scenario.Act) *play {
	p := &play{act: act, sent: map[int]int{}, tags: map[int]int{}}
	var cast []ledger.Member
	for _, a := range act.Cast {
		cast = append(cast, ledger.Member{Name: a.Name(), Vhost: "/"})
	}
	p.ledger = ledger.New(cast, func(r ledger.Remark) {
		p.lines = append(p.lines, transcript.Line{
			At: p.now, Actor: uint16(r.Who), Kind: transcript.Remark, Message: r.Message, Text: transcript.Plain(r.Text), Trouble: true,
		})
	}, func(s string) string { return s }, func() time.Duration { return p.now })
	return p
}

func (p *play) print(who int, kind transcript.Kind, text string) {
	p.lines = append(p.lines, transcript.Line{At: p.now, Actor: uint16(who), Kind: kind, Text: transcript.Plain(text)})
}

func (p *play) toBroker(who int, m wire.Method, c *tap.Content) {
	p.ledger.Observe(tap.Event{Who: who, ToBroker: true, Channel: 1, Method: m, Content: c})
}

func (p *play) fromBroker(who int, m wire.Method, c *tap.Content) {
	p.ledger.Observe(tap.Event{Who: who, Channel: 1, Method: m, Content: c})
}

// consume has an actor declare a queue and consume from it.
func (p *play) consume(who int, queue string, noAck bool) {
	p.toBroker(who, &wire.QueueDeclare{Queue: queue, Durable: true}, nil)
	p.fromBroker(who, &wire.QueueDeclareOK{Queue: queue}, nil)
	p.toBroker(who, &wire.BasicConsume{Queue: queue, ConsumerTag: "c", NoAck: noAck}, nil)
	p.fromBroker(who, &wire.BasicConsumeOK{ConsumerTag: "c"}, nil)
	p.print(who, transcript.CreatedQueue, queue)
}

func (p *play) mark(who, n int) string { return p.act.Cast[who].Name() + "/" + strconv.Itoa(n) }

func (p *play) publish(who int, key, body string) {
	p.sent[who]++
	p.toBroker(who, &wire.BasicPublish{RoutingKey: key}, &tap.Content{
		Mark: p.mark(who, p.sent[who]), Body: []byte(body), Size: uint64(len(body)),
	})
	p.print(who, transcript.Sent, body)
}

// deliver brings an actor the nth message of another.
func (p *play) deliver(who, publisher, n int) uint64 {
	p.tags[who]++
	tag := uint64(p.tags[who])
	p.fromBroker(who, &wire.BasicDeliver{ConsumerTag: "c", DeliveryTag: tag}, &tap.Content{Mark: p.mark(publisher, n)})
	return tag
}

// receive delivers, and has the actor process and acknowledge the message.
func (p *play) receive(who, publisher, n int, body string) {
	tag := p.deliver(who, publisher, n)
	p.print(who, transcript.Received, body)
	p.toBroker(who, &wire.BasicAck{DeliveryTag: tag}, nil)
}

// over closes the books.
func (p *play) over() *outcome.Act {
	books := p.ledger.Close()
	return &outcome.Act{
		Act: p.act, Product: "RabbitMQ", Version: "4.3.6", Clock: scenario.Virtual, Verdict: outcome.Pass,
		Lines: p.lines, Books: books, Span: p.now, Elapsed: 35 * time.Millisecond,
	}
}

func testScenario(t *testing.T) *scenario.Scenario {
	t.Helper()
	text, err := os.ReadFile("testdata/scenario.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenario.Decode("scenario.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// lazy is the act in which a worker dies with messages that the broker has forgotten.
func lazy(s *scenario.Scenario) *outcome.Act {
	p := newPlay(s.Acts[0])
	p.consume(0, "task_queue", true)
	p.consume(1, "task_queue", false)
	for n := 1; n <= 4; n++ {
		body := fmt.Sprintf("%d:Hello!", n)
		p.publish(2, "task_queue", body)
		switch n {
		case 1:
			p.ledger.Took(0, 1, p.deliver(0, 2, n))
			p.print(0, transcript.Received, body)
		case 3:
			p.deliver(0, 2, n)
		default:
			p.receive(1, 2, n, body)
		}
		if n < 4 {
			p.now += time.Second + time.Nanosecond
		}
	}
	p.ledger.Observe(tap.Event{Who: 0})
	return p.over()
}

// failed is the lazy act as it is judged when something else was expected.
func failed(s *scenario.Scenario) *outcome.Act {
	a := lazy(s)
	a.Verdict = outcome.Fail
	got := transcript.Of(a.Lines, 1)
	want := append([]string{got[0], "Received: 1:Hello!"}, got[1:]...)
	a.Mismatches = []outcome.Mismatch{
		{Pos: s.Acts[0].Expect[0].Transcript["sober"].Pos, Subject: "transcript of sober", Diff: transcript.Compare(want, got, false)},
		{Pos: s.Acts[0].Expect[0].FatesPos, Subject: "fates", Diff: []transcript.DiffLine{
			{Op: transcript.Missing, Text: "acked: 1:Hello!"}, {Op: transcript.Extra, Text: "dropped: 1:Hello!"},
		}},
	}
	return a
}

// unplayed is the lazy act broken off.
func unplayed(s *scenario.Scenario) *outcome.Act {
	return &outcome.Act{
		Act: s.Acts[0], Clock: scenario.Virtual, Verdict: outcome.Error,
		Err: fmt.Errorf("preparing the broker: %w", fmt.Errorf("dial tcp 127.0.0.1:5672: connect: connection refused\nis it running?")),
	}
}

// japanese is an act in wide characters, with bodies that would do harm.
func japanese(s *scenario.Scenario, bodies ...string) *outcome.Act {
	p := newPlay(s.Acts[1])
	p.consume(0, "amq.gen-Xa1", false)
	for i, body := range bodies {
		p.publish(1, "amq.gen-Xa1", body)
		p.receive(0, 1, i+1, body)
	}
	return p.over()
}

// many is an act with many messages.
func many(s *scenario.Scenario, n int) *outcome.Act {
	bodies := make([]string, n)
	for i := range bodies {
		bodies[i] = fmt.Sprintf("%d:Hello!", i+1)
	}
	return japanese(s, bodies...)
}
