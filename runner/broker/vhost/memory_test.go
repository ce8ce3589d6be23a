package vhost

import (
	"iter"
	"runtime"
	"strings"
	"testing"
	"time"

	"tutor/runner/wire"
)

// weigh finds by looking everywhere what the vhost counts as it goes.
func (v *VHost) weigh() (bytes int64) {
	v.mu.Lock()
	defer v.leave()
	seen := map[*message]bool{}
	count := func(m *message) {
		bytes += placeCost
		if !seen[m] {
			seen[m] = true
			bytes += m.size()
		}
	}
	for _, q := range v.queues {
		q.everything(count)
	}
	for c := range v.connections {
		for _, ch := range c.channels {
			ch.everything(count)
		}
	}
	return bytes
}

func (q *queue) everything(count func(*message)) {
	for e := range inStore(q.ready) {
		count(e.msg)
	}
	if q.delayed != nil {
		for _, e := range q.delayed.entries {
			count(e.msg)
		}
	}
	if q.keeper == nil {
		return
	}
	for d := range q.keeper.waiting.all {
		count(d.entry.msg)
	}
	for _, p := range q.keeper.pending {
		count(p.entry.msg)
	}
}

// inStore yields what is ready, in no order.
func inStore(s store) iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		switch s := s.(type) {
		case *classicStore:
			for i := range s.levels {
				s.levels[i].fresh.all(yield)
				for j := range s.levels[i].requeued {
					yield(&s.levels[i].requeued[j])
				}
			}
		case *quorumStore:
			for i := range s.levels {
				s.levels[i].all(yield)
			}
			s.returned.all(yield)
		}
	}
}

func (ch *Channel) everything(count func(*message)) {
	settled := func(u *unacked) {
		if !u.late {
			count(u.entry.msg)
		}
	}
	ch.unacked.each(settled)
	if ch.tx == nil {
		return
	}
	for _, p := range ch.tx.publishes {
		count(p.msg)
	}
	for _, u := range ch.tx.held() {
		settled(&u)
	}
}

// checkMemory fails the test if what was counted is not what is there.
func (b *bench) checkMemory() {
	b.Helper()
	there := b.vhost.weigh()
	if counted := b.memory.Taken.Load(); counted != there {
		b.Errorf("the messages take %d bytes, counted are %d", there, counted)
	}
}

