package vhost

import (
	"testing"

	"tutor/runner/wire"
)

func TestDirectAndFanout(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	for _, q := range []string{"a", "b"} {
		b.declare(ch, q)
		b.bind(ch, q, "amq.direct", q)
		b.bind(ch, q, "amq.direct", "both")
		b.bind(ch, q, "amq.direct", "both", "twice", true) // another binding, the same target
		b.bind(ch, q, "amq.fanout", "ignored")
	}
	b.publish(ch, "amq.direct", "a", "1")
	b.publish(ch, "amq.direct", "both", "2")
	b.publish(ch, "amq.fanout", "", "3")
	b.publish(ch, "amq.direct", "nobody", "4")
	want(t, "queue a", b.drain(ch, "a"), "1 2 3")
	want(t, "queue b", b.drain(ch, "b"), "2 3")
	b.ok(ch.QueueUnbind(wire.QueueUnbind{Queue: "a", Exchange: "amq.direct", RoutingKey: "both"}))
	b.publish(ch, "amq.direct", "both", "5")
	want(t, "queue a with one of two bindings", b.drain(ch, "a"), "5")
	b.ok(ch.QueueUnbind(wire.QueueUnbind{Queue: "a", Exchange: "amq.direct", RoutingKey: "both", Arguments: fields("twice", true)}))
	b.publish(ch, "amq.direct", "both", "6")
	want(t, "queue a with none", b.drain(ch, "a"), "")
}

func TestExchangeBindingsMayCycle(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	b.declare(ch, "q")
	for _, x := range []string{"x1", "x2", "x3"} {
		b.exchange(ch, x, "fanout")
	}
	for _, e := range [][2]string{{"x1", "x2"}, {"x2", "x3"}, {"x3", "x1"}, {"x1", "x1"}} {
		b.ok(ch.ExchangeBind(wire.ExchangeBind{Source: e[0], Destination: e[1]}))
	}
	b.bind(ch, "q", "x3", "")
	b.bind(ch, "q", "x2", "")
	b.publish(ch, "x1", "", "once")
	want(t, "in the queue", b.drain(ch, "q"), "once")
}

func TestAlternateExchange(t *testing.T) {
	b := newBench(t)
	ch, client := b.open()
	b.declare(ch, "caught")
	b.declare(ch, "direct")
	b.exchange(ch, "catch", "fanout")
	b.exchange(ch, "x", "direct", "alternate-exchange", "catch")
	b.bind(ch, "caught", "catch", "")
	b.bind(ch, "direct", "x", "k")
	b.publish(ch, "x", "k", "1")
	b.publish(ch, "x", "other", "2")
	want(t, "routed", b.drain(ch, "direct"), "1")
	want(t, "caught", b.drain(ch, "caught"), "2")
	_, err := ch.Publish(&wire.BasicPublish{Exchange: "x", RoutingKey: "other", Mandatory: true}, &wire.ContentHeader{}, []byte("3"))
	b.ok(err)
	want(t, "returned", client.take(), "")
}

func TestAutoDeleteExchange(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	b.declare(ch, "q")
	for _, x := range []string{"x1", "x2"} {
		b.ok(ch.ExchangeDeclare(wire.ExchangeDeclare{Exchange: x, Type: "fanout", AutoDelete: true}))
	}
	b.ok(ch.ExchangeBind(wire.ExchangeBind{Source: "x1", Destination: "x2"}))
	b.bind(ch, "q", "x2", "")
	b.ok(ch.QueueDelete(wire.QueueDelete{Queue: "q"}, nil)) // takes x2's last binding, and so x2, and so x1's
	for _, x := range []string{"x1", "x2"} {
		refused(t, ch.ExchangeDeclare(wire.ExchangeDeclare{Exchange: x, Passive: true}), wire.NotFound, "NOT_FOUND - no exchange '"+x+"' in vhost '/'")
	}
}

func TestCCAndBCC(t *testing.T) {
	b := newBench(t)
	ch, client := b.open()
	for _, q := range []string{"to", "cc", "bcc"} {
		b.declare(ch, q)
	}
	p := headed("z", "1", "CC", []any{"cc", "cc"}, "BCC", []any{"bcc", int32(3)}, "a", int64(5))
	b.publishWith(ch, "", "to", "m", &p)
	for _, q := range []string{"to", "cc", "bcc"} {
		d := b.get(ch, q)
		want(t, "routing key", d.RoutingKey, "to")
		props, err := wire.ParseProperties(d.Header)
		b.ok(err)
		want(t, "headers", spell(props.Headers), spell(fields("CC", []any{"cc", "cc"}, "a", int64(5), "z", "1")))
		want(t, "left in "+q, b.drain(ch, q), "")
	}
	_, err := ch.Publish(&wire.BasicPublish{RoutingKey: "nowhere", Mandatory: true}, &wire.ContentHeader{Properties: p}, nil)
	b.ok(err)
	want(t, "sent", client.take(), "")
	p = headed("BCC", []any{"nowhere"})
	_, err = ch.Publish(&wire.BasicPublish{RoutingKey: "nowhere", Mandatory: true}, &wire.ContentHeader{Properties: p}, []byte("m"))
	b.ok(err)
	want(t, "sent", client.take(), "return:m")
}

func TestHeaderIsHandedThrough(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	b.declare(ch, "q")
	header, err := wire.AppendProperties(nil, &wire.Properties{Flags: wire.FlagDeliveryMode, DeliveryMode: 2})
	b.ok(err)
	props, err := wire.ParseProperties(header)
	b.ok(err)
	_, err = ch.Publish(&wire.BasicPublish{RoutingKey: "q"}, &wire.ContentHeader{Properties: props, Encoded: header}, nil)
	b.ok(err)
	if d := b.get(ch, "q"); &d.Header[0] != &header[0] {
		t.Error("the header was copied or encoded anew")
	}
}

func TestConfirms(t *testing.T) {
	b := newBench(t)
	ch, client := b.open()
	b.declare(ch, "q")
	want(t, "before confirm.select", b.publishWith(ch, "", "q", "0", nil), Outcome{})
	b.ok(ch.ConfirmSelect())
	want(t, "routed", b.publishWith(ch, "", "q", "1", nil), Outcome{Tag: 1})
	want(t, "unroutable", b.publishWith(ch, "", "nowhere", "2", nil), Outcome{Tag: 2})
	outcome, err := ch.Publish(&wire.BasicPublish{RoutingKey: "nowhere", Mandatory: true}, &wire.ContentHeader{}, []byte("3"))
	b.ok(err)
	want(t, "mandatory", outcome, Outcome{Tag: 3})
	want(t, "sent", client.take(), "return:3")
}
