package escape

import (
	"bytes"
	"testing"
)

// Texts are shown as they are, and nothing else is.
func TestBody(t *testing.T) {
	for body, want := range map[string]string{
		"":                        "",
		"Grüße\tan\r\nalle 🐇 \\x": "Grüße\tan\r\nalle 🐇 \\x",
		"\x1f\x8b\x08a\\":         `\x1f\x8b\x08a\x5c`,
		"\x1b[31m":                "\x1b[31m",
		"a\x00b":                  `a\x00b`,
		"\xff":                    `\xff`,
	} {
		if got := Body([]byte(body)); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
	long := append([]byte{0x1f, 0x8b}, bytes.Repeat([]byte("a"), 100)...)
	other := append(bytes.Clone(long[:101]), 'b')
	const want = `\x1f\x8baaaaaaaaaaaaaa… (102 bytes, sha256 `
	if got := Body(long); got[:len(want)] != want || Body(other) == got {
		t.Errorf("%q and %q", got, Body(other))
	}
}
