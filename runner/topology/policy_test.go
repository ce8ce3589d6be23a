package topology

import (
	"testing"

	"tutor/runner/wire"
)

func TestPolicies(t *testing.T) {
	v := New()
	err := v.SetPolicies([]Policy{
		{Name: "all", Pattern: "^q", ApplyTo: "all", Definition: wire.Table{{Name: "x-message-ttl", Value: int64(5)}, {Name: "x-overflow", Value: "drop-head"}}},
		{Name: "first", Pattern: "^(?!q2)q", ApplyTo: "quorum_queues", Priority: 1, Definition: wire.Table{{Name: "x-delivery-limit", Value: int64(3)}}, Silent: true},
		{Name: "spare", Pattern: "", ApplyTo: "exchanges", Definition: wire.Table{{Name: "alternate-exchange", Value: "lost"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	quorum := wire.Field{Name: "x-queue-type", Value: "quorum"}
	for _, test := range []struct {
		name   string
		own    wire.Table
		key    string
		want   any
		silent bool
	}{
		{"q1", nil, "x-message-ttl", int64(5), false},
		{"q1", wire.Table{{Name: "x-message-ttl", Value: int32(3)}}, "x-message-ttl", int64(3), false},
		{"q1", wire.Table{{Name: "x-overflow", Value: "reject-publish"}}, "x-overflow", "reject-publish", false},
		{"q1", wire.Table{quorum}, "x-delivery-limit", int64(3), true},
		{"q1", wire.Table{quorum}, "x-message-ttl", nil, true},
		{"q1", wire.Table{quorum, {Name: "x-delivery-limit", Value: int64(-1)}}, "x-delivery-limit", int64(3), true},
		{"q2", wire.Table{quorum}, "x-message-ttl", int64(5), false},
		{"p", nil, "x-message-ttl", nil, false},
	} {
		q := Queue{Arguments: test.own}
		v.Apply(test.name, &q)
		if got, _ := q.Arguments.Get(test.key); got != test.want || q.Silent != test.silent {
			t.Errorf("%s %v: %s is %v (silent: %v), want %v", test.name, test.own, test.key, got, q.Silent, test.want)
		}
	}
	if got, _ := v.ExchangeArguments("x", nil).Get("alternate-exchange"); got != "lost" {
		t.Errorf("alternate exchange %v", got)
	}
}
