package runner_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/report/document"
)

// A topology that is RabbitMQ's own export is there on every target, as far as the cast reaches it.
func TestDefinitions(t *testing.T) {
	passesEverywhere(t, "testdata/definitions.yaml")
}

// What is not reached is in the report, with its place.
func TestIgnoredDefinitions(t *testing.T) {
	r := runner.Run(t.Context(), decode(t, "testdata/definitions.yaml"), embeddedTarget(t))
	passes(t, r)
	var text bytes.Buffer
	must(t, document.Write(&text, []*outcome.Report{r}))
	var data document.Document
	must(t, json.Unmarshal(text.Bytes(), &data))
	want := document.Ignored{Kind: "exchange", Name: "legacy", File: "testdata/shop.json", Line: 216, Column: 3}
	if got := data.Runs[0].Acts[0].Ignored; len(got) != 5 || got[0] != want {
		t.Errorf("%+v, want %+v first of 5", got, want)
	}
}