// What messages take counts wherever they are, and until nothing has them any more.
func TestMemory(t *testing.T) {
	headers := &wire.Properties{Flags: wire.FlagHeaders, Headers: fields("x", strings.Repeat("y", 1000))}
	publish := func(b *bench, ch *Channel, body string) { b.publishWith(ch, "", "q", body, headers) }
	const one = 1000 + messageCost + placeCost
	for name, c := range map[string]struct {
		do          func(b *bench, ch *Channel)
		least, most int64
	}{
		"ready":                     {func(b *bench, ch *Channel) { publish(b, ch, "") }, one, one + 100},
		"a body":                    {func(b *bench, ch *Channel) { publish(b, ch, strings.Repeat("b", 5000)) }, one + 5000, one + 5100},
		"empty, without properties": {func(b *bench, ch *Channel) { b.publish(ch, "", "q", "", "") }, 2 * (messageCost + placeCost), 2*(messageCost+placeCost) + 10},
		"in two queues":             {inTwoQueues, messageCost + 2*placeCost, messageCost + 2*placeCost + 100},
		"unacknowledged":            {func(b *bench, ch *Channel) { publish(b, ch, ""); b.get(ch, "q") }, one, one + 100},
		"unacknowledged, no queue":  {func(b *bench, ch *Channel) { publish(b, ch, ""); b.get(ch, "q"); deleteQueue(b, ch) }, one, one + 100},
		"acknowledged, no queue": {func(b *bench, ch *Channel) {
			publish(b, ch, "")
			b.get(ch, "q")
			deleteQueue(b, ch)
			b.ok(ch.Ack(1, false))
		}, 0, 0},
		"acknowledged":                {func(b *bench, ch *Channel) { publish(b, ch, ""); b.get(ch, "q"); b.ok(ch.Ack(1, false)) }, 0, 0},
		"requeued":                    {func(b *bench, ch *Channel) { publish(b, ch, ""); b.get(ch, "q"); b.ok(ch.Nack(1, false, true)) }, one, one + 100},
		"rejected":                    {func(b *bench, ch *Channel) { publish(b, ch, ""); b.get(ch, "q"); b.ok(ch.Nack(1, false, false)) }, 0, 0},
		"got without acknowledgement": {func(b *bench, ch *Channel) { publish(b, ch, ""); b.drain(ch, "q") }, 0, 0},
		"purged":                      {func(b *bench, ch *Channel) { publish(b, ch, ""); _, err := ch.QueuePurge("q"); b.ok(err) }, 0, 0},
		"deleted":                     {func(b *bench, ch *Channel) { publish(b, ch, ""); deleteQueue(b, ch) }, 0, 0},
		"lost in a restart":           {func(b *bench, ch *Channel) { publish(b, ch, ""); b.vhost.Restart() }, 0, 0},
		"closed":                      {func(b *bench, ch *Channel) { publish(b, ch, ""); b.get(ch, "q"); b.vhost.Close() }, 0, 0},
		"an open transaction":         {func(b *bench, ch *Channel) { b.ok(ch.TxSelect()); publish(b, ch, "") }, one, one + 100},
		"committed":                   {func(b *bench, ch *Channel) { b.ok(ch.TxSelect()); publish(b, ch, ""); b.ok(ch.TxCommit(nil)) }, one, one + 100},
		"rolled back":                 {func(b *bench, ch *Channel) { b.ok(ch.TxSelect()); publish(b, ch, ""); b.ok(ch.TxRollback()) }, 0, 0},
		"a transaction that is left":  {func(b *bench, ch *Channel) { b.ok(ch.TxSelect()); publish(b, ch, ""); ch.Close() }, 0, 0},
		"an acknowledgement that is not committed": {func(b *bench, ch *Channel) {
			publish(b, ch, "")
			b.ok(ch.TxSelect())
			b.get(ch, "q")
			b.ok(ch.Ack(1, false))
		}, one, one + 100},
		"kept": {func(b *bench, ch *Channel) {
			keeping(b, ch)
			b.publish(ch, "", "source", "m")
			b.ok(ch.Reject(b.get(ch, "source").DeliveryTag, false))
		}, messageCost + placeCost, messageCost + placeCost + 100},
		"kept, and purged": {func(b *bench, ch *Channel) {
			keeping(b, ch)
			b.exchange(ch, "x", "fanout")
			b.publish(ch, "", "source", "m")
			b.ok(ch.Reject(b.get(ch, "source").DeliveryTag, false))
			_, err := ch.QueuePurge("source")
			b.ok(err)
			b.bind(ch, "q", "x", "")
			b.clock.pass(4 * time.Minute)
			b.drain(ch, "q")
		}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			ch, _ := b.open()
			b.declare(ch, "q")
			c.do(b, ch)
			if got := b.memory.Taken.Load(); got < c.least || got > c.most {
				t.Errorf("%d bytes, want %d to %d", got, c.least, c.most)
			}
		})
	}
}

func inTwoQueues(b *bench, ch *Channel) {
	b.declare(ch, "q2")
	b.bind(ch, "q", "amq.fanout", "")
	b.bind(ch, "q2", "amq.fanout", "")
	b.publish(ch, "amq.fanout", "", "m")
}

func deleteQueue(b *bench, ch *Channel) {
	b.Helper()
	b.ok(ch.QueueDelete(wire.QueueDelete{Queue: "q"}, nil))
}

// BenchmarkMemory is how many bytes an empty message takes in relation to what is counted for it.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		var memory Memory
		v := New("/", Options{Memory: &memory})
		ch := v.Connect(User{}).Open(&recorder{room: -1})
		if _, err := ch.QueueDeclare(wire.QueueDeclare{Queue: "q", Durable: true}); err != nil {
			b.Fatal(err)
		}
		before := heapInUse()
		for range 1_000_000 {
			if _, err := ch.Publish(&wire.BasicPublish{RoutingKey: strings.Clone("q")}, &wire.ContentHeader{Encoded: make([]byte, 2)}, nil); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(memory.Taken.Load())/float64(heapInUse()-before), "counted/taken")
		v.Close()
	}
}

// heapInUse is how many bytes are in use.
func heapInUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
