package vhost

import (
	"testing"
	"time"

	"tutor/runner/wire"
)

// TestHeadersMatch lists what RabbitMQ 4.3.6 answered.
func TestHeadersMatch(t *testing.T) {
	five := time.Unix(5, 0)
	for _, c := range []struct {
		args, headers wire.Table
		match         bool
	}{
		{fields(), fields(), true},
		{fields("x-match", "any"), fields("a", "1"), false},
		{fields("x-match", "all", "a", int32(1)), fields("a", int64(1)), true},
		{fields("a", "1", "b", "2"), fields("a", "1"), false},
		{fields("x-match", "any", "a", "1", "b", "2"), fields("b", "2"), true},
		{fields("a", int32(1)), fields("a", float64(1)), false},
		{fields("a", "s"), fields("a", []byte("s")), true},
		{fields("a", nil), fields("a", "zz"), true},
		{fields("a", nil), fields("a", nil), true},
		{fields("a", nil), fields(), false},
		{fields("a", "x"), fields("a", nil), false},
		{fields("a", five), fields("a", five), false},
		{fields("a", int64(5000)), fields("a", five), true},
		{fields("a", []any{"1"}), fields("a", []any{"1"}), true},
		{fields("a", fields("b", "1")), fields("a", fields("b", "1")), true},
		{fields("a", fields("b", "1")), fields("a", fields("b", "2")), false},
		{fields("a", float32(1.5)), fields("a", float64(1.5)), true},
		{fields("a", true), fields("a", true), true},
		{fields("x-a", "1"), fields("x-a", "2"), true},
		{fields("x-match", "all-with-x", "x-a", "1"), fields("x-a", "2"), false},
		{fields("x-match", "any-with-x", "x-a", "1"), fields("x-a", "1"), true},
		{fields("x-match", "any", "x-a", "1"), fields("x-a", "1"), false},
	} {
		m := message{}
		props := wire.Properties{}
		setHeaders(&props, c.headers)
		if err := m.encode(&props); err != nil {
			t.Fatal(err)
		}
		if got := matchHeaders(c.args, m.routingHeaders()); got != c.match {
			t.Errorf("arguments %v, headers %v: match is %t", c.args, c.headers, got)
		}
	}
}
