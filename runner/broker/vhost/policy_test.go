package vhost

import (
	"strings"
	"testing"

	"tutor/runner/wire"
)

func (b *bench) policy(name, pattern, applyTo string, priority int, definition map[string]any) {
	b.Helper()
	b.ok(b.vhost.SetPolicy(Policy{Name: name, Pattern: pattern, ApplyTo: applyTo, Priority: priority, Definition: definition}))
}

// consumeAll takes what is in a queue.
func (b *bench) bodies(queue string) string {
	b.Helper()
	ch, _ := b.open()
	defer ch.Close()
	var all []string
	for more := true; more; {
		b.ok(ch.Get(wire.BasicGet{Queue: queue, NoAck: true}, func(m *wire.BasicGetOK, c Content) {
			if more = m != nil; more {
				all = append(all, string(c.Body))
			}
		}))
	}
	return strings.Join(all, " ")
}

// A policy for all queues but the runner's own has what dies in any kind of queue come to one exchange; the
// argument of a queue's own wins.
func TestPolicyOfDeadLetters(t *testing.T) {
	for kind, args := range map[string][]any{"classic": nil, "quorum": {"x-queue-type", "quorum"}, "priority": {"x-max-priority", int32(5)}} {
		t.Run(kind, func(t *testing.T) {
			b := newBench(t)
			ch, _ := b.open()
			b.policy("audit", `^(?!tutor\.|spared$)`, "queues", 0, map[string]any{"dead-letter-exchange": "tutor.audit"})
			b.exchange(ch, "tutor.audit", "fanout")
			b.declare(ch, "tutor.audit", "x-max-length", int32(2))
			b.bind(ch, "tutor.audit", "tutor.audit", "")
			b.declare(ch, "q", append([]any{"x-max-length", int32(1)}, args...)...)
			b.declare(ch, "own", append([]any{"x-max-length", int32(1), "x-dead-letter-exchange", "amq.fanout"}, args...)...)
			b.declare(ch, "spared", append([]any{"x-max-length", int32(1)}, args...)...)
			b.publish(ch, "", "q", "1", "2")
			b.publish(ch, "", "own", "3", "4")
			b.publish(ch, "", "spared", "5", "6")
			if got := b.bodies("tutor.audit"); got != "1" {
				t.Errorf("dead: %s", got)
			}
		})
	}
}

// Of several policies that of the highest priority counts alone; of a number in both places the lower one.
// What is there already is shortened at once, and all is as before when the policy goes.
func TestPolicyOfLimits(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	b.declare(ch, "q", "x-max-length", int32(3))
	b.publish(ch, "", "q", "1", "2", "3", "4")
	b.policy("loose", "q", "all", 1, map[string]any{"max-length": 5})
	if got := b.vhost.Queues()[0].Ready; got != 3 {
		t.Errorf("%d ready under the argument", got)
	}
	b.policy("tight", "q", "queues", 2, map[string]any{"max-length": 2})
	b.policy("other kind", "q", "quorum_queues", 3, map[string]any{"max-length": 0})
	b.policy("exchanges", "q", "exchanges", 4, map[string]any{"alternate-exchange": "amq.fanout"})
	if got := b.vhost.Queues()[0].Ready; got != 2 {
		t.Errorf("%d ready under the policy", got)
	}
	b.ok(b.vhost.DeletePolicy("tight"))
	b.publish(ch, "", "q", "5", "6")
	if got := b.bodies("q"); got != "4 5 6" {
		t.Errorf("without the policy: %s", got)
	}
}

// What an exchange cannot route goes where its policy says, but for one that says so itself.
func TestPolicyOfAlternateExchanges(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	b.exchange(ch, "x", "direct")
	b.policy("alternate", "^x$", "exchanges", 0, map[string]any{"alternate-exchange": "amq.fanout"})
	b.declare(ch, "q")
	b.bind(ch, "q", "amq.fanout", "")
	b.publish(ch, "x", "nowhere", "m")
	if got := b.bodies("q"); got != "m" {
		t.Errorf("got %q", got)
	}
}

// What a policy cannot mean is refused.
func TestPolicyRefused(t *testing.T) {
	b := newBench(t)
	for _, c := range []struct {
		p    Policy
		want string
	}{
		{Policy{Name: "p", Pattern: "(", Definition: map[string]any{"max-length": 1}}, "pattern"},
		{Policy{Name: "p", ApplyTo: "everything", Definition: map[string]any{"max-length": 1}}, "apply-to"},
		{Policy{Name: "p"}, "no policy provided"},
		{Policy{Name: "p", Definition: map[string]any{"max-lenght": 1}}, "max-lenght is not a policy setting"},
		{Policy{Name: "p", Definition: map[string]any{"max-length": -1}}, "max-length -1"},
		{Policy{Name: "p", Definition: map[string]any{"dead-letter-exchange": 1}}, "dead-letter-exchange 1"},
	} {
		if err := b.vhost.SetPolicy(c.p); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.p, err)
		}
	}
}
