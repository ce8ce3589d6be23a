package vhost

import (
	"strings"
	"testing"
	"time"

	"tutor/runner/wire"
)

// TestQueueArguments lists what RabbitMQ 4.3.6 answered.
func TestQueueArguments(t *testing.T) {
	for _, c := range []struct {
		args wire.Table
		text string // after "invalid arg "; empty: accepted
	}{
		{fields("x-expires", int32(0)), "'x-expires' for queue 'q' in vhost '/': {value_zero,0}"},
		{fields("x-expires", int32(-1)), "'x-expires' for queue 'q' in vhost '/': {value_negative,-1}"},
		{fields("x-expires", "a"), `'x-expires' for queue 'q' in vhost '/': "expected integer, got longstr"`},
		{fields("x-expires", int64(315360000001)), "'x-expires' for queue 'q' in vhost '/': {value_too_large,315360000001}"},
		{fields("x-message-ttl", int32(-1)), "'x-message-ttl' for queue 'q' in vhost '/': {value_negative,-1}"},
		{fields("x-message-ttl", 1.5), `'x-message-ttl' for queue 'q' in vhost '/': "expected integer, got double"`},
		{fields("x-message-ttl", float32(3)), `'x-message-ttl' for queue 'q' in vhost '/': "expected integer, got float"`},
		{fields("x-message-ttl", true), `'x-message-ttl' for queue 'q' in vhost '/': "expected integer, got bool"`},
		{fields("x-message-ttl", nil), `'x-message-ttl' for queue 'q' in vhost '/': "expected integer, got void"`},
		{fields("x-message-ttl", []any{int32(1)}), `'x-message-ttl' for queue 'q' in vhost '/': "expected integer, got array"`},
		{fields("x-message-ttl", fields("a", int32(1))), `'x-message-ttl' for queue 'q' in vhost '/': "expected integer, got table"`},
		{fields("x-message-ttl", wire.Decimal{}), `'x-message-ttl' for queue 'q' in vhost '/': "expected integer, got decimal"`},
		{fields("x-message-ttl", time.Unix(1, 0)), `'x-message-ttl' for queue 'q' in vhost '/': "expected integer, got timestamp"`},
		{fields("x-message-ttl", []byte("a")), `'x-message-ttl' for queue 'q' in vhost '/': "expected integer, got binary"`},
		{fields("x-message-ttl", uint8(3)), ""},
		{fields("x-message-ttl", int8(3)), ""},
		{fields("x-message-ttl", uint16(3)), ""},
		{fields("x-message-ttl", int16(3)), ""},
		{fields("x-message-ttl", uint32(3)), ""},
		{fields("x-message-ttl", int64(3)), ""},
		{fields("x-max-length", int32(-2)), "'x-max-length' for queue 'q' in vhost '/': {value_negative,-2}"},
		{fields("x-max-length-bytes", int32(-2)), "'x-max-length-bytes' for queue 'q' in vhost '/': {value_negative,-2}"},
		{fields("x-max-priority", int32(256)), "'x-max-priority' for queue 'q' in vhost '/': {max_value_exceeded,256}"},
		{fields("x-max-priority", int32(-1)), "'x-max-priority' for queue 'q' in vhost '/': {value_negative,-1}"},
		{fields("x-max-priority", int32(0)), ""},
		{fields("x-max-priority", int32(255)), ""},
		{fields("x-overflow", "foo"), "'x-overflow' for queue 'q' in vhost '/': invalid_overflow"},
		{fields("x-overflow", int32(1)), "'x-overflow' for queue 'q' in vhost '/': {unacceptable_type,signedint}"},
		{fields("x-dead-letter-routing-key", "a"), "'x-dead-letter-routing-key' for queue 'q' in vhost '/': routing_key_but_no_dlx_defined"},
		{fields("x-dead-letter-routing-key", int32(1)), "'x-dead-letter-routing-key' for queue 'q' in vhost '/': {unacceptable_type,signedint}"},
		{fields("x-single-active-consumer", "true"), "'x-single-active-consumer' for queue 'q' in vhost '/': {unacceptable_type,longstr}"},
		{fields("x-queue-type", "foo"), `'x-queue-type' for queue 'q' in vhost '/': "unsupported queue type 'foo'"`},
		{fields("x-queue-type", int32(1)), "'x-queue-type' for queue 'q' in vhost '/': {unacceptable_type,signedint}"},
		{fields("x-queue-type", ""), ""},
		{fields("x-queue-mode", "foo"), ""},
		{fields("x-queue-version", int32(1)), `'x-queue-version' for queue 'q' in vhost '/': "unsupported queue version '1'"`},
		{fields("x-queue-version", int32(2)), ""},
		{fields("x-delivery-limit", int32(5)), "'x-delivery-limit' for queue 'q' in vhost '/' of queue type rabbit_classic_queue"},
		{fields("x-max-age", "1h"), "'x-max-age' for queue 'q' in vhost '/' of queue type rabbit_classic_queue"},
		{fields("x-queue-type", "quorum", "x-max-priority", int32(5)), "'x-max-priority' for queue 'q' in vhost '/' of queue type rabbit_quorum_queue"},
		{fields("x-queue-type", "quorum", "x-queue-mode", "lazy"), "'x-queue-mode' for queue 'q' in vhost '/' of queue type rabbit_quorum_queue"},
		{fields("x-queue-type", "quorum", "x-delivery-limit", "5"), ""},
		{fields("x-queue-type", "quorum", "x-delivery-limit", int32(-7)), ""},
		{fields("x-queue-type", "quorum", "x-overflow", "reject-publish-dlx"), ""},
		{fields("x-queue-type", "quorum", "x-dead-letter-strategy", "foo"), "'x-dead-letter-strategy' for queue 'q' in vhost '/': invalid_dlx_strategy"},
		{fields("x-queue-type", "quorum", "x-quorum-initial-group-size", int32(0)), "'x-quorum-initial-group-size' for queue 'q' in vhost '/': {value_zero,0}"},
		{fields("x-queue-leader-locator", "foo"), "'x-queue-leader-locator' for queue 'q' in vhost '/': invalid_queue_locator_arg"},
		{fields("x-unknown", "whatever"), ""},
	} {
		b := newBench(t)
		ch, _ := b.open()
		_, err := ch.QueueDeclare(wire.QueueDeclare{Queue: "q", Durable: true, Arguments: c.args})
		if c.text == "" {
			if err != nil {
				t.Errorf("%v: %v", c.args, err)
			}
			continue
		}
		refused(t, err, wire.PreconditionFailed, "PRECONDITION_FAILED - invalid arg "+c.text)
	}
}

