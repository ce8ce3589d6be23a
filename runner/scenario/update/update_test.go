package update

import (
	"testing"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/target/embedded"
	"tutor/runner/transcript"
)

const acked = `title: T
acts:
  - name: a
    cast:
      - consumer: c
        queue: {name: q, declare: true, durable: true}
      - publisher: p
        routing_key: q
        message: m
    expect:
      fates: {acked: [m]}
`

// playOf is a report of an act in which the consumer has printed some lines and some messages were acknowledged.
func playOf(s *scenario.Scenario, books *outcome.Act, lines ...string) *outcome.Report {
	a := *books
	a.Act, a.Expected, a.Verdict, a.Lines = s.Acts[0], s.Acts[0].Expect[0], outcome.Fail, nil
	for _, l := range lines {
		a.Lines = append(a.Lines, transcript.Line{Kind: transcript.Received, Text: transcript.Plain(l)})
	}
	return &outcome.Report{Scenario: s, Acts: []*outcome.Act{&a}}
}

// Of an act that comes out differently only what is always so is written down: lines that came in different
// orders without one, and nothing at all where other things differ.
func TestUpdateOfWhatIsNotDetermined(t *testing.T) {
	s, err := scenario.Decode("f", []byte(acked))
	if err != nil {
		t.Fatal(err)
	}
	target := embedded.New()
	defer target.Close()
	books := runner.Run(t.Context(), s, target).Acts[0]
	for name, c := range map[string]struct {
		plays     [][]string
		unordered bool
		why       string
	}{
		"alike":          {[][]string{{"1", "2"}, {"1", "2"}}, false, ""},
		"another order":  {[][]string{{"1", "2"}, {"2", "1"}}, true, ""},
		"another number": {[][]string{{"1", "2"}, {"1"}}, false, "it came out in 2 ways (tutor run --times shows them)"},
	} {
		var plays []*outcome.Report
		for _, lines := range c.plays {
			plays = append(plays, playOf(s, books, lines...))
		}
		o, why := Observed(outcome.Distribution(plays).Acts[0])
		if o.Unordered["c"] != c.unordered || why != c.why {
			t.Errorf("%s: %v, %q", name, o.Unordered, why)
		}
	}
}

// What a broker shows replaces what is expected of that broker, and stands beside what is expected of others.
func TestOwnCondition(t *testing.T) {
	for _, c := range []struct{ on, product, version, want string }{
		{"", "embedded", "4.3", ""},
		{"embedded", "embedded", "4.3", ""},
		{"rabbitmq >=4.0", "embedded", "4.3", "embedded"},
		{"", "RabbitMQ", "3.10.8", "rabbitmq =3.10"},
		{"rabbitmq >=4.0", "RabbitMQ", "4.3.6", "rabbitmq =4.3"},
		{"rabbitmq =4.3", "RabbitMQ", "4.3.6", ""},
	} {
		expected := &scenario.Expectation{Transcript: map[string]*scenario.Transcript{"p": {Lines: []string{"x"}}}}
		if c.on != "" {
			expected.On, _ = scenario.ParseCondition(c.on)
		}
		a := &outcome.Act{Product: c.product, Version: c.version, Expected: expected}
		if got := ownCondition(a).String(); got != c.want {
			t.Errorf("%q on %s %s: %q, want %q", c.on, c.product, c.version, got, c.want)
		}
	}
}
