package scenario

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// worker is a scenario with a consumer that has more keys, and a publisher of 1:m and 2:m.
func worker(queue string, keys ...string) string {
	return `title: t
acts:
  - name: a
    cast:
      - consumer: c
        queue: ` + queue + `
        ` + strings.Join(keys, "\n        ") + `
      - {publisher: p, routing_key: q, message: m, count: 2}
    expect: {fates: {}}
`
}

func TestAnswerMistakes(t *testing.T) {
	const (
		plain   = "{name: q, declare: true}"
		limited = "{name: q, declare: true, durable: true, arguments: {x-queue-type: quorum, x-delivery-limit: 2}}"
	)
	for _, test := range []struct{ text, want string }{
		{worker(plain, "answers: {<any>: hold, 1:m: {nack: requeue, times: 3}}"), ""},
		{worker(plain, "answers: {3:m: hold}"), "f:7:19: nobody sends 3:m (did you mean 1:m?)"},
		{worker(plain, "answers: [{when: {message: 3:m}, do: hold}]"), "f:7:19: nobody sends 3:m (did you mean 1:m?)"},
		{worker(plain, "answers: {1:m: {nack: requeue}}"),
			"f:7:24: this answer repeats without end: give it times, the queue an x-delivery-limit, or the act a step until the consumer has received so many"},
		{worker(plain, "answers: {<any>: {reject: requeue}}"),
			"f:7:26: this answer repeats without end: give it times, the queue an x-delivery-limit, or the act a step until the consumer has received so many"},
		{worker(limited, "answers: {<any>: {reject: requeue}}"), ""},
		{worker(limited, "answers: {<any>: {nack: requeue}}"),
			"f:7:26: this answer repeats without end: from RabbitMQ 4.3 on, a nack does not count for x-delivery-limit; give it times, or the act a step until the consumer has received so many"},
		{worker(plain, "answers: [{when: {redelivered: false}, do: {nack: requeue}}]"), ""},
		{worker(plain, "answers: [{when: {redelivered: true}, do: ack}, {do: {nack: requeue}}]"), ""},
		{worker(plain, "answers: [{when: {redelivered: true, message: 1:m}, do: ack}, {do: {nack: requeue}}]"),
			"f:7:76: this answer repeats without end: give it times, the queue an x-delivery-limit, or the act a step until the consumer has received so many"},
		{worker(plain, "answers: [{do: hold}, {when: {redelivered: true}, do: ack}]"),
			"f:7:19: a rule without when: fits every delivery, so those after it never count"},
		{worker(plain, "answers: [{do: {reject: discard, times: 1}}, {do: ack}]"), ""},
		{worker(plain, "answers: [{when: {properties: {mesage_id: a}}, do: hold}]"),
			"f:7:40: there is no property mesage_id (did you mean message_id?)"},
		{worker(plain, "answers: [{when: {redelivered: true, default: 0}, do: hold}]"),
			"f:7:46: default stands for headers and properties that are not there, and none are named"},
		{worker(plain, "answers: {1:m: {publish: {exchange: e}, then: ack}}"), "f:7:25: an answer cannot publish yet, so there is no publish"},
		{worker(plain, "answers: {1:m: {nack: requeue, reject: requeue}}"),
			"f:7:24: an answer is one of ack, reject, nack, die, hold, or a mapping with either reject or nack"},
		{worker(plain, "answers: {1:m: rejct}"), "f:7:24: rejct is none of ack, reject, nack, die, hold (did you mean reject?)"},
		{worker(plain, "answers: {1:m: {reject: discard, times: 0}}"), "f:7:42: times must be at least 1"},
		{worker(plain, "answers: {1:m: hold}", "reject: [2:m]"), "f:8:9: reject is short for answers: write it there"},
		{worker(plain, "answers: {1:m: hold}", "lazy: 1s"), "f:7:9: a lazy consumer dies over its first message, so answers has no effect"},
		{worker(plain, "answers: {1:m: hold}", "ack: auto"), "f:7:24: under automatic acknowledgement there is no answer but to die: hold has no effect"},
		{worker(plain, "answers: {1:m: reject}", "ack: first"), "f:7:24: what is acknowledged first has its answer: reject has no effect"},
		{worker(plain, "answers: {1:m: die}", "ack: auto"), ""},
		{worker(plain, "reject: [1:m]", "ack: first"), "f:8:9: what is acknowledged first cannot be rejected or requeued"},
		{worker(plain, "ack: {every: -1}"), "f:7:15: every must be at least 1"},
		// A limit that no queue of the consumer's has.
		{worker("{name: q, arguments: {x-delivery-limit: 2}}", "answers: {<any>: {reject: requeue}}"),
			"f:6:26: arguments has no effect without declare: true\nf:7:26: this answer repeats without end: give it times, the queue an x-delivery-limit, or the act a step until the consumer has received so many"},
	} {
		got := ""
		if _, err := Decode("f", []byte(test.text)); err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s(-want +got):\n%s", test.text, diff)
		}
	}
}

// An exact text wins over one with <any>, and of these the one that says more.
func TestAnswersByMessage(t *testing.T) {
	s, err := Decode("f", []byte(worker("{name: q, declare: true}", "answers: {<any>: hold, 1<any>: die, 1:m: reject, <any>m: ack}")))
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, rule := range s.Acts[0].Cast[0].Rules() {
		order = append(order, *rule.When.Message)
	}
	if want := []string{"1:m", "1<any>", "<any>m", "<any>"}; !slices.Equal(order, want) {
		t.Errorf("%q, want %q", order, want)
	}
}
