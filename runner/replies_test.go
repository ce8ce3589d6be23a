package runner_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/report/document"
)

// What is asked, answered and published again comes out alike on every target, and its books balance.
func TestReplies(t *testing.T) {
	passesEverywhere(t, "testdata/replies.yaml")
}

// A report says how often a message was published, and which one others descend from.
func TestTries(t *testing.T) {
	s := decode(t, "testdata/replies.yaml")
	r := runner.Run(t.Context(), s, embeddedTarget(t))
	var text bytes.Buffer
	must(t, document.Write(&text, []*outcome.Report{r}))
	var d document.Document
	must(t, json.Unmarshal(text.Bytes(), &d))
	for _, act := range d.Runs[0].Acts {
		if act.Name != "published again until it has been tried three times" {
			continue
		}
		want := []document.Tries{{Message: 1, Body: "order", Times: 4, Publisher: "shop", By: []string{"worker"}}}
		if diff := cmp.Diff(want, act.Tries); diff != "" {
			t.Errorf("tries (-want +got):\n%s", diff)
		}
		var origins []int
		for _, e := range act.Events {
			if e.Kind == outcome.Publish {
				origins = append(origins, e.Origin)
			}
		}
		if diff := cmp.Diff([]int{0, 1, 1, 1}, origins); diff != "" {
			t.Errorf("origins (-want +got):\n%s", diff)
		}
	}
}
