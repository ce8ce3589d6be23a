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
		{worker(plain, "answers: {1:m: {publish: {exchange: e}, then: ack}, 2:m: {publish: {exchange: e}, first: ack}}"), ""},
		{worker(plain, "answers: {1:m: {publish: {exchange: e}, then: ack, first: ack}}"),
			"f:7:24: the message is acknowledged after it is published again (then) or before (first), not both"},
		{worker(plain, "answers: {1:m: {publish: {exchange: e}, then: reject}}"), "f:7:55: reject is none of ack, die"},
		{worker(plain, "answers: {1:m: {publish: {exchange: e, exchnge: e}}}"), "f:7:48: unknown key exchnge (did you mean exchange?)"},
		{worker(plain, "answers: {1:m: {then: ack}}"), "f:7:24: publish is missing"},
		{worker(plain, "answers: {1:m: {publish: {exchange: e}, times: 0}}"), "f:7:49: times must be at least 1"},
		{worker(plain, "answers: {1:m: {publish: {headers: {a: }, exchange: e}}}"), "f:7:24: the header \"a\" has no value"},
		{worker(plain, "answers: {1:m: {publish: {headers: {a: {add: few}}, exchange: e}}}"), "f:7:54: want a whole number, not \"few\""},
		{worker(plain, "answers: {1:m: {publish: {exchange: e}, then: ack}}", "ack: auto"),
			"f:7:24: under automatic acknowledgement there is no ack, so neither then: ack nor first has an effect"},
		{worker(plain, "answers: {1:m: {publish: {exchange: e}, first: ack}}", "ack: first"),
			"f:7:24: the consumer acknowledges first (ack), so neither then: ack nor first has an effect"},
		{worker(plain, "answers: {1:m: {publish: {exchange: e}}}", "ack: auto"), ""},
		{worker(plain, "answers: {1:m: {publish: {exchange: e}, first: ack}}", "ack: {every: 2}"),
			"f:7:24: several messages are acknowledged at one time (ack), so first has no effect"},
		{worker(plain, "answers: {<any>: {publish: {}}}"),
			"f:7:26: this answer publishes the message to where it has come from, without end: give it times, a condition (when) that what is published does not meet, or the act an until step"},
		{worker(plain, "answers: {1:m: {publish: {exchange: '', routing_key: q}}}"),
			"f:7:24: this answer publishes the message to where it has come from, without end: give it times, a condition (when) that what is published does not meet, or the act an until step"},
		{worker(plain, "answers: {1:m: {publish: {exchange: '', routing_key: q}, times: 2}}"), ""},
		{worker(plain, "answers: {1:m: {publish: {exchange: '', routing_key: q, body: 2:m}}}"), ""},
		{worker(plain, "answers: [{when: {headers: {n: ..2}, default: 0}, do: {publish: {headers: {n: {add: 1}}}}}]"), ""},
		{worker(plain, "answers: {1:m: {publish: {exchange: e, body: <body> again}}, 1:m again: hold}"), ""},
		{worker(plain, "reply: <body> done"), ""},
		{worker(plain, "reply: {text: done}"), "f:7:16: body is missing\nf:7:17: unknown key text"},
		{worker(plain, "reply_first: false"), "f:7:9: reply_first has no effect without reply"},
		{worker(plain, "reply: done", "reply_first: false", "ack: auto"), "f:8:9: messages are acknowledged before (ack), so reply_first has no effect"},
		{worker(plain, "answers: {1:m: {nack: requeue, reject: requeue}}"),
			"f:7:24: an answer is one of ack, reject, nack, die, hold, or a mapping with either reject, nack or publish"},
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
		text, _ := rule.When.Message.Text()
		order = append(order, text)
	}
	if want := []string{"1:m", "1<any>", "<any>m", "<any>"}; !slices.Equal(order, want) {
		t.Errorf("%q, want %q", order, want)
	}
}

func TestReplyMistakes(t *testing.T) {
	for keys, want := range map[string]string{
		"replies: amq.rabbitmq.reply-to":                   "",
		"replies: true":                                    "",
		"replies: {name: answers}":                         "",
		"replies: {declare: true, exclusive: true}":        "",
		"replies: false":                                   "want amq.rabbitmq.reply-to, true for a queue of its own, or a queue such as {name: answers}, not \"false\"",
		"replies: amq.rabbitmq.reply_to":                   "(did you mean amq.rabbitmq.reply-to?)",
		"replies: {}":                                      "answers need a queue: give its name, or declare it",
		"replies: {nam: a}":                                "unknown key nam (did you mean name?)",
		"replies: {name: a, durable: true}":                "durable has no effect without declare: true",
		"replies: {name: a, bind: true}":                   "answers go to the queue by its name: bind has no effect",
		"replies: true\n        properties: {reply_to: a}": "f:7:22: replies says already where answers come to",
	} {
		text := act("      - publisher: p\n        "+keys+"\n", "    expect: {fates: {}}\n")
		_, err := Decode("f", []byte(text))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", keys, err, want)
		}
	}
	awaited := act("      - {publisher: p, replies: true}\n", "    steps: [{start: p}, {await: p}]\n    expect: {fates: {}}\n")
	if _, err := Decode("f", []byte(awaited)); err == nil || !strings.Contains(err.Error(), "p waits for answers as long as the act goes on") {
		t.Errorf("awaiting who asks: %v", err)
	}
}
