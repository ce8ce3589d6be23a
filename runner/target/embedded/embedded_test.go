package embedded

import (
	"testing"

	"tutor/runner/target/stagetest"
)

// In the same process nobody goes without a word, so nobody has to say all the time that he is there.
func TestNoHeartbeats(t *testing.T) {
	target := New()
	defer target.Close()
	stage, err := target.Prepare(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	conn, _ := stagetest.Connect(t, stage)
	if d := conn.Config.Heartbeat; d != 0 {
		t.Errorf("a heartbeat of %v", d)
	}
}