const lockedText = "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'excl' in vhost '/'. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration."

// TestRefusals lists operations that RabbitMQ 4.3.6 refuses, with its texts.
func TestRefusals(t *testing.T) {
	const (
		refusedAccess = wire.AccessRefused
		precondition  = wire.PreconditionFailed
	)
	queue := func(d wire.QueueDeclare) func(*Channel) error {
		return func(ch *Channel) error { _, err := ch.QueueDeclare(d); return err }
	}
	exchange := func(d wire.ExchangeDeclare) func(*Channel) error {
		return func(ch *Channel) error { return ch.ExchangeDeclare(d) }
	}
	bind := func(queue, exchange, key string, args ...any) func(*Channel) error {
		return func(ch *Channel) error {
			return ch.QueueBind(wire.QueueBind{Queue: queue, Exchange: exchange, RoutingKey: key, Arguments: fields(args...)})
		}
	}
	bindExchange := func(to, from string) func(*Channel) error {
		return func(ch *Channel) error { return ch.ExchangeBind(wire.ExchangeBind{Destination: to, Source: from}) }
	}
	publish := func(m wire.BasicPublish, p wire.Properties, body []byte) func(*Channel) error {
		return func(ch *Channel) error {
			_, err := ch.Publish(&m, &wire.ContentHeader{Properties: p}, body)
			return err
		}
	}
	withProperties := func(p wire.Properties) func(*Channel) error {
		return publish(wire.BasicPublish{RoutingKey: "q1"}, p, nil)
	}
	consume := func(d wire.BasicConsume) func(*Channel) error {
		return func(ch *Channel) error { return ch.Consume(d, nil) }
	}
	for _, c := range []struct {
		do   func(*Channel) error
		code wire.ReplyCode
		text string
	}{
		{queue(wire.QueueDeclare{Queue: "amq.foo"}), refusedAccess, "ACCESS_REFUSED - queue name 'amq.foo' contains reserved prefix 'amq.*'"},
		{queue(wire.QueueDeclare{Queue: "nope", Passive: true}), wire.NotFound, "NOT_FOUND - no queue 'nope' in vhost '/'"},
		{queue(wire.QueueDeclare{Passive: true}), wire.NotFound, "NOT_FOUND - no queue '' in vhost '/'"},
		{queue(wire.QueueDeclare{Queue: "q1"}), precondition, "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'q1' in vhost '/': received 'false' but current is 'true'"},
		{queue(wire.QueueDeclare{Queue: "q1", Durable: true, AutoDelete: true}), precondition, "PRECONDITION_FAILED - inequivalent arg 'auto_delete' for queue 'q1' in vhost '/': received 'true' but current is 'false'"},
		{queue(wire.QueueDeclare{Queue: "q1", Durable: true, Exclusive: true}), wire.ResourceLocked, strings.Replace(lockedText, "excl'", "q1'", 1)},
		{queue(wire.QueueDeclare{Queue: "q1", Durable: true, Arguments: fields("x-message-ttl", int32(1))}), precondition, "PRECONDITION_FAILED - inequivalent arg 'x-message-ttl' for queue 'q1' in vhost '/': received the value '1' of type 'signedint' but current is none"},
		{queue(wire.QueueDeclare{Queue: "q1", Durable: true, Arguments: fields("x-queue-type", "quorum")}), precondition, "PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'q1' in vhost '/': received 'quorum' but current is 'classic'"},
		{queue(wire.QueueDeclare{Queue: "qt", Arguments: fields("x-queue-type", "quorum")}), precondition, "PRECONDITION_FAILED - invalid property 'non-durable' for queue 'qt' in vhost '/'"},
		{queue(wire.QueueDeclare{Queue: "qt", Durable: true, AutoDelete: true, Arguments: fields("x-queue-type", "quorum")}), precondition, "PRECONDITION_FAILED - invalid property 'auto-delete' for queue 'qt' in vhost '/'"},
		{queue(wire.QueueDeclare{Queue: "qt", Durable: true, Exclusive: true, Arguments: fields("x-queue-type", "quorum")}), precondition, "PRECONDITION_FAILED - invalid property 'exclusive-owner' for queue 'qt' in vhost '/'"},
		{queue(wire.QueueDeclare{Durable: true, Arguments: fields("x-queue-type", "quorum")}), precondition, "PRECONDITION_FAILED - Cannot declare a server-named queue for type rabbit_quorum_queue"},
		{queue(wire.QueueDeclare{Queue: "qt", Durable: true, Arguments: fields("x-queue-type", "stream")}), wire.NotImplemented, "NOT_IMPLEMENTED - queue type 'stream' of queue 'qt' in vhost '/' is not modelled by this broker"},
		{queue(wire.QueueDeclare{Queue: "qt", Arguments: fields("x-dead-letter-exchange", int32(1))}), precondition, "PRECONDITION_FAILED - invalid type 'signedint' for arg 'x-dead-letter-exchange' in queue 'qt' in vhost '/'"},
		{queue(wire.QueueDeclare{Queue: "excl"}), wire.ResourceLocked, lockedText},
		{queue(wire.QueueDeclare{Queue: "excl", Exclusive: true}), wire.ResourceLocked, lockedText},
		{queue(wire.QueueDeclare{Queue: "excl", Passive: true}), wire.ResourceLocked, lockedText},
		{bind("excl", "amq.direct", "k"), wire.ResourceLocked, lockedText},
		{consume(wire.BasicConsume{Queue: "excl"}), wire.ResourceLocked, lockedText},
		{func(ch *Channel) error { _, err := ch.QueuePurge("excl"); return err }, wire.ResourceLocked, lockedText},
		{func(ch *Channel) error { return ch.QueueDelete(wire.QueueDelete{Queue: "excl"}, nil) }, wire.ResourceLocked, lockedText},
		{func(ch *Channel) error { return ch.Get(wire.BasicGet{Queue: "excl"}, nil) }, wire.ResourceLocked, lockedText},

		{exchange(wire.ExchangeDeclare{Exchange: "amq.foo", Type: "direct"}), refusedAccess, "ACCESS_REFUSED - exchange name 'amq.foo' contains reserved prefix 'amq.*'"},
		{exchange(wire.ExchangeDeclare{Type: "direct"}), refusedAccess, "ACCESS_REFUSED - operation not permitted on the default exchange"},
		{exchange(wire.ExchangeDeclare{Exchange: "x", Type: "foo"}), precondition, "PRECONDITION_FAILED - unknown exchange type 'foo'"},
		{exchange(wire.ExchangeDeclare{Exchange: "x", Type: "direct", Arguments: fields("alternate-exchange", int32(1))}), precondition, "PRECONDITION_FAILED - invalid type 'signedint' for arg 'alternate-exchange' in exchange 'x' in vhost '/'"},
		{exchange(wire.ExchangeDeclare{Exchange: "amq.direct", Type: "fanout", Durable: true}), precondition, "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'amq.direct' in vhost '/': received 'fanout' but current is 'direct'"},
		{exchange(wire.ExchangeDeclare{Exchange: "amq.direct", Type: "direct"}), precondition, "PRECONDITION_FAILED - inequivalent arg 'durable' for exchange 'amq.direct' in vhost '/': received 'false' but current is 'true'"},
		{exchange(wire.ExchangeDeclare{Exchange: "amq.direct", Type: "direct", Durable: true, AutoDelete: true}), precondition, "PRECONDITION_FAILED - inequivalent arg 'auto_delete' for exchange 'amq.direct' in vhost '/': received 'true' but current is 'false'"},
		{exchange(wire.ExchangeDeclare{Exchange: "amq.direct", Type: "direct", Durable: true, Internal: true}), precondition, "PRECONDITION_FAILED - inequivalent arg 'internal' for exchange 'amq.direct' in vhost '/': received 'true' but current is 'false'"},
		{exchange(wire.ExchangeDeclare{Exchange: "amq.direct", Type: "direct", Durable: true, Arguments: fields("alternate-exchange", "foo")}), precondition, "PRECONDITION_FAILED - inequivalent arg 'alternate-exchange' for exchange 'amq.direct' in vhost '/': received the value 'foo' of type 'longstr' but current is none"},
		{exchange(wire.ExchangeDeclare{Exchange: "nope", Passive: true}), wire.NotFound, "NOT_FOUND - no exchange 'nope' in vhost '/'"},
		{func(ch *Channel) error { return ch.ExchangeDelete("amq.direct", false) }, refusedAccess, "ACCESS_REFUSED - deletion of system exchange 'amq.direct' in vhost '/' not allowed"},
		{func(ch *Channel) error { return ch.ExchangeDelete("", false) }, refusedAccess, "ACCESS_REFUSED - operation not permitted on the default exchange"},
		{func(ch *Channel) error { return ch.ExchangeDelete("used", true) }, precondition, "PRECONDITION_FAILED - exchange 'used' in vhost '/' in use"},

		{bind("q1", "nope", ""), wire.NotFound, "NOT_FOUND - no exchange 'nope' in vhost '/'"},
		{bind("nope", "amq.direct", ""), wire.NotFound, "NOT_FOUND - no queue 'nope' in vhost '/'"},
		{bind("nope", "nopex", ""), wire.NotFound, "NOT_FOUND - no exchange 'nopex' in vhost '/'"},
		{bind("q1", "", "k"), refusedAccess, "ACCESS_REFUSED - operation not permitted on the default exchange"},
		{bind("", "amq.direct", "k"), wire.NotFound, "NOT_FOUND - no previously declared queue"},
		{bind("q1", "amq.topic", "#.a.#.#"), precondition, "PRECONDITION_FAILED - Topic binding key '#.a.#.#' uses 3 '#' wildcards, at most 2 are allowed"},
		{bind("q1", "amq.headers", "", "x-match", "foo"), precondition, `PRECONDITION_FAILED - Invalid x-match field value <<"foo">>; expected all, any, all-with-x, or any-with-x`},
		{bind("q1", "amq.headers", "", "x-match", int32(4)), precondition, "PRECONDITION_FAILED - Invalid x-match field type signedint (value 4); expected longstr"},
		{bind("amq.rabbitmq.reply-to", "amq.direct", ""), refusedAccess, "ACCESS_REFUSED - cannot bind or unbind to a volatile (direct reply-to) queue"},
		{bindExchange("nope", "amq.direct"), wire.NotFound, "NOT_FOUND - no exchange 'nope' in vhost '/'"},
		{bindExchange("nope1", "nope2"), wire.NotFound, "NOT_FOUND - no exchange 'nope2' in vhost '/'"},
		{bindExchange("", "amq.direct"), refusedAccess, "ACCESS_REFUSED - operation not permitted on the default exchange"},

		{publish(wire.BasicPublish{Exchange: "nope"}, wire.Properties{}, nil), wire.NotFound, "NOT_FOUND - no exchange 'nope' in vhost '/'"},
		{publish(wire.BasicPublish{Exchange: "internal"}, wire.Properties{}, nil), refusedAccess, "ACCESS_REFUSED - cannot publish to internal exchange 'internal' in vhost '/'"},
		{publish(wire.BasicPublish{Immediate: true}, wire.Properties{}, nil), wire.NotImplemented, "NOT_IMPLEMENTED - immediate=true"},
		{publish(wire.BasicPublish{}, wire.Properties{}, make([]byte, MaxMessageSize+1)), precondition, "PRECONDITION_FAILED - message size 16777217 is larger than configured max size 16777216"},
		{withProperties(expiring("abc")), precondition, "PRECONDITION_FAILED - invalid expiration 'abc': no_integer"},
		{withProperties(expiring(" 5")), precondition, "PRECONDITION_FAILED - invalid expiration ' 5': no_integer"},
		{withProperties(expiring("")), precondition, "PRECONDITION_FAILED - invalid expiration '': no_integer"},
		{withProperties(expiring("12x")), precondition, `PRECONDITION_FAILED - invalid expiration '12x': {leftover_string,"x"}`},
		{withProperties(expiring("-1")), precondition, "PRECONDITION_FAILED - invalid expiration '-1': {value_negative,-1}"},
		{withProperties(expiring("315360000001")), precondition, "PRECONDITION_FAILED - invalid expiration '315360000001': {value_too_large,315360000001}"},
		{withProperties(wire.Properties{UserID: "bob"}), precondition, "PRECONDITION_FAILED - user_id property set to 'bob' but authenticated user was 'guest'"},
		{withProperties(headed("CC", "x")), precondition, `PRECONDITION_FAILED - invalid message: {unacceptable_type_in_header,"CC",longstr}`},
		{withProperties(headed("BCC", int32(1))), precondition, `PRECONDITION_FAILED - invalid message: {unacceptable_type_in_header,"BCC",signedint}`},
		{withProperties(wire.Properties{ReplyTo: "amq.rabbitmq.reply-to"}), precondition, "PRECONDITION_FAILED - fast reply consumer does not exist"},

		{consume(wire.BasicConsume{Queue: "nope"}), wire.NotFound, "NOT_FOUND - no queue 'nope' in vhost '/'"},
		{consume(wire.BasicConsume{Queue: "q1", Arguments: fields("x-priority", "a")}), precondition, `PRECONDITION_FAILED - invalid arg 'x-priority' for queue 'q1' in vhost '/': "expected integer, got longstr"`},
		{consume(wire.BasicConsume{Queue: "q1", Arguments: fields("x-stream-offset", "first")}), precondition, "PRECONDITION_FAILED - invalid arg 'x-stream-offset' for queue 'q1' in vhost '/' of queue type rabbit_classic_queue"},
		{consume(wire.BasicConsume{Queue: "amq.rabbitmq.reply-to"}), precondition, "PRECONDITION_FAILED - reply consumer cannot acknowledge"},
		{func(ch *Channel) error {
			return ch.Get(wire.BasicGet{Queue: "amq.rabbitmq.reply-to", NoAck: true}, nil)
		}, wire.NotFound, "NOT_FOUND - no queue 'amq.rabbitmq.reply-to' in vhost '/'"},
		{func(ch *Channel) error { return ch.Get(wire.BasicGet{Queue: "quorum-sac", NoAck: true}, nil) }, wire.ResourceLocked, `RESOURCE_LOCKED - cannot obtain access to locked queue 'quorum-sac' in vhost '/'. basic.get operations are not supported by <<"quorum">> queues with single active consumer`},
		{func(ch *Channel) error { return ch.QueueDelete(wire.QueueDelete{Queue: "quorum", IfUnused: true}, nil) }, wire.NotImplemented, "NOT_IMPLEMENTED - cannot delete queue 'quorum' in vhost '/'. queue.delete operations with if-unused flag set are not supported by quorum queues"},
		{func(ch *Channel) error { return ch.QueueDelete(wire.QueueDelete{Queue: "quorum", IfEmpty: true}, nil) }, wire.NotImplemented, "NOT_IMPLEMENTED - cannot delete queue 'quorum' in vhost '/'. queue.delete operations with if-empty flag set are not supported by quorum queues"},
		{func(ch *Channel) error { return ch.QueueDelete(wire.QueueDelete{Queue: "busy", IfUnused: true}, nil) }, precondition, "PRECONDITION_FAILED - queue 'busy' in vhost '/' in use"},
		{func(ch *Channel) error { return ch.QueueDelete(wire.QueueDelete{Queue: "full", IfEmpty: true}, nil) }, precondition, "PRECONDITION_FAILED - queue 'full' in vhost '/' not empty"},
		{func(ch *Channel) error { _, err := ch.QueuePurge("nope"); return err }, wire.NotFound, "NOT_FOUND - no queue 'nope' in vhost '/'"},
		{func(ch *Channel) error { return ch.Qos(10, 1, false, nil) }, wire.NotImplemented, "NOT_IMPLEMENTED - prefetch_size!=0 (10)"},
		{func(ch *Channel) error { return ch.Recover(false, nil) }, wire.NotImplemented, "NOT_IMPLEMENTED - requeue=false"},
		{func(ch *Channel) error { return ch.Ack(7, false) }, precondition, "PRECONDITION_FAILED - unknown delivery tag 7"},
		{func(ch *Channel) error { return ch.Ack(0, false) }, precondition, "PRECONDITION_FAILED - unknown delivery tag 0"},
		{func(ch *Channel) error { return ch.Ack(9, true) }, precondition, "PRECONDITION_FAILED - unknown delivery tag 9"},
		{func(ch *Channel) error { return ch.TxCommit(nil) }, precondition, "PRECONDITION_FAILED - channel is not transactional"},
		{func(ch *Channel) error { return ch.TxRollback() }, precondition, "PRECONDITION_FAILED - channel is not transactional"},
		{func(ch *Channel) error { ch.ConfirmSelect(); return ch.TxSelect() }, precondition, "PRECONDITION_FAILED - cannot switch from confirm to tx mode"},
		{func(ch *Channel) error { ch.TxSelect(); return ch.ConfirmSelect() }, precondition, "PRECONDITION_FAILED - cannot switch from tx to confirm mode"},
		{func(ch *Channel) error {
			ch.Consume(wire.BasicConsume{Queue: "q1", ConsumerTag: "t"}, nil)
			return ch.Consume(wire.BasicConsume{Queue: "q1", ConsumerTag: "t"}, nil)
		}, wire.NotAllowed, "NOT_ALLOWED - attempt to reuse consumer tag 't'"},
		{consume(wire.BasicConsume{Queue: "busy", Exclusive: true}), refusedAccess, "ACCESS_REFUSED - queue 'busy' in vhost '/' in exclusive use"},
		{func(ch *Channel) error {
			ch.Consume(wire.BasicConsume{Queue: "q1", Exclusive: true}, nil)
			return ch.Consume(wire.BasicConsume{Queue: "q1"}, nil)
		}, refusedAccess, "ACCESS_REFUSED - queue 'q1' in vhost '/' in exclusive use"},
		{consume(wire.BasicConsume{Queue: "sac", Exclusive: true}), refusedAccess, "ACCESS_REFUSED - queue 'sac' in vhost '/' in exclusive use"},
		{func(ch *Channel) error {
			ch.Consume(wire.BasicConsume{Queue: "amq.rabbitmq.reply-to", NoAck: true}, nil)
			return ch.Consume(wire.BasicConsume{Queue: "amq.rabbitmq.reply-to", NoAck: true}, nil)
		}, precondition, "PRECONDITION_FAILED - reply consumer already set"},
	} {
		b := newBench(t)
		setUp(b)
		ch, _ := b.open()
		refused(t, c.do(ch), c.code, c.text)
	}
}

