package scenario_test

import (
	"testing"

	"tutor/runner/scenario"
)

// Names that a broker has made up become the same each time, and stay apart.
func TestNumbered(t *testing.T) {
	text := `[amq.gen-Zx_9-a to amq.gen-1] "amq.rabbitmq.reply-to.g1h2AA==.b/c+d" amq.gen-Zx_9-a amq.direct amq.ctag-7`
	want := `[amq.gen-1 to amq.gen-2] "amq.rabbitmq.reply-to.3" amq.gen-1 amq.direct amq.ctag-4`
	for _, text := range []string{text, want} {
		if got := scenario.Numbered(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
