package runner_test

import (
	"bytes"
	"strings"
	"testing"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/report/document"
)

// What is expected of deliveries, deaths and queues holds on every target.
func TestDeliveries(t *testing.T) {
	passesEverywhere(t, "testdata/deliveries.yaml")
}

// What is expected and has not come fails, and the report has both side by side.
func TestDeliveriesThatDoNotCome(t *testing.T) {
	leakless(t)
	for expect, want := range map[string][]string{
		"deliveries: {sober: [2:m, {message: 4:m, redelivered: true}]}": {"deliveries to sober", "{message: 4:m, redelivered: true}", "{message: 4:m, redelivered: false}"},
		"deliveries: {lazy: [1:m]}":                                     {"deliveries to lazy", "3:m"},
		"deaths: {1:m: [rejected]}":                                     {"deaths of 1:m", "it has not died"},
		"queues: {q: {ready: 1, unacked: 0, consumers: 1}}":             {"queue q", "ready: 1", "ready: 0"},
		"queues: {r: {ready: 1}}":                                       {"queue r", "<absent>"},
	} {
		r := runner.Run(t.Context(), inline(t, lazyAct+"      "+expect+"\n"), embeddedTarget(t))
		if a := r.Acts[0]; a.Verdict != outcome.Fail || len(a.Mismatches) != 1 || a.Mismatches[0].Pos.Line < 18 {
			t.Errorf("%s: %s, %v, %v", expect, a.Verdict, a.Err, a.Mismatches)
			continue
		}
		var text bytes.Buffer
		must(t, document.Write(&text, []*outcome.Report{r}))
		for _, part := range want {
			if !strings.Contains(text.String(), part) {
				t.Errorf("%s: the report lacks %s", expect, part)
			}
		}
	}
}

// Nothing is kept of actors of whom no delivery is expected.
func TestDeliveriesAreKeptWhereExpected(t *testing.T) {
	r := runner.Run(t.Context(), inline(t, lazyAct+"      deliveries: {sober: [2:m, 4:m]}\n"), embeddedTarget(t))
	passes(t, r)
	if came := r.Acts[0].Books.Deliveries; len(came) != 1 || len(came["sober"]) != 2 {
		t.Errorf("%v", came)
	}
}
