package scenario

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sending is a scenario with a publisher that has more keys.
func sending(keys string) string {
	return `title: t
acts:
  - name: a
    cast:
      - publisher: p
        routing_key: q
` + keys + `    expect: {fates: {}}
`
}

func TestMessageMistakes(t *testing.T) {
	for _, test := range []struct{ keys, want string }{
		{"        messages: [a, {body: b, cc: [x], headers: {BCC: [y]}}]\n", ""},
		{"        messages: [a]\n        message: b\n        count: 2\n        interval: 1s\n        pub_name: p\n        message_size: 3\n",
			"f:8:9: message has no effect beside messages\nf:9:9: count has no effect beside messages\n" +
				"f:10:9: interval has no effect beside messages\nf:11:9: pub_name has no effect beside messages\nf:12:9: message_size has no effect beside messages"},
		{"        messages: []\n", "f:7:9: the list of messages is empty"},
		{"        messages: [{body: a, expiration: 1us}]\n", "f:7:30: a time to live is a whole number of milliseconds"},
		{"        messages: [{body: a, cc: [x], headers: {CC: [y]}}]\n", "f:7:30: the header CC is written, too"},
		{"        messages: [{body: a, propertis: {}}]\n", "f:7:30: unknown key propertis (did you mean properties?)"},
		{"        messages: [{priority: 1}]\n", "f:7:20: body is missing"},
		{"        properties: {mesage_id: a}\n", "f:7:22: unknown key mesage_id (did you mean message_id?)"},
		{"        properties: {timestamp: soon}\n", `f:7:33: want a moment such as 2026-01-31T12:00:00Z, not "soon"`},
		{"        properties: {timestamp: 2026-01-31T12:00:00.5Z}\n", `f:7:33: want a moment such as 2026-01-31T12:00:00Z, not "2026-01-31T12:00:00.5Z"`},
	} {
		got := ""
		if _, err := Decode("f", []byte(sending(test.keys))); err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s(-want +got):\n%s", test.keys, diff)
		}
	}
}

// What a message says of itself wins over what its publisher says of all, and neither changes the other.
func TestNth(t *testing.T) {
	s, err := Decode("f", []byte(sending(`        priority: 1
        persistent: true
        headers: {a: 1, b: 2}
        properties: {message_id: <number>, app_id: shop, timestamp: 2026-01-31}
        messages:
          - one
          - {body: two, routing_key: k, priority: 0, persistent: false, mandatory: true, expiration: 1s, headers: {b: 3}, bcc: [x], properties: {app_id: "<number>/<number>"}}
          - three
`)))
	if err != nil {
		t.Fatal(err)
	}
	p := s.Acts[0].Cast[0].Publisher
	day := Timestamp(time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC))
	second := Duration(time.Second)
	plain := func(body, id string) Outgoing {
		return Outgoing{
			Body: body, RoutingKey: "q", Persistent: true, Priority: 1, Headers: Arguments{"a": int64(1), "b": int64(2)},
			Properties: Properties{MessageID: id, AppID: "shop", Timestamp: day},
		}
	}
	want := []Outgoing{
		plain("one", "1"),
		{
			Body: "two", RoutingKey: "k", Mandatory: true, Expiration: &second,
			Headers:    Arguments{"a": int64(1), "b": int64(3), "BCC": []any{"x"}},
			Properties: Properties{MessageID: "2", AppID: "2/2", Timestamp: day},
		},
		plain("three", "3"),
	}
	var got []Outgoing
	for n := 1; n <= p.Messages(); n++ {
		got = append(got, p.Nth(n))
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b Timestamp) bool { return a.Std().Equal(b.Std()) })); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