// setUp makes the things TestRefusals trips over.
func setUp(b *bench) {
	other := b.vhost.Connect(User{Name: "guest"}).Open(&recorder{room: -1})
	_, err := other.QueueDeclare(wire.QueueDeclare{Queue: "excl", Exclusive: true})
	b.ok(err)
	b.declare(other, "q1")
	b.declare(other, "busy")
	b.declare(other, "full")
	b.declare(other, "sac", "x-single-active-consumer", true)
	b.declare(other, "quorum", "x-queue-type", "quorum")
	b.declare(other, "quorum-sac", "x-queue-type", "quorum", "x-single-active-consumer", true)
	b.exchange(other, "used", "direct")
	b.bind(other, "q1", "used", "k")
	b.ok(other.ExchangeDeclare(wire.ExchangeDeclare{Exchange: "internal", Type: "fanout", Internal: true}))
	b.consume(other, "busy", "c")
	b.publish(other, "", "full", "x")
}

func expiring(ms string) wire.Properties {
	return wire.Properties{Flags: wire.FlagExpiration, Expiration: ms}
}

func headed(args ...any) wire.Properties {
	var p wire.Properties
	setHeaders(&p, fields(args...))
	return p
}

// TestHarmless lists what looks like a mistake and RabbitMQ accepts.
func TestHarmless(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	b.declare(ch, "q1")
	b.ok(ch.ExchangeDeclare(wire.ExchangeDeclare{Exchange: "amq.direct", Type: "direct", Durable: true}))
	b.ok(ch.ExchangeDeclare(wire.ExchangeDeclare{Exchange: "amq.topic", Type: "direct", Passive: true}))
	b.ok(ch.ExchangeDelete("nope", false))
	b.ok(ch.QueueDelete(wire.QueueDelete{Queue: "nope", IfEmpty: true}, nil))
	b.ok(ch.QueueUnbind(wire.QueueUnbind{Queue: "q1", Exchange: "amq.direct", RoutingKey: "zzz"}))
	b.ok(ch.QueueUnbind(wire.QueueUnbind{Queue: "nope", Exchange: "amq.direct"}))
	b.ok(ch.QueueUnbind(wire.QueueUnbind{Queue: "q1", Exchange: "nope"}))
	b.ok(ch.Cancel("nope", nil))
	b.ok(ch.Ack(0, true))
	p := expiring("+5")
	b.publishWith(ch, "", "nowhere", "x", &p)
	_, err := ch.QueueDeclare(wire.QueueDeclare{Queue: "q1", Durable: true, Arguments: fields("x-queue-type", "classic")})
	b.ok(err)
}

