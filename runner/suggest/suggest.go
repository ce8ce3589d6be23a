// Package suggest finds the word that somebody meant who wrote another.
package suggest

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/agext/levenshtein"
)

const (
	// maxChars is the length from which on a word is not looked at: comparing two takes time as the product
	// of their lengths, and nobody reads them.
	maxChars = 80
	// maxWords is the number of words from which on none is suggested.
	maxWords = 1000
	// closeEnough is the likeness beyond which a word may be meant.
	closeEnough = 0.6
)

// DidYouMean is " (did you mean X?)" with the word that is close to what was written, or empty.
func DidYouMean(written string, words []string) string {
	if best := Nearest(written, words); best != "" {
		return fmt.Sprintf(" (did you mean %s?)", best)
	}
	return ""
}

// Nearest is the word that is close to what was written, or empty.
func Nearest(written string, words []string) string { return Beyond(closeEnough, written, words) }

// Beyond is the word that is closest to what was written, if their likeness, which is 1 for equal words and
// 0 for such that have nothing in common, is beyond the given one.
func Beyond(likeness float64, written string, words []string) string {
	if tooLong(written) || len(words) > maxWords {
		return ""
	}
	best := ""
	for _, word := range words {
		if tooLong(word) {
			continue
		}
		if s := similarity(written, word); s > likeness {
			best, likeness = word, s
		}
	}
	return best
}

func tooLong(word string) bool {
	return len(word) > maxChars*utf8.UTFMax || utf8.RuneCountInString(word) > maxChars
}

// similarity is the likeness of two words. Letters in another order
// are one slip of the fingers, not two mistakes.
func similarity(a, b string) float64 {
	s := levenshtein.Similarity(a, b, nil)
	if slices.Equal(letters(a), letters(b)) {
		return (1 + s) / 2
	}
	return s
}

func letters(word string) []rune {
	all := []rune(word)
	slices.Sort(all)
	return all
}
