package scenario

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Find finds the acts that a wish means: the one of a number, that of a name, those whose name contains it, or
// else those whose name it matches as a regular expression. There may be none.
func (s *Scenario) Find(wish string) ([]*Act, error) {
	if n, err := strconv.Atoi(wish); err == nil {
		if n < 1 || n > len(s.Acts) {
			return nil, nil
		}
		return s.Acts[n-1 : n], nil
	}
	pattern, err := regexp.Compile("(?i)" + wish)
	var part, match []*Act
	for _, a := range s.Acts {
		switch {
		case strings.EqualFold(a.Name, wish):
			return []*Act{a}, nil
		case strings.Contains(strings.ToLower(a.Name), strings.ToLower(wish)):
			part = append(part, a)
		case err == nil && pattern.MatchString(a.Name):
			match = append(match, a)
		}
	}
	switch {
	case len(part) > 0:
		return part, nil
	case err != nil:
		return nil, fmt.Errorf("%q is no part of a name, and no regular expression: %w", wish, err)
	}
	return match, nil
}