func TestServerNamedQueue(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	ok, err := ch.QueueDeclare(wire.QueueDeclare{Exclusive: true})
	b.ok(err)
	if !strings.HasPrefix(ok.Queue, "amq.gen-") || len(ok.Queue) != len("amq.gen-")+22 {
		t.Errorf("server-named queue %q", ok.Queue)
	}
	// The empty name now stands for it, and for the routing key as well.
	b.ok(ch.QueueBind(wire.QueueBind{Exchange: "amq.direct"}))
	b.publish(ch, "amq.direct", ok.Queue, "hello")
	want(t, "in the queue", b.drain(ch, ""), "hello")
}

func TestLineBreaksInNames(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	ok, err := ch.QueueDeclare(wire.QueueDeclare{Queue: "a\r\nb"})
	b.ok(err)
	want(t, "name", ok.Queue, "ab")
}

func TestExclusiveQueueGoesWithItsConnection(t *testing.T) {
	b := newBench(t)
	other := b.vhost.Connect(User{Name: "guest"})
	ch := other.Open(&recorder{room: -1})
	_, err := ch.QueueDeclare(wire.QueueDeclare{Queue: "mine", Exclusive: true})
	b.ok(err)
	ch.Close()
	want(t, "after the channel is closed, the queue exists", b.exists("mine"), true)
	other.Close()
	want(t, "after the connection is closed, the queue exists", b.exists("mine"), false)
}

