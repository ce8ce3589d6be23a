package scenario

import "testing"

// What can be known before playing is said before playing, at its place.
func TestKnownBeforePlaying(t *testing.T) {
	for text, want := range map[string]string{
		act("      - consumer: c\n        queue: {name: q, declare: true, arguments: {x-mesage-ttl: 1}}\n", ""):                                                                 "f:6:53: unknown argument x-mesage-ttl (did you mean x-message-ttl?)",
		act("      - consumer: c\n        queue: {name: q, declare: true, arguments: {x-max-lenght: 1}}\n", ""):                                                                 "f:6:53: unknown argument x-max-lenght (did you mean x-max-length?)",
		act("      - consumer: c\n        queue: {name: q, declare: true, arguments: {expires: 1}}\n", ""):                                                                      "f:6:53: unknown argument expires (did you mean x-expires?)",
		act("      - consumer: c\n        queue: {name: q, declare: true, arguments: {x-dead_letter_exchange: x}}\n", ""):                                                       "f:6:53: unknown argument x-dead_letter_exchange (did you mean x-dead-letter-exchange?)",
		act("      - consumer: c\n        queue: {name: q, declare: true, arguments: {x-my-plugin: 1, x-ttl: 1}}\n", ""):                                                        "",
		act("      - consumer: c\n        queue: {name: q}\n        arguments: {x-prioriti: 1}\n", ""):                                                                          "f:7:21: unknown argument x-prioriti (did you mean x-priority?)",
		act("      - publisher: p\n        exchange: {name: x, declare: true, arguments: {alternate_exchange: y}}\n", ""):                                                       "f:6:56: unknown argument alternate_exchange (did you mean alternate-exchange?)",
		act("      - consumer: c\n        queue: {name: q}\n        reject: [m]\n        requeue: [1:m, 3:m, n]\n      - {publisher: p, message: m, count: 2}\n", ""):           "f:7:18: nobody sends m (did you mean 1:m?)\nf:8:24: nobody sends 3:m (did you mean 1:m?)\nf:8:29: nobody sends n",
		act("      - consumer: c\n        queue: {name: q}\n        reject: [x:1999999:m, x:2000001:m]\n      - {publisher: p, message: m, count: 2000000, pub_name: x}\n", ""): "f:7:31: nobody sends x:2000001:m",
		act(publisher, "    broker: {users: {u: {password: p, permissions: {/: {configure: \"*\", write: \"(\", read: \"^(?!amq).*+\"}}}}}\n    expect: {fates: {}}\n"):         "f:6:57: \"*\" is no regular expression: missing argument to repetition operator (did you mean .*?)\nf:6:73: \"(\" is no regular expression: missing closing )",
	} {
		_, err := Decode("f", []byte(text))
		if got := errText(err); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
