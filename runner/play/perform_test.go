package play

import (
	"testing"

	"tutor/runner/scenario"
)

// Whatever a step can say can be played.
func TestVerbsArePlayed(t *testing.T) {
	done := performers()
	for _, v := range scenario.Verbs() {
		if done[v.Key] == nil {
			t.Errorf("nothing plays %s", v.Key)
		}
		delete(done, v.Key)
	}
	for key := range done {
		t.Errorf("no step says %s", key)
	}
}
