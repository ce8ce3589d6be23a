package compare_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/report/compare"
	"tutor/runner/report/document"
	"tutor/runner/scenario"
	"tutor/runner/target/embedded"
)

// text is an act with two expectations, of which the embedded broker meets the second.
const text = `
title: T
acts:
  - name: a
    cast:
      - consumer: c
        queue: {name: q, declare: true, arguments: {x-dead-letter-exchange: "", x-dead-letter-routing-key: dead}}
        answers: {'2:m': reject}
      - consumer: own
        queue: {declare: true}
      - publisher: p
        routing_key: q
        message: m
        count: 2
        confirm: true
    expect:
      - on: rabbitmq
        deliveries: {c: [{message: '1:m', redelivered: true}, '2:m']}
        deaths: {'2:m': [expired]}
        queues: {q: {ready: 1}}
        confirms: {p: {confirmed: ['1:m']}}
      - deliveries: {c: ['1:m', '2:m']}
        transcript: {own: 'Created queue: amq.gen-<any>'}
        fates: {acked: ['1:m'], dead-lettered: ['2:m'], unroutable: ['2:m']}
`

func playedAs(t *testing.T, changes ...string) *outcome.Act {
	t.Helper()
	s, err := scenario.Decode("t.yaml", []byte(strings.NewReplacer(changes...).Replace(text)))
	if err != nil {
		t.Fatal(err)
	}
	target := embedded.New()
	defer target.Close()
	a := runner.Run(t.Context(), s, target).Acts[0]
	if a.Verdict == outcome.Error {
		t.Fatal(a.Err)
	}
	return a
}

// Two outcomes differ in what the actors printed, in the fates, and in what only one of them has as the scenario wants it;
// on the screen as in documents.
func TestParts(t *testing.T) {
	first := playedAs(t)
	for name, c := range map[string]struct {
		changes []string
		want    []string
	}{
		"nothing":       {nil, nil},
		"a line":        {[]string{"count: 2", "count: 3"}, []string{"transcript of c", "transcript of p", "fates", "deliveries to c"}},
		"another actor": {[]string{"consumer: own", "consumer: other", "{own:", "{other:"}, []string{"transcript of own", "transcript of other"}},
		"a fate":        {[]string{"{'2:m': reject}", "{'2:m': ack}"}, []string{"fates"}},
	} {
		t.Run(name, func(t *testing.T) {
			other := playedAs(t, c.changes...)
			parts := compare.Parts(first.Act, compare.Of(first), compare.Of(other))
			if got := subjects(parts); !slices.Equal(got, c.want) {
				t.Errorf("differ in %q, want %q", got, c.want)
			}
			if compare.Alike(first.Act, compare.Of(first), compare.Of(other)) != (c.want == nil && first.Verdict == other.Verdict) {
				t.Error("alike and yet not")
			}
			written := compare.Parts(first.Act, compare.OfDocument(asWritten(t, first)), compare.OfDocument(asWritten(t, other)))
			if got := subjects(written); !slices.Equal(got, c.want) {
				t.Errorf("written down they differ in %q, want %q", got, c.want)
			}
		})
	}
}

// What is expected beside transcripts and fates counts where one outcome is as it is wanted and the other is not.
func TestPartsBeside(t *testing.T) {
	first := playedAs(t)
	for name, c := range map[string]struct {
		change func(*outcome.Books)
		want   string
	}{
		"deliveries": {func(b *outcome.Books) { b.Deliveries["c"][0].Redelivered = true }, "deliveries to c: -{message: 1:m, redelivered: false} +{message: 1:m, redelivered: true}  2:m"},
		"queues":     {func(b *outcome.Books) { b.Queues["q"] = scenario.QueueSeen{Exists: true, Ready: 1} }, "queue q: -ready: 0 +ready: 1"},
		"confirms":   {func(b *outcome.Books) { b.Confirms["p"] = scenario.ConfirmsSeen{Confirmed: []string{"1:m"}} }, "confirms to p: "},
		"deaths": {func(b *outcome.Books) {
			b.Ways = func(yield func(string, []scenario.Death) bool) { yield("2:m", []scenario.Death{"expired"}) }
		}, "deaths of 2:m: "},
	} {
		t.Run(name, func(t *testing.T) {
			other := playedAs(t)
			c.change(other.Books)
			parts := compare.Parts(first.Act, compare.Of(first), compare.Of(other))
			if len(parts) != 1 || !strings.HasPrefix(inWords(parts[0]), c.want) {
				t.Errorf("differ in %q, want %q", parts, c.want)
			}
			if name == "deaths" {
				return // of which documents say nothing
			}
			written := compare.Parts(first.Act, compare.OfDocument(asWritten(t, first)), compare.OfDocument(asWritten(t, other)))
			if len(written) != 1 || !strings.HasPrefix(inWords(written[0]), c.want) {
				t.Errorf("written down they differ in %q, want %q", written, c.want)
			}
		})
	}
}

func TestNothingIsLikeAnError(t *testing.T) {
	broken := playedAs(t)
	broken.Verdict = outcome.Error
	if compare.Alike(broken.Act, compare.Of(broken), compare.Of(broken)) {
		t.Error("two acts that could not be played count as alike")
	}
}

func subjects(parts []compare.Part) (names []string) {
	for _, p := range parts {
		names = append(names, p.Subject)
	}
	return names
}

func inWords(p compare.Part) string {
	text := p.Subject + ":"
	for _, line := range p.Diff {
		text += " " + string(line.Op) + line.Text
	}
	return text
}

// asWritten is what a document has of an act that is read again.
func asWritten(t *testing.T, a *outcome.Act) (read document.Act) {
	t.Helper()
	text, err := json.Marshal(document.OfAct(a))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	return read
}