func TestAutoDeleteQueue(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	_, err := ch.QueueDeclare(wire.QueueDeclare{Queue: "q", AutoDelete: true})
	b.ok(err)
	b.consume(ch, "q", "a")
	b.consume(ch, "q", "b")
	b.ok(ch.Cancel("a", nil))
	want(t, "with one consumer left, the queue exists", b.exists("q"), true)
	b.ok(ch.Cancel("b", nil))
	want(t, "with none left, the queue exists", b.exists("q"), false)
}

func TestDeletedQueueTellsItsConsumers(t *testing.T) {
	b := newBench(t)
	ch, client := b.open()
	b.declare(ch, "q")
	b.consume(ch, "q", "t2")
	b.consume(ch, "q", "t1")
	b.publish(ch, "", "q", "a")
	client.take()
	b.ok(ch.QueueDelete(wire.QueueDelete{Queue: "q"}, func(int) { client.lines = append(client.lines, "delete-ok") }))
	want(t, "sent", client.take(), "delete-ok cancel:t1 cancel:t2")
	b.ok(ch.Ack(1, false)) // the delivery is still the channel's
	b.declare(ch, "q")
	b.consume(ch, "q", "t1") // the tag is free again
}

func TestPermissions(t *testing.T) {
	b := newBench(t)
	guest, _ := b.open()
	b.declare(guest, "z")
	b.declare(guest, "wq")
	bob := b.vhost.Connect(User{Name: "bob", Allowed: func(p Permission, name string) bool {
		return strings.HasPrefix(name, string(p[:1])) // configure c..., write w..., read r...
	}})
	for _, c := range []struct {
		do   func(*Channel) error
		text string
	}{
		{func(ch *Channel) error { _, err := ch.QueueDeclare(wire.QueueDeclare{Queue: "z"}); return err }, "configure access to queue 'z'"},
		{func(ch *Channel) error {
			_, err := ch.QueueDeclare(wire.QueueDeclare{Queue: "cq", Arguments: fields("x-dead-letter-exchange", "w1")})
			return err
		}, "read access to queue 'cq'"},
		{func(ch *Channel) error {
			_, err := ch.QueueDeclare(wire.QueueDeclare{Queue: "z", Passive: true})
			return err
		}, "configure access to queue 'z'"},
		{func(ch *Channel) error {
			_, err := ch.QueueDeclare(wire.QueueDeclare{Queue: "missing", Passive: true})
			return err
		}, "configure access to queue 'missing'"},
		{func(ch *Channel) error {
			_, err := ch.Publish(&wire.BasicPublish{RoutingKey: "z"}, &wire.ContentHeader{}, nil)
			return err
		}, "write access to exchange 'amq.default'"},
		{func(ch *Channel) error {
			_, err := ch.Publish(&wire.BasicPublish{Exchange: "missing"}, &wire.ContentHeader{}, nil)
			return err
		}, "write access to exchange 'missing'"},
		{func(ch *Channel) error { return ch.QueueBind(wire.QueueBind{Queue: "z", Exchange: "rx"}) }, "write access to queue 'z'"},
		{func(ch *Channel) error { return ch.QueueBind(wire.QueueBind{Queue: "wq", Exchange: "zx"}) }, "read access to exchange 'zx'"},
		{func(ch *Channel) error { return ch.QueueBind(wire.QueueBind{Queue: "z", Exchange: ""}) }, "write access to queue 'z'"},
		{func(ch *Channel) error { return ch.Consume(wire.BasicConsume{Queue: "z"}, nil) }, "read access to queue 'z'"},
		{func(ch *Channel) error { return ch.Get(wire.BasicGet{Queue: "z"}, nil) }, "read access to queue 'z'"},
		{func(ch *Channel) error { _, err := ch.QueuePurge("z"); return err }, "read access to queue 'z'"},
		{func(ch *Channel) error { return ch.QueueDelete(wire.QueueDelete{Queue: "z"}, nil) }, "configure access to queue 'z'"},
		{func(ch *Channel) error {
			return ch.ExchangeDeclare(wire.ExchangeDeclare{Exchange: "zx", Type: "direct"})
		}, "configure access to exchange 'zx'"},
		{func(ch *Channel) error {
			return ch.ExchangeDeclare(wire.ExchangeDeclare{Exchange: "zx", Passive: true})
		}, "configure access to exchange 'zx'"},
		{func(ch *Channel) error { return ch.ExchangeDelete("zx", false) }, "configure access to exchange 'zx'"},
	} {
		ch := bob.Open(&recorder{room: -1})
		refused(t, c.do(ch), wire.AccessRefused, "ACCESS_REFUSED - "+c.text+" in vhost '/' refused for user 'bob'")
	}
	ch := bob.Open(&recorder{room: -1})
	if _, err := ch.QueueDeclare(wire.QueueDeclare{Queue: "wq", Passive: true}); err != nil {
		t.Errorf("passive declaration with write permission only: %v", err)
	}
}

