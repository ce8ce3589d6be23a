package scenario

import (
	"fmt"

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
		if s := levenshtein.Similarity(written, word, nil); s > closeness {
			best, closeness = word, s
		}
	}
	return best
}
