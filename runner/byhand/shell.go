package byhand

import (
	"strings"

	"tutor/runner/escape"
)

// join makes a command line for a shell of words.
func join(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = quoted(w)
	}
	return strings.Join(out, " ")
}

func quoted(word string) string {
	if escape.Text(word) != word {
		// Go's escapes are also those of shells between $' and '.
		return "$'" + escape.Text(strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(word)) + "'"
	}
	bare := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:,@=+", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !bare(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