func TestLongReplyTextIsCut(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	err := ch.QueueBind(wire.QueueBind{Queue: "q", Exchange: strings.Repeat("x", 255)})
	text := err.(*Error).Text
	if len(text) != 255 || !strings.HasSuffix(text, "...") {
		t.Errorf("%d bytes: %s", len(text), text)
	}
}

// What was delivered to the single active consumer of a queue may be acknowledged when the queue is gone.
func TestAckAfterDelete(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	b.declare(ch, "q", "x-queue-type", "quorum", "x-single-active-consumer", true)
	b.consume(ch, "q", "c")
	b.publish(ch, "", "q", "m")
	b.ok(ch.QueueDelete(wire.QueueDelete{Queue: "q"}, nil))
	b.ok(ch.Ack(1, false))
}

// TestDefaultQueueType plays what RabbitMQ 4.3.6 answered in a vhost whose default queue type is quorum, one
// declaration after the other.
func TestDefaultQueueType(t *testing.T) {
	b := newBench(t)
	b.ok(b.vhost.SetDefaultQueueType("quorum"))
	const inequivalent = "PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue "
	invalid := func(property, queue string) string {
		return "PRECONDITION_FAILED - invalid property '" + property + "' for queue '" + queue + "' in vhost '/'"
	}
	quorum, classic, undefined := fields("x-queue-type", "quorum"), fields("x-queue-type", "classic"), fields("x-queue-type", "undefined")
	for _, c := range []struct {
		declare wire.QueueDeclare
		text    string // empty: accepted
	}{
		{wire.QueueDeclare{Queue: "d", Durable: true}, ""},
		{wire.QueueDeclare{Queue: "d", Durable: true, Arguments: quorum}, ""},
		{wire.QueueDeclare{Queue: "d", Durable: true, Arguments: classic}, inequivalent + "'d' in vhost '/': received 'classic' but current is 'quorum'"},
		{wire.QueueDeclare{Queue: "d", Durable: true}, ""},
		{wire.QueueDeclare{Queue: "u", Durable: true, Arguments: undefined}, ""},
		{wire.QueueDeclare{Queue: "u", Durable: true}, inequivalent + "'u' in vhost '/': received 'quorum' but current is 'undefined'"},
		{wire.QueueDeclare{Queue: "c", Durable: true, Arguments: classic}, ""},
		{wire.QueueDeclare{Queue: "c", Durable: true}, inequivalent + "'c' in vhost '/': received 'quorum' but current is 'classic'"},
		{wire.QueueDeclare{Queue: "a", Durable: true, AutoDelete: true}, ""},
		{wire.QueueDeclare{Queue: "a", Durable: true, AutoDelete: true, Arguments: classic}, ""},
		{wire.QueueDeclare{Queue: "a2", Durable: true, AutoDelete: true, Arguments: undefined}, invalid("auto-delete", "a2")},
		{wire.QueueDeclare{Queue: "e", Exclusive: true}, ""},
		{wire.QueueDeclare{Queue: "e2", Durable: true, Exclusive: true}, ""},
		{wire.QueueDeclare{Queue: "e", Exclusive: true, Arguments: classic}, ""},
		{wire.QueueDeclare{Queue: "e3", Exclusive: true, Arguments: undefined}, invalid("exclusive-owner", "e3")},
		{wire.QueueDeclare{Queue: "t"}, ""},
		{wire.QueueDeclare{Queue: "t", Arguments: classic}, ""},
		{wire.QueueDeclare{Durable: true}, "PRECONDITION_FAILED - Cannot declare a server-named queue for type rabbit_quorum_queue"},
		{wire.QueueDeclare{Exclusive: true}, ""},
		{wire.QueueDeclare{Queue: "p", Durable: true, Arguments: fields("x-max-priority", int32(5))},
			"PRECONDITION_FAILED - invalid arg 'x-max-priority' for queue 'p' in vhost '/' of queue type rabbit_quorum_queue"},
		{wire.QueueDeclare{Queue: "l", Durable: true, Arguments: fields("x-delivery-limit", int32(5))}, ""},
		{wire.QueueDeclare{Queue: "l", Durable: true, Arguments: fields("x-delivery-limit", int32(5), "x-queue-type", "quorum")}, ""},
	} {
		ch, _ := b.open()
		_, err := ch.QueueDeclare(c.declare)
		if c.text == "" {
			b.ok(err)
		} else {
			refused(t, err, wire.PreconditionFailed, c.text)
		}
	}
	if b.vhost.SetDefaultQueueType("stream") == nil {
		t.Error("a type that there is not is taken")
	}
	b.ok(b.vhost.SetDefaultQueueType("classic"))
	ch, _ := b.open()
	_, err := ch.QueueDeclare(wire.QueueDeclare{Queue: "d", Durable: true})
	refused(t, err, wire.PreconditionFailed, inequivalent+"'d' in vhost '/': received 'classic' but current is 'quorum'")
}
