package scenario

import (
	"fmt"
	"slices"

	"github.com/agext/levenshtein"
)

// didYouMean is " (did you mean X?)" with the word that is close to what was written, or empty.
func didYouMean(written string, words []string) string {
	if best := nearest(written, words); best != "" {
		return fmt.Sprintf(" (did you mean %s?)", best)
	}
	return ""
}

// nearest is the word that is close to what was written, or empty.
func nearest(written string, words []string) string {
	best, closeness := "", 0.6
	for _, word := range words {
		if s := similarity(written, word); s > closeness {
			best, closeness = word, s
		}
	}
	return best
}

// similarity is 1 for equal words and 0 for such that have nothing in common. Letters in another order
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
