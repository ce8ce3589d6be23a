package escape

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The bodies of which not all is shown, and how much of them is.
const (
	longBody  = 64
	bodyStart = 16
)

// IsText reports whether a body is shown as it is: it is UTF-8, and has no zero in it. Who prints one
// has to escape what does something to a terminal (see [Text]).
func IsText(body []byte) bool {
	return utf8.Valid(body) && bytes.IndexByte(body, 0) < 0
}

// Body is how a body is shown, and named where it is expected: a text as it is, and of all else each byte that is no
// printable ASCII escaped, as in \x1f\x8b. Of a long one that is the beginning, with its size and the first half
// of a hash, by which it is known from others.
func Body(body []byte) string {
	switch {
	case IsText(body):
		return string(body)
	case len(body) <= longBody:
		return escaped(body)
	}
	sum := sha256.Sum256(body)
	return fmt.Sprintf("%s… (%d bytes, sha256 %x)", escaped(body[:bodyStart]), len(body), sum[:16])
}

// Shown is [Body] of what is a string already, and most often shown as it is.
func Shown(body string) string {
	if utf8.ValidString(body) && strings.IndexByte(body, 0) < 0 {
		return body
	}
	return Body([]byte(body))
}

func escaped(body []byte) string {
	shown := make([]byte, 0, 4*len(body))
	for _, b := range body {
		if b < ' ' || b >= 0x7f || b == '\\' {
			shown = fmt.Appendf(shown, `\x%02x`, b)
		} else {
			shown = append(shown, b)
		}
	}
	return string(shown)
}
