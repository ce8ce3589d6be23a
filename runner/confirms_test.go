package runner_test

import (
	"bytes"
	"strings"
	"testing"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/report/document"
)

// What publishers are told holds on every target, however they wait for it.
func TestConfirms(t *testing.T) {
	passesEverywhere(t, "testdata/confirms.yaml")
}

// What the broker tells otherwise fails, and the report has both side by side.
func TestConfirmsThatDoNotCome(t *testing.T) {
	leakless(t)
	const act = `title: t
topology: {queues: [{name: full, arguments: {x-max-length: 1, x-overflow: reject-publish}}]}
acts:
  - name: a
    cast: [{publisher: p, routing_key: full, message: m, count: 2, confirm: async}]
    expect:
`
	for expect, want := range map[string][]string{
		"confirms: {p: {confirmed: [1:m, 2:m]}}":    {"confirms to p", "confirmed: 2:m"},
		"confirms: {p: {confirmed: []}}":            {"confirms to p", "confirmed: 1:m"},
		"confirms: {p: {nacked: 2..}}":              {"confirms to p", "nacked: 2..", "nacked: 1"},
		"confirms: {p: {nacked: {1:m: 1, 2:m: 1}}}": {"confirms to p", "nacked: 1:m: 1", "nacked: 1:m: 0"},
		"confirms: {p: {missing: [2:m]}}":           {"confirms to p", "missing: 2:m"},
	} {
		r := runner.Run(t.Context(), inline(t, act+"      "+expect+"\n"), embeddedTarget(t))
		if a := r.Acts[0]; a.Verdict != outcome.Fail || len(a.Mismatches) != 1 || a.Mismatches[0].Pos.Line != 7 {
			t.Errorf("%s: %s, %v, %v", expect, a.Verdict, a.Err, a.Mismatches)
			continue
		}
		var text bytes.Buffer
		must(t, document.Write(&text, []*outcome.Report{r}))
		for _, part := range append(want, `"confirms": {`) {
			if !strings.Contains(text.String(), part) {
				t.Errorf("%s: the report lacks %s", expect, part)
			}
		}
	}
}

// Who waits for each publishes no second message before the first is confirmed.
func TestWaitingForConfirms(t *testing.T) {
	leakless(t)
	const want = "publish confirm publish confirm publish confirm"
	for _, confirm := range []string{"true", "each", "{every: 1}"} {
		r := runner.Run(t.Context(), inline(t, `title: t
topology: {queues: [{name: q}]}
acts:
  - name: a
    cast: [{publisher: p, routing_key: q, message: m, count: 3, confirm: `+confirm+`}]
    expect: {confirms: {p: {confirmed: 3}}}
`), embeddedTarget(t))
		passes(t, r)
		var kinds []string
		for e := range r.Acts[0].Books.Events {
			if e.Kind == outcome.Publish || e.Kind == outcome.Confirm {
				kinds = append(kinds, e.Kind.String())
			}
		}
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("%s: %s", confirm, got)
		}
	}
}

// A publisher that listens while it waits for its timer ends at once when its channel is closed, and leaves no timer
// behind.
func TestChannelClosedUnderListener(t *testing.T) {
	leakless(t)
	r := runner.Run(t.Context(), inline(t, `title: t
acts:
  - name: a
    cast:
      - publisher: p
        routing_key: q
        confirm: async
        messages: [{body: bad, properties: {user_id: nobody}}, {body: never, after: 24h}]
    expect:
      transcript:
        p: |
          Sent: bad
          ERROR: 406 PRECONDITION_FAILED - <any>
      confirms: {p: {missing: [bad]}}
`), embeddedTarget(t))
	passes(t, r)
	if span := r.Acts[0].Span; span != 0 {
		t.Errorf("the act took %v", span)
	}
}
