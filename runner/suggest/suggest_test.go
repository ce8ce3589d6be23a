package suggest

import (
	"slices"
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	words := []string{"consumer", "publisher", "embedded", "amqp", "amqps", "größe"}
	for written, want := range map[string]string{
		"consumer": "consumer", "cosnumer": "consumer", "Publisher": "publisher", "embeded": "embedded",
		"amqps": "amqps", "amq": "amqp", "grösse": "größe", "kafka": "", "": "",
	} {
		if got := Nearest(written, words); got != want {
			t.Errorf("%s: %q, want %q", written, got, want)
		}
	}
	if got := DidYouMean("consumr", words); got != " (did you mean consumer?)" {
		t.Errorf("%q", got)
	}
}

// Nothing is suggested where it would take long to find.
func TestNearestGivesUp(t *testing.T) {
	long := strings.Repeat("x", 1_000_000)
	if got := Nearest(long+"y", []string{long}); got != "" {
		t.Error("a word of a million letters is compared")
	}
	if got := Nearest("words", []string{long, "word"}); got != "word" {
		t.Errorf("beside a long word: %q", got)
	}
	if got := Nearest("words", slices.Repeat([]string{"word"}, maxWords+1)); got != "" {
		t.Errorf("of many words: %q", got)
	}
}
