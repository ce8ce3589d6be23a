package scenario

import (
	"errors"
	"strings"
	"testing"
)

// What a step cannot say is refused where it is written.
func TestOperationMistakes(t *testing.T) {
	const head = `title: t
acts:
  - name: a
    cast:
      - client: hands
      - publisher: shop
        message: order
    steps:
      - start: shop
      - start: hands
      - `
	for step, want := range map[string]string{
		"{get: q}":                                                        "f:11:9: get needs by: who does it",
		"{get: q, by: hand}":                                              "f:11:18: there is no actor hand in the cast (did you mean hands?)",
		"{get: q, by: hands, ack: atuo}":                                  "f:11:29: atuo is none of manual, auto (did you mean auto?)",
		"{get: q, by: hands, as: order}":                                  "f:11:29: order is also the text of a message: give the delivery another name",
		"{get: q, by: hands, as: a, ack: auto}":                           "f:11:29: under automatic acknowledgement there is nothing to answer, so as has no effect",
		"{get: q, by: hands, requeue: true}":                              "f:11:29: requeue has no effect on get",
		"{ack: ordre, by: hands}":                                         "f:11:10: hands has no delivery named ordre, and nobody sends such a message (did you mean order?)",
		"{consume: q, by: shop}":                                          "f:11:22: only a client can be told to consume: shop is none",
		"{delete: {queue: q, exchange: x}}":                               "f:11:18: give a queue or an exchange",
		"{delete: {exchange: x, if_empty: true}}":                         "f:11:32: an exchange holds no messages, so if_empty has no effect",
		"{declare: {queue: q, exclusive: true}}":                          "f:11:19: a queue that is exclusive, or whose name nobody knows, needs by: only its owner could reach it",
		"{declare: {queue: q, type: topic}}":                              "f:11:30: type has no effect here",
		"{publish: {body: m, after: 1s}, by: hands}":                      "f:11:29: after has no effect: a step publishes when its turn comes (add - wait: 1s)",
		"{publish: {body: m, routing_key: a}, routing_key: b, by: hands}": "f:11:46: routing_key is written twice",
		"{publish: {body: m, expiration: 1us}, by: hands}":                "f:11:29: a time to live is a whole number of milliseconds",
		"{publish: {body: m, headers: {CC: [a]}, cc: [b]}, by: hands}":    "f:11:49: the header CC is written, too",
		"{tx: comit, by: hands}":                                          "f:11:14: comit is none of select, commit, rollback (did you mean commit?)",
		"{recover: false, by: hands}":                                     "f:11:10: recover has an empty value, so the step says nothing",
		"{prefetch: 70000, by: hands}":                                    "f:11:10: prefetch must be from 0 to 65535",
		"{purge: {queue: q}, channel: c}":                                 "f:11:29: channel has no effect without by",
		"{stop: shop, how: drain}":                                        "f:11:22: only a consumer has something to drain: shop is none",
		"{kill: shop, how: drain}":                                        "f:11:22: how has no effect on kill: it is how an actor is stopped",
		"{get: q, by: hands, how: drain}":                                 "f:11:29: how has no effect on get: it is how an actor is stopped",
		"{get: q, ack: auto, reject: order, by: hands}":                   "f:11:9: a step is exactly one of",
	} {
		_, err := Decode("f", []byte(head+step+"\n    expect: {fates: {}}\n"))
		var all Errors
		if !errors.As(err, &all) || len(all) != 1 || !strings.HasPrefix(all[0].Error(), want) {
			t.Errorf("%s:\n%v, want\n%s", step, err, want)
		}
	}
	_, err := Decode("f", []byte(strings.ReplaceAll(head, "client: hands", "client: runner")+"{get: q, by: runner}\n    expect: {fates: {}}\n"))
	if err == nil || !strings.Contains(err.Error(), "runner is no actor's name") {
		t.Errorf("an actor named runner: %v", err)
	}
}

// A consumer's further channel has a name, by which steps reach it.
func TestFurtherChannelMistakes(t *testing.T) {
	const text = `title: t
acts:
  - name: a
    cast:
      - consumer: worker
        queue: {name: q, declare: true}
        %CHANNEL
    steps:
      - start: worker
      - {cancel: true, by: worker%ON}
    expect: {fates: {}}
`
	for _, d := range []struct{ channel, on, want string }{
		{"channel: work", ", channel: work", ""},
		{"prefetch: 1", "", ""},
		{"channel: work", "", "f:10:10: worker consumes on the channel work: give channel, too"},
		{"channel: work", ", channel: wrok", "f:10:10: worker consumes on the channel work: give channel, too"},
		{`channel: ""`, "", "f:7:9: a further channel needs a name: steps reach it by that"},
		{"chanel: work", "", "f:7:9: unknown key chanel (did you mean channel?)"},
	} {
		_, err := Decode("f", []byte(strings.NewReplacer("%CHANNEL", d.channel, "%ON", d.on).Replace(text)))
		var all Errors
		switch {
		case d.want == "" && err == nil:
		case d.want == "" || !errors.As(err, &all) || len(all) != 1 || !strings.HasPrefix(all[0].Error(), d.want):
			t.Errorf("%s, cancel%s:\n%v, want\n%s", d.channel, d.on, err, d.want)
		}
	}
}
